import { api } from '../../bridge';
import { fold } from '../../shared/format';
import { session } from '../../shared/stores';

/** Makes a tag of a name and answers its id; one that was put away comes back. */
export async function makeTag(name: string): Promise<string> {
  const known = () => session.state.tags.find((tag) => fold(tag.name) === fold(name.trim()));
  const away = known();
  await api.Settings.SaveTag(
    away
      ? { ...away, retired: false }
      : { id: '', name: name.trim(), color: 'slate', retired: false },
  );
  await session.load();
  return known()?.id ?? '';
}
