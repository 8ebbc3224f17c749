import { api, type Card, type Filter, type Stage, type StageView } from '../../bridge';
import { MOST, pages, PAGE, StageCards } from './stageCards';

/** One stage on the board: its totals, and the cards around what is seen. Reactive. */
export class StageData {
  readonly id: string;
  #cards = $state.raw(new StageCards());
  #failure = $state.raw<unknown>(undefined);
  #epoch = $state(0);
  #filter: Filter;
  #seen = { first: 0, end: PAGE };
  // Answers to questions of an earlier turn are late.
  #turn = 0;
  #asking = false;

  constructor(stage: Pick<Stage, 'id'>, filter: Filter) {
    this.id = stage.id;
    this.#filter = filter;
  }

  get cards(): StageCards {
    return this.#cards;
  }
  get count(): number {
    return this.#cards.count;
  }
  get sumCents(): number {
    return this.#cards.sumCents;
  }
  get failure(): unknown {
    return this.#failure;
  }

  /** Another number for each filter: other cards, which are read from the top. */
  get epoch(): number {
    return this.#epoch;
  }

  at(index: number): Card | undefined {
    return this.#cards.at(index);
  }
  indexOf(id: string): number {
    return this.#cards.indexOf(id);
  }

  /** Takes the first cards over, under a filter. */
  start(view: StageView, filter: Filter): void {
    this.#turn += 1;
    if (filter !== this.#filter) this.#epoch += 1;
    this.#filter = filter;
    this.#cards = StageCards.of(view);
    this.#failure = undefined;
    void this.#fill();
  }

  /** Puts cards on the screen ahead of Go's answer, or an earlier state back. */
  put(cards: StageCards): void {
    this.#turn += 1;
    this.#cards = cards;
  }

  /** Tells which cards are on the screen: what is missing of them is fetched. */
  show(first: number, end: number): void {
    this.#seen = { first, end };
    void this.#fill();
  }

  /** Fetches what is seen again. What was there stays until the answer comes. */
  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    const { offset, limit } = pages(this.#seen.first, this.#seen.end);
    try {
      const view = await this.#window(offset, limit);
      if (turn !== this.#turn) return;
      this.#cards = StageCards.of(view, offset);
      this.#failure = undefined;
      void this.#fill();
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    }
  }

  /** The ids of the cards [from, to), fetched where they aren't yet. */
  async ids(from: number, to: number): Promise<string[]> {
    const ids: string[] = [];
    for (let at = from; at < to;) {
      const card = this.at(at);
      if (card) {
        ids.push(card.id);
        at += 1;
        continue;
      }
      const { cards } = await this.#window(at, Math.min(MOST, to - at));
      if (cards.length === 0) break;
      ids.push(...cards.map(({ id }) => id));
      at += cards.length;
    }
    return ids;
  }

  // One window at a time: while a person flings through a stage, what has
  // passed by is not fetched.
  async #fill(): Promise<void> {
    const ask = this.#cards.missing(this.#seen.first, this.#seen.end);
    if (!ask || this.#asking) return;
    this.#asking = true;
    const turn = this.#turn;
    let more = false;
    try {
      const view = await this.#window(ask.offset, ask.limit);
      if (turn === this.#turn) {
        // Another count: the cards that are known stand elsewhere by now.
        const same = view.count === this.#cards.count;
        this.#cards = same ? this.#cards.filled(view, ask.offset) : StageCards.of(view, ask.offset);
      }
      more = view.cards.length > 0;
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    } finally {
      this.#asking = false;
    }
    if (more) void this.#fill();
  }

  #window(offset: number, limit: number): Promise<StageView> {
    return api.Board.Window({ stageId: this.id, filter: this.#filter, offset, limit });
  }
}
