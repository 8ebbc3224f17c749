import { api, on, type Card, type Change, type Filter } from '../../bridge';
import { narrowedFields } from '../../shared/leads/filter.svelte';
import { startWith } from '../../shared/stores';

/** Rows of one request, and requests kept: what scrolling back meets again. */
const PAGE = 100;
const KEPT = 30;

export interface Asked {
  filter: Filter;
  sort: string;
  desc: boolean;
}

/**
 * The leads of the list, fetched in windows as they are scrolled to. What is on
 * the screen stays until the next answer is there. Reactive.
 */
export class Rows {
  #asked: Asked | undefined;
  #pages = new Map<number, readonly Card[]>();
  // Raised whenever a row may have changed: the pages themselves are no state.
  #version = $state(0);
  #count = $state(0);
  #sumCents = $state(0);
  #loaded = $state(false);
  #counted = $state(true);
  #failure = $state.raw<unknown>(undefined);
  #turn = 0;
  #wanted = { first: 0, end: PAGE };
  #fetching = false;

  /** False until the first answer. */
  get loaded(): boolean {
    return this.#loaded;
  }
  /** False while the count is that of the first rows alone. */
  get counted(): boolean {
    return this.#counted;
  }
  get count(): number {
    return this.#count;
  }
  /** Sum of the values of all that match. */
  get sumCents(): number {
    return this.#sumCents;
  }
  get failure(): unknown {
    return this.#failure;
  }

  /** The lead of a row; undefined while it is not fetched. */
  at(index: number): Card | undefined {
    void this.#version;
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The row of a lead among those that are fetched; -1 when it isn't one. */
  indexOf(id: string): number {
    for (const [page, cards] of this.#pages) {
      const at = cards.findIndex((card) => card.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** Asks for other leads, or in another order. */
  async ask(asked: Asked): Promise<void> {
    this.#asked = asked;
    this.#wanted = { first: 0, end: PAGE };
    const narrowed = narrowedFields(asked.filter) > 0;
    if (narrowed) await this.#first(asked);
    if (asked !== this.#asked) return;
    if (!narrowed || !this.#counted || this.#failure) await this.refresh();
    if (this.#failure || asked !== this.#asked) return;
    startWith([
      ['Leads', narrowed ? 'First' : 'Query', [this.#page(0)]],
      ['Board', 'Tabs', [asked.filter.pipelineId]],
    ]);
  }

  // The first page stands there before what matches is counted, where that takes long.
  async #first(asked: Asked): Promise<void> {
    const turn = ++this.#turn;
    try {
      const view = await api.Leads.First(this.#page(0));
      if (turn !== this.#turn || asked !== this.#asked) return;
      this.#pages = new Map([[0, view.rows ?? []]]);
      this.#counted = !view.partial;
      this.#settle(view.count, view.sumCents);
      this.#failure = undefined;
      this.#loaded = true;
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    }
  }

  /** Fetches what is on the screen again; the rest is fetched when it is scrolled to. */
  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    const { first, end } = this.#wanted;
    const from = Math.floor(first / PAGE);
    const to = Math.max(from, Math.floor((end - 1) / PAGE));
    try {
      const fresh = new Map<number, readonly Card[]>();
      let view = await this.#fetch(from);
      fresh.set(from, view.rows ?? []);
      for (let page = from + 1; page <= to && page * PAGE < view.count; page++) {
        view = await this.#fetch(page);
        fresh.set(page, view.rows ?? []);
      }
      if (turn !== this.#turn) return;
      this.#pages = fresh;
      this.#settle(view.count, view.sumCents);
      this.#counted = true;
      this.#failure = undefined;
      this.#loaded = true;
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    }
  }

  /** Rows [first, end) are on the screen: fetches those that are missing. */
  want(first: number, end: number): void {
    this.#wanted = { first, end };
    if (!this.#fetching && this.#loaded) void this.#fill();
  }

  /** All ids of the rows [first, end), fetched for it where needed. */
  async ids(first: number, end: number): Promise<string[]> {
    const ids: string[] = [];
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page++) {
      const cards = this.#pages.get(page) ?? (await this.#fetch(page)).rows ?? [];
      for (const [i, card] of cards.entries()) {
        const index = page * PAGE + i;
        if (index >= first && index < end) ids.push(card.id);
      }
    }
    return ids;
  }

  /** Follows the database until the answer is called; commits of one frame are one fetch. */
  follow(): () => void {
    let frame = 0;
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        if (this.#asked) void this.refresh();
      });
    };
    const offs = [
      on('change', (change) => {
        if (touchesList(change)) soon();
      }),
      on('events.lost', soon),
      () => cancelAnimationFrame(frame),
    ];
    return () => offs.forEach((off) => off());
  }

  // One page after the other: a scroll that flies past leaves no queue behind,
  // since what is wanted is looked at again before each fetch.
  async #fill(): Promise<void> {
    this.#fetching = true;
    const turn = this.#turn;
    try {
      for (let page = this.#missing(); page >= 0; page = this.#missing()) {
        const view = await this.#fetch(page);
        if (turn !== this.#turn) return;
        this.#pages.set(page, view.rows ?? []);
        this.#forget();
        this.#settle(view.count, view.sumCents);
      }
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    } finally {
      this.#fetching = false;
      // A newer request took over while this one was under way.
      if (turn !== this.#turn && this.#loaded && this.#missing() >= 0) void this.#fill();
    }
  }

  #missing(): number {
    const end = Math.min(this.#wanted.end, this.#count);
    for (let page = Math.floor(this.#wanted.first / PAGE); page * PAGE < end; page++) {
      if (!this.#pages.has(page)) return page;
    }
    return -1;
  }

  // Pages far from the screen go first.
  #forget(): void {
    if (this.#pages.size <= KEPT) return;
    const middle = (this.#wanted.first + this.#wanted.end) / 2 / PAGE;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of far.slice(0, this.#pages.size - KEPT)) this.#pages.delete(page);
  }

  #settle(count: number, sumCents: number): void {
    this.#count = count;
    this.#sumCents = sumCents;
    this.#version += 1;
  }

  #fetch(page: number) {
    return api.Leads.Query(this.#page(page));
  }

  #page(page: number) {
    return { ...this.#asked!, offset: page * PAGE, limit: PAGE };
  }
}

const LISTED = ['leads', 'contacts', 'activities', 'marks'];

/** True when a commit may have changed which leads are listed or what their rows say. */
export function touchesList(change: Change): boolean {
  return change.all || (change.kinds ?? []).some((kind) => LISTED.includes(kind));
}
