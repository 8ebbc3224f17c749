import type { Card, Filter } from '../../bridge';
import { peek } from '../../shared/leads/peek.svelte';
import { Picked } from '../../shared/leads/picked.svelte';
import { router } from '../../shared/router';
import { keep, remember } from '../../shared/stores';
import { columnOf, type Column } from './columns';
import { layout } from './layout.svelte';
import { Rows } from './rows.svelte';

const SORT = 'list.sort';
const CURSOR = 'list.cursor';

/** By which column the list is sorted. */
export interface Sorting {
  sort: string;
  desc: boolean;
}

const FIRST_SORT: Sorting = { sort: 'created', desc: true };

/** Where a page key goes when nothing says how many rows there are on a screen. */
const PAGE_STEP = 10;

/** What the list does with keys and clicks: the row it stands on, what is picked, how it is sorted. */
export class ListControl {
  readonly rows = new Rows();
  readonly picked = new Picked();
  /** Rows that a page key steps over. */
  pageStep = PAGE_STEP;

  #sorting = $state.raw<Sorting>(soundSort(remember<unknown>(SORT, FIRST_SORT)));
  #index = $state(remember(CURSOR, 0));
  #columnId = $state('name');
  #filter: Filter | undefined;
  // The lead that the cursor stands on: it follows it when rows move.
  #id = '';
  // Where Shift began, and what was picked then.
  #anchor = 0;
  #before: readonly string[] = [];

  get sorting(): Sorting {
    return this.#sorting;
  }
  /** The row of the cursor, inside the list. */
  get index(): number {
    return Math.max(0, Math.min(this.#index, this.rows.count - 1));
  }
  /** The lead under the cursor; undefined while it is not fetched. */
  get card(): Card | undefined {
    return this.rows.at(this.index);
  }
  get column(): Column {
    return layout.columns.find(({ id }) => id === this.#columnId) ?? layout.columns[0]!;
  }

  /** Fetches what a filter lets through. */
  async load(filter: Filter): Promise<void> {
    this.#filter = filter;
    this.picked.clear();
    await this.rows.ask({ filter, ...this.#sorting });
  }

  /** Sorts by a column; a second time the other way round. */
  sortBy(column: Column): void {
    if (!column.sort) return;
    const same = this.#sorting.sort === column.sort;
    this.#sorting = {
      sort: column.sort,
      desc: same ? !this.#sorting.desc : (column.downFirst ?? false),
    };
    keep(SORT, this.#sorting);
    this.stand(0);
    if (this.#filter) void this.rows.ask({ filter: this.#filter, ...this.#sorting });
  }

  /** Puts the cursor on a row. */
  stand(index: number): void {
    this.#index = Math.max(0, Math.min(index, this.rows.count - 1));
    this.#id = this.card?.id ?? '';
    keep(CURSOR, this.#index);
  }

  /** Walks by key; the peek panel goes along. */
  walk(index: number): void {
    this.stand(index);
    this.#anchor = this.index;
    this.#before = this.picked.ids;
    this.lead();
  }

  /** Walks sideways over the columns. */
  aside(step: number): void {
    const columns = layout.columns;
    const at = columns.findIndex(({ id }) => id === this.column.id);
    const next = columns[Math.max(0, Math.min(columns.length - 1, at + step))];
    if (next) this.#columnId = next.id;
  }

  standIn(columnId: string): void {
    if (columnOf(columnId)) this.#columnId = columnId;
  }

  /** Keeps the cursor on its lead, and the open panel with it, when rows came or moved. */
  follow(): void {
    const card = this.card;
    if (!card) return;
    if (this.#id === '') this.#id = card.id;
    else if (card.id !== this.#id) {
      const at = this.rows.indexOf(this.#id);
      if (at >= 0) this.#index = at;
      else this.#id = card.id;
    }
  }

  /** Shows the cursor's lead in the panel when that is open. */
  lead(): void {
    if (peek.id && this.card) peek.open(this.card.id);
  }

  open(): void {
    if (this.card) router.go(`/lead/${this.card.id}`);
  }

  /** Picks the cursor's lead or lets it go. */
  pick(): void {
    if (!this.card) return;
    this.picked.toggle(this.card.id);
    this.#anchor = this.index;
    this.#before = this.picked.ids;
  }

  pickAt(index: number): void {
    this.stand(index);
    this.pick();
  }

  /** Picks everything between where Shift began and a row, and what was picked before. */
  async pickTo(index: number): Promise<void> {
    const anchor = this.#anchor;
    this.stand(index);
    this.lead();
    const to = this.index;
    const ids = await this.rows.ids(Math.min(anchor, to), Math.max(anchor, to) + 1);
    // A later key has chosen another range meanwhile.
    if (this.index !== to) return;
    const before = this.#before;
    this.picked.clear();
    this.picked.add([...before, ...ids]);
  }

  /** Picks all that match, fetched or not; when they are picked already, none. */
  pickAll(): void {
    if (this.allPicked) this.picked.clear();
    else if (this.#filter && this.rows.count > 0)
      this.picked.everything(this.#filter, this.rows.count);
  }

  get allPicked(): boolean {
    return this.rows.count > 0 && this.picked.count >= this.rows.count;
  }
}

function soundSort(kept: unknown): Sorting {
  const { sort, desc } = (kept ?? {}) as Partial<Sorting>;
  return typeof sort === 'string' && typeof desc === 'boolean' ? { sort, desc } : FIRST_SORT;
}
