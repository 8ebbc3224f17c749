import { keep, remember } from '../../shared/stores';
import { columnOf, customColumns, FIRST_COLUMNS, isCustom, type Column } from './columns';

const KEPT = 'list.columns';
const WIDEST = 40;

interface Kept {
  /** Ids in the order shown. */
  shown: readonly string[];
  /** rem by id, where somebody changed them. */
  widths: Readonly<Record<string, number>>;
  /** Custom fields' columns that somebody hid here; the others show by themselves. */
  hidden: readonly string[];
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
    return this.#shown.flatMap((id) => columnOf(id) ?? []);
  }

  // A field that the shop puts on the list stands there until it is hidden.
  get #shown(): readonly string[] {
    const { shown, hidden } = this.#kept;
    const more = customColumns().map(({ id }) => id);
    return [...shown, ...more.filter((id) => !shown.includes(id) && !hidden.includes(id))];
  }

  /** rem */
  width(column: Column): number {
    return this.#kept.widths[column.id] ?? column.width;
  }

  has(id: string): boolean {
    return this.#shown.includes(id);
  }

  /** Shows a column at the end, or hides it. The name stays. */
  toggle(id: string): void {
    if (id === 'name') return;
    const shown = this.#shown;
    const { hidden } = this.#kept;
    if (!this.has(id)) {
      this.#put({ shown: [...shown, id], hidden: hidden.filter((other) => other !== id) });
      return;
    }
    this.#put({
      shown: shown.filter((other) => other !== id),
      hidden: isCustom(id) ? [...hidden, id] : hidden,
    });
  }

  /** Moves a column by steps to the left (negative) or right. */
  move(id: string, steps: number): void {
    const shown = [...this.#shown];
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
    this.#put({ shown: FIRST_COLUMNS, widths: {}, hidden: [] });
  }

  #put(change: Partial<Kept>): void {
    this.#changed = { ...this.#kept, ...change };
    keep(KEPT, this.#changed);
  }
}

/** What was kept, without what this version doesn't know. */
export function sound(kept: unknown): Kept {
  const { shown, widths, hidden } = (kept ?? {}) as Partial<Record<keyof Kept, unknown>>;
  const sane = (id: string) => isCustom(id) || columnOf(id) !== undefined;
  const known = Array.isArray(shown) ? shown.filter((id) => sane(String(id))) : FIRST_COLUMNS;
  const wide = Object.entries((widths ?? {}) as object).filter(
    ([id, rem]) => sane(id) && typeof rem === 'number' && rem > 0 && rem <= WIDEST,
  );
  const once = [...new Set(known as string[])];
  return {
    shown: once.includes('name') ? once : ['name', ...once],
    widths: Object.fromEntries(wide) as Record<string, number>,
    hidden: Array.isArray(hidden) ? hidden.filter((id) => isCustom(String(id))) : [],
  };
}

export const layout = new Layout();
