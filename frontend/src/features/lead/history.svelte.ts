import { untrack } from 'svelte';
import { api, type EntryKind, type TimelineFilter, type TimelinePage } from '../../bridge';
import { live, type Live } from '../../shared/stores';

/** Entries fetched at once, and the most that one call answers. */
const PAGE = 30;
const MOST = 200;

/** What a history is narrowed to. Reactive. */
export class Filter {
  #kinds = $state.raw<EntryKind[]>([]);
  text = $state('');

  /** True when it leaves something out. */
  get on(): boolean {
    return this.#kinds.length > 0 || this.text.trim() !== '';
  }

  has(kind: EntryKind): boolean {
    return this.#kinds.includes(kind);
  }

  toggle(kind: EntryKind): void {
    this.#kinds = this.has(kind)
      ? this.#kinds.filter((other) => other !== kind)
      : [...this.#kinds, kind];
  }

  clear(): void {
    this.#kinds = [];
    this.text = '';
  }

  page(id: string, before: number, limit: number): Promise<TimelinePage> {
    if (!this.on) return api.Leads.Timeline(id, before, limit);
    const filter: TimelineFilter = { kinds: this.#kinds, text: this.text };
    return api.Leads.FindInTimeline(id, filter, before, limit);
  }
}

/** A lead's history on the screen: the newest page first, older ones when asked for. */
export class History {
  readonly #id: string;
  readonly #live: Live<TimelinePage>;
  #loading = $state(false);
  readonly #filter: Filter;

  constructor(id: string, it: Live<TimelinePage>, filter: Filter) {
    this.#id = id;
    this.#live = it;
    this.#filter = filter;
  }

  get filter(): Filter {
    return this.#filter;
  }
  /** False until the first page is there. */
  get loaded(): boolean {
    return this.#live.value !== undefined;
  }

  get items(): TimelinePage['items'] {
    return this.#live.value?.items ?? [];
  }
  get more(): boolean {
    return this.#live.value?.more ?? false;
  }
  get loading(): boolean {
    return this.#loading;
  }
  get failure(): unknown {
    return this.#live.failure;
  }

  /** Fetches the page after the oldest entry shown. */
  async older(): Promise<void> {
    const before = this.#live.value;
    const last = before?.items.at(-1);
    if (!before || !last || this.#loading || !before.more) return;
    this.#loading = true;
    try {
      const page = await this.#filter.page(this.#id, last.at, PAGE);
      // A commit meanwhile has fetched the head anew: then this page is asked for again.
      if (this.#live.value !== before) return;
      this.#live.show({ items: [...before.items, ...(page.items ?? [])], more: page.more });
    } finally {
      this.#loading = false;
    }
  }
}

/** The history of a lead, bound to the component that is being set up. */
export function history(id: string): History {
  const filter = new Filter();
  const it: Live<TimelinePage> = live(
    // Untracked: what is shown must not be a reason to load it again.
    () =>
      filter.page(
        id,
        0,
        untrack(() => shownCount(it)),
      ),
    (change) => change.leadIds?.includes(id) ?? false,
  );
  return new History(id, it, filter);
}

// What was paged in stays when a commit loads the history again.
function shownCount(it: Live<TimelinePage>): number {
  return Math.min(MOST, Math.max(PAGE, it.value?.items?.length ?? 0));
}
