import { keep, remember } from '../../shared/stores';
import { columnOf, FIRST_COLUMNS, type Column } from './columns';

const KEPT = 'list.columns';
const WIDEST = 40;

interface Kept {
  /** Ids in the order shown. */
  shown: readonly string[];
  /** rem by id, where somebody changed them. */
  widths: Readonly<Record<string, number>>;
}

/** Which columns the list shows, in which order and how wide; kept on this device. Reactive. */
class Layout {
  #changed = $state.raw<Kept | undefined>(undefined);

  // The device's state is read when asked: it is not there yet when this module loads.
  get #kept(): Kept {
    return this.#changed ?? sound(remember<unknown>(KEPT, undefined));
  }

  /** In the order shown; the name is always among them. */
  get columns(): Column[] {
    return this.#kept.shown.flatMap((id) => columnOf(id) ?? []);
  }

  /** rem */
  width(column: Column): number {
    return this.#kept.widths[column.id] ?? column.width;
  }

  has(id: string): boolean {
    return this.#kept.shown.includes(id);
  }

  /** Shows a column at the end, or hides it. The name stays. */
  toggle(id: string): void {
    if (id === 'name') return;
    const shown = this.#kept.shown;
    this.#put({ shown: this.has(id) ? shown.filter((other) => other !== id) : [...shown, id] });
  }

  /** Moves a column by steps to the left (negative) or right. */
  move(id: string, steps: number): void {
    const shown = [...this.#kept.shown];
    const from = shown.indexOf(id);
    const to = Math.min(shown.length - 1, Math.max(0, from + steps));
    if (from < 0 || from === to) return;
    shown.splice(from, 1);
    shown.splice(to, 0, id);
    this.#put({ shown });
  }

  /** Makes a column as wide as rem, within what can be read. */
  resize(column: Column, rem: number): void {
    const width = Math.round(Math.min(WIDEST, Math.max(column.least, rem)) * 4) / 4;
    this.#put({ widths: { ...this.#kept.widths, [column.id]: width } });
  }

  /** Back to how it comes. */
  reset(): void {
    this.#put({ shown: FIRST_COLUMNS, widths: {} });
  }

  #put(change: Partial<Kept>): void {
    this.#changed = { ...this.#kept, ...change };
    keep(KEPT, this.#changed);
  }
}

/** What was kept, without what this version doesn't know. */
export function sound(kept: unknown): Kept {
  const { shown, widths } = (kept ?? {}) as { shown?: unknown; widths?: unknown };
  const known = Array.isArray(shown) ? shown.filter((id) => columnOf(String(id))) : FIRST_COLUMNS;
  const wide = Object.entries((widths ?? {}) as object).filter(
    ([id, rem]) => columnOf(id) && typeof rem === 'number' && rem > 0 && rem <= WIDEST,
  );
  const once = [...new Set(known as string[])];
  return {
    shown: once.includes('name') ? once : ['name', ...once],
    widths: Object.fromEntries(wide) as Record<string, number>,
  };
}

export const layout = new Layout();
