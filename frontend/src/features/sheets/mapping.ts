import type { SheetView } from '../../bridge';

/** What a column of a file is meant to be. */
export interface Column {
  /** Its place in the file, from 0. */
  index: number;
  header: string;
  values: readonly string[];
  field: string;
  /** What was proposed. */
  proposed: string;
}

// Fields that hold what has no field of its own.
export const NOTE = 'note';
export const IGNORE = 'ignore';

/** The meaning of a column that is a field of the shop's own. */
export const customField = (id: string) => `field:${id}`;

const NAMES = ['name', 'first_name', 'last_name', 'company'];
const WAYS = ['phone', 'email'];

export function columnsOf(view: SheetView): Column[] {
  return view.columns.map(({ header, values, field }, index) => ({
    index,
    header,
    values,
    field,
    proposed: field,
  }));
}

/** Which of the two things that make a lead are there. */
export function requirements(columns: readonly Column[]): { name: boolean; reachable: boolean } {
  const has = (fields: readonly string[]) =>
    columns.some((column) => fields.includes(column.field));
  return { name: has(NAMES), reachable: has(WAYS) };
}

/**
 * Gives a column its meaning. A field that only one column can be is taken from
 * the column that had it, which becomes a note: nothing is lost.
 */
export function assign(
  columns: readonly Column[],
  index: number,
  field: string,
  several: readonly string[],
): Column[] {
  return columns.map((column) => {
    if (column.index === index) return { ...column, field };
    const taken = column.field === field && !several.includes(field);
    return taken ? { ...column, field: NOTE } : column;
  });
}

/** How the meaning of a column was found. */
export function howFound(
  column: Column,
  remembered: boolean,
): 'chosen' | 'remembered' | 'proposed' | 'none' {
  if (column.field !== column.proposed) return 'chosen';
  if (column.field === NOTE) return 'none';
  return remembered ? 'remembered' : 'proposed';
}
