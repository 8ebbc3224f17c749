import type { Card } from '../../bridge';

/** What lies on top of a stage whatever its rank: replies first, then new leads. */
const NEW = 1;

interface Cards {
  readonly count: number;
  at: (index: number) => Card | undefined;
}

/** A card's freshness once somebody moved it: a new one is then seen, a reply stays unread. */
export function freshOnceMoved(fresh: number): number {
  return fresh === NEW ? 0 : fresh;
}

/**
 * Where a moved card will stand in a stage, without itself, when a person points
 * at an index: fresher cards stay above it and staler ones below. Cards that are
 * not fetched count as its equals.
 */
export function landing(cards: Cards, wanted: number, fresh: number): number {
  let at = Math.min(Math.max(0, wanted), cards.count);
  while (at < cards.count && (cards.at(at)?.fresh ?? fresh) > fresh) at += 1;
  while (at > 0 && (cards.at(at - 1)?.fresh ?? fresh) < fresh) at -= 1;
  return at;
}

/** The neighbours by which Go ranks a card: the equally fresh ones around its place. */
export function neighbours(
  cards: Cards,
  at: number,
  fresh: number,
): { afterId: string; beforeId: string } {
  const equal = (card: Card | undefined) => (card?.fresh === fresh ? card.id : '');
  return { afterId: equal(cards.at(at - 1)), beforeId: equal(cards.at(at)) };
}

/** An index among all cards, as one among those that don't move. moving: where these stand. */
export function withoutMoving(index: number, moving: readonly number[]): number {
  return index - moving.filter((at) => at >= 0 && at < index).length;
}

/** An index among the cards that don't move, as one on the screen, where all still stand. */
export function onScreen(index: number, moving: readonly number[]): number {
  let at = index;
  for (const one of [...moving].filter((i) => i >= 0).sort((a, b) => a - b)) if (one < at) at += 1;
  return at;
}
