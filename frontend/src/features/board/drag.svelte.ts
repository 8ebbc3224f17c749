import type { Card } from '../../bridge';
import type { Load } from '../../shared/dnd';

/** A card under way; the others that are picked go with it. */
export interface CardLoad extends Load {
  kind: 'card';
  card: Card;
}

export const CARD = 'card';

/** The drag under way, if any. Reactive. */
export class Drag {
  #cards = $state.raw<readonly Card[]>([]);
  #stageId = $state('');
  #line = $state(-1);

  /** Empty while nothing is dragged. */
  get cards(): readonly Card[] {
    return this.#cards;
  }
  get on(): boolean {
    return this.#cards.length > 0;
  }

  has(id: string): boolean {
    return this.#cards.some((card) => card.id === id);
  }

  /** The row above which the insertion line stands in a stage; −1 for none. */
  lineIn(stageId: string): number {
    return this.#stageId === stageId ? this.#line : -1;
  }
  /** True while the pointer is over a stage or zone of that name. */
  over(name: string): boolean {
    return this.#stageId === name;
  }

  start(cards: readonly Card[]): void {
    this.#cards = cards;
  }

  point(name: string, line = -1): void {
    this.#stageId = name;
    this.#line = line;
  }

  leave(name: string): void {
    if (this.#stageId === name) this.point('');
  }

  end(): void {
    this.#cards = [];
    this.point('');
  }
}
