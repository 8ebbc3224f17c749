/** A list with one of its elements moved; undefined where there is no such place. */
export function moved<T>(list: readonly T[], one: T, by: number): T[] | undefined {
  const from = list.indexOf(one);
  const to = from + by;
  if (from < 0 || to < 0 || to >= list.length) return undefined;
  const next = list.filter((other) => other !== one);
  next.splice(to, 0, one);
  return next;
}
