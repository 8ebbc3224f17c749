import type { Card, StageView } from '../../bridge';

/** Cards that are asked for at once. */
export const PAGE = 25;
/** The most that one request answers. */
export const MOST = 200;
/** Cards kept before and behind what is seen, and at the top, once there are too many. */
const KEPT_AROUND = 150;
const TOO_MANY = 600;

/**
 * The cards of one stage, as far as they are fetched: a stage of 10,000 keeps
 * some hundred. Never changed, only replaced, so that an older state can be
 * put back.
 */
export class StageCards {
  readonly count: number;
  readonly sumCents: number;
  readonly #cards: ReadonlyMap<number, Card>;

  constructor(count = 0, sumCents = 0, cards: ReadonlyMap<number, Card> = new Map()) {
    this.count = count;
    this.sumCents = sumCents;
    this.#cards = cards;
  }

  /** The card at an index; undefined while it is not fetched. */
  at(index: number): Card | undefined {
    return this.#cards.get(index);
  }

  /** Where a lead's card stands; −1 when it is not here or not fetched. */
  indexOf(id: string): number {
    for (const [index, card] of this.#cards) if (card.id === id) return index;
    return -1;
  }

  /** How many cards are held. */
  get held(): number {
    return this.#cards.size;
  }

  /** What to ask for so that [first, end) is whole: whole pages. undefined when it is. */
  missing(first: number, end: number): { offset: number; limit: number } | undefined {
    const last = Math.min(end, this.count);
    let from = Math.max(0, first);
    while (from < last && this.#cards.has(from)) from += 1;
    if (from >= last) return undefined;
    let to = last;
    while (to > from && this.#cards.has(to - 1)) to -= 1;
    return pages(from, to);
  }

  /** With a window of cards put in, less what lies far from it when there are too many. */
  filled(view: StageView, offset: number): StageCards {
    const cards = new Map(this.#cards);
    for (const [i, card] of view.cards.entries()) cards.set(offset + i, card);
    if (cards.size > TOO_MANY) {
      const from = offset - KEPT_AROUND;
      const to = offset + view.cards.length + KEPT_AROUND;
      for (const index of cards.keys()) {
        if (index >= PAGE && (index < from || index >= to)) cards.delete(index);
      }
    }
    return new StageCards(view.count, view.sumCents, cards);
  }

  /** Of a window only: nothing that was known before counts any more. */
  static of(view: StageView, offset = 0): StageCards {
    return new StageCards().filled(view, offset);
  }

  /** Without some leads; what stood below moves up. */
  without(ids: ReadonlySet<string>): StageCards {
    const gone = [...this.#cards].filter(([, card]) => ids.has(card.id));
    if (gone.length === 0) return this;
    const indices = gone.map(([index]) => index).sort((a, b) => a - b);
    const cards = new Map<number, Card>();
    for (const [index, card] of this.#cards) {
      if (ids.has(card.id)) continue;
      cards.set(index - indices.filter((removed) => removed < index).length, card);
    }
    const cents = gone.reduce((sum, [, card]) => sum + card.valueCents, 0);
    return new StageCards(this.count - gone.length, this.sumCents - cents, cards);
  }

  /** With cards put in at an index; what stands there and below moves down. */
  inserted(at: number, more: readonly Card[]): StageCards {
    const cards = new Map<number, Card>();
    for (const [index, card] of this.#cards)
      cards.set(index < at ? index : index + more.length, card);
    for (const [i, card] of more.entries()) cards.set(at + i, card);
    const cents = more.reduce((sum, card) => sum + card.valueCents, 0);
    return new StageCards(this.count + more.length, this.sumCents + cents, cards);
  }
}

/** The whole pages that hold [first, end), as far as one request goes. */
export function pages(first: number, end: number): { offset: number; limit: number } {
  const offset = Math.floor(first / PAGE) * PAGE;
  const limit = Math.min(MOST, Math.ceil((end - offset) / PAGE) * PAGE);
  return { offset, limit: Math.max(PAGE, limit) };
}
