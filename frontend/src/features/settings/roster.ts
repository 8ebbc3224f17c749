import { byName, fold } from '../../shared/format';

/** A record with a name that leaves the pickers without leaving history. */
export interface Named {
  id: string;
  name: string;
  retired: boolean;
}

/** Rows drawn at once; a search narrows the rest. */
export const SHOWN = 60;

/** Those that match a search, accents ignored, by name unless they have an order of their own, the ones in use apart from the retired. */
export function sorted<T extends Named>(
  records: readonly T[],
  query: string,
  ordered = false,
): { used: T[]; retired: T[] } {
  const wanted = fold(query.trim());
  const found = records.filter(({ name }) => fold(name).includes(wanted));
  if (!ordered) found.sort(byName);
  return {
    used: found.filter(({ retired }) => !retired),
    retired: found.filter(({ retired }) => retired),
  };
}

/** The retired record of a name: adding it again brings it back. */
export function retiredNamed<T extends Named>(records: readonly T[], name: string): T | undefined {
  const wanted = fold(name.trim());
  return records.find((record) => record.retired && fold(record.name) === wanted);
}
