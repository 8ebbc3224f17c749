import type { SyncDevice } from '../../bridge';
import { byName, fold } from '../../shared/format';

/**
 * The PCs whose name or person matches a search, accents ignored, by name: this
 * PC first, those without access apart.
 */
export function found(
  list: readonly SyncDevice[],
  query: string,
  person: (device: SyncDevice) => string,
): { active: SyncDevice[]; revoked: SyncDevice[] } {
  const wanted = fold(query.trim());
  const those = list
    .filter((device) => fold(`${device.name} ${person(device)}`).includes(wanted))
    .sort((a, b) => Number(b.here) - Number(a.here) || byName(a, b));
  return {
    active: those.filter(({ state }) => state === 'active'),
    revoked: those.filter(({ state }) => state === 'revoked'),
  };
}
