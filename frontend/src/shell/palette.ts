import type { Action } from '../shared/actions';
import { fold } from '../shared/format';

/** Commands shown before anything is typed, and the most that stand beside records. */
const COMMANDS = 12;

/** The commands that fit what was typed: every word must begin a word of the label. */
export function matchingCommands(
  actions: readonly Action[],
  query: string,
  labelOf: (action: Action) => string,
): Action[] {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  return actions
    .filter((action) => !action.unlisted)
    .filter((action) => {
      const words = fold(labelOf(action)).split(/[^\p{L}\p{N}]+/u);
      return wanted.every((part) => words.some((word) => word.startsWith(part)));
    })
    .slice(0, COMMANDS);
}

/** Groups things in the order in which their groups first appear. */
export function grouped<T, G>(things: readonly T[], groupOf: (thing: T) => G): [G, T[]][] {
  const groups = new Map<G, T[]>();
  for (const thing of things) {
    const group = groupOf(thing);
    const members = groups.get(group);
    if (members) members.push(thing);
    else groups.set(group, [thing]);
  }
  return [...groups];
}

/** Where a key leads in a list of count lines; undefined when it is none of the list's keys. */
export function step(key: string, from: number, count: number): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case 'ArrowDown':
      return (from + 1) % count;
    case 'ArrowUp':
      return (from - 1 + count) % count;
    case 'PageDown':
      return Math.min(count - 1, from + PAGE);
    case 'PageUp':
      return Math.max(0, from - PAGE);
    default:
      return undefined;
  }
}

const PAGE = 8;
