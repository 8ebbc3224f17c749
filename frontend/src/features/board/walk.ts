/** A place on the board: a card of a stage, or, with index −1, the stage's head. */
export interface Spot {
  stage: number;
  index: number;
}

export interface Walkable {
  count: number;
  collapsed: boolean;
}

export const HEAD = -1;

interface Ground {
  stages: readonly Walkable[];
  /** Cards that a page key steps over. */
  page: number;
  /** The card of another stage that stands at the height of this place. */
  level: (from: Spot, stage: number) => number;
}

/** Where a key leads from a place; undefined for keys that don't walk. */
export function walk(key: string, from: Spot, ground: Ground): Spot | undefined {
  switch (key) {
    case 'ArrowLeft':
      return aside(from, -1, ground);
    case 'ArrowRight':
      return aside(from, +1, ground);
    case 'ArrowDown':
      return inside({ ...from, index: from.index + 1 }, ground);
    case 'ArrowUp':
      return inside({ ...from, index: from.index - 1 }, ground);
    case 'PageDown':
      return inside({ ...from, index: Math.max(0, from.index) + ground.page }, ground);
    case 'PageUp':
      return inside({ ...from, index: Math.max(0, from.index - ground.page) }, ground);
    case 'Home':
      return inside({ ...from, index: 0 }, ground);
    case 'End':
      return inside({ ...from, index: Infinity }, ground);
    default:
      return undefined;
  }
}

/** The place next to one that is still on the board: its stage's last card, or the head of an empty one. */
export function inside(spot: Spot, ground: Pick<Ground, 'stages'>): Spot {
  const stage = Math.min(Math.max(0, spot.stage), ground.stages.length - 1);
  const there = ground.stages[stage];
  if (!there || there.collapsed || there.count === 0) return { stage, index: HEAD };
  return { stage, index: Math.min(Math.max(HEAD, spot.index), there.count - 1) };
}

function aside(from: Spot, step: number, ground: Ground): Spot {
  const stage = from.stage + step;
  const there = ground.stages[stage];
  if (!there) return from;
  // From a head that was chosen to the next head; from one that was all there
  // is of its stage back to the cards.
  const here = ground.stages[from.stage];
  const chosen = from.index === HEAD && here && !here.collapsed && here.count > 0;
  return inside({ stage, index: chosen ? HEAD : ground.level(from, stage) }, ground);
}
