/**
 * Walking a page of days by keyboard. What can be walked to bears data-stop, its
 * column (a day, or a weekday of a month) and its row (a line, or a week).
 */
export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

export const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

export interface Stop {
  column: number;
  row: number;
  /** An entry, not an empty place. */
  entry: boolean;
}

/**
 * Where a step leads, as an index; −1 for nowhere. Up and down go through all of
 * a column, beside goes to the same line, and there to what is planned first.
 */
export function walk(stops: readonly Stop[], at: number, step: Step): number {
  const from = stops[at];
  if (!from) return -1;
  const column = (number: number) =>
    stops
      .map((stop, i) => ({ ...stop, i }))
      .filter((stop) => stop.column === number)
      .sort((a, b) => a.row - b.row || Number(a.entry) - Number(b.entry) || a.i - b.i);
  const own = column(from.column);
  const index = own.findIndex(({ i }) => i === at);
  switch (step) {
    case 'up':
      return own[index - 1]?.i ?? -1;
    case 'down':
      return own[index + 1]?.i ?? -1;
    case 'first':
      return own[0]?.i ?? -1;
    case 'last':
      return own.at(-1)?.i ?? -1;
  }
  const beside = column(from.column + (step === 'left' ? -1 : 1)).filter(
    ({ row }) => row === from.row,
  );
  return (beside.find(({ entry }) => entry) ?? beside[0])?.i ?? -1;
}

/** What can be walked to in a container, with its elements. */
export function stopsIn(container: Element): { elements: HTMLElement[]; stops: Stop[] } {
  const elements = [...container.querySelectorAll<HTMLElement>('[data-stop]')];
  const stops = elements.map(({ dataset }) => ({
    column: Number(dataset.column),
    row: Number(dataset.row),
    entry: dataset.entry !== undefined,
  }));
  return { elements, stops };
}
