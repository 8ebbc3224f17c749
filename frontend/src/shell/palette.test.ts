import { expect, test } from 'vitest';
import type { Action } from '../shared/actions';
import { grouped, matchingCommands, step } from './palette';

const action = (id: string, unlisted = false): Action => ({
  id,
  label: 'shared.undo',
  group: 'shell.group.go',
  unlisted,
  perform: () => {},
});

const labels: Record<string, string> = {
  theme: 'Trocar tema: sistema, claro',
  move: 'Mover lead',
  hidden: 'Mover fora',
};
const actions = [action('theme'), action('move'), action('hidden', true)];
const match = (query: string) =>
  matchingCommands(actions, query, ({ id }) => labels[id]!).map(({ id }) => id);

test('every word typed must begin a word of the command; accents don’t count', () => {
  expect(match('')).toEqual(['theme', 'move']);
  expect(match('téma tro')).toEqual(['theme']);
  expect(match('over')).toEqual([]);
  expect(match('mov lead')).toEqual(['move']);
});

test('groups keep the order in which they first appear', () => {
  expect(grouped([1, 2, 3, 4], (n) => (n % 2 ? 'odd' : 'even'))).toEqual([
    ['odd', [1, 3]],
    ['even', [2, 4]],
  ]);
});

test('arrows go round, pages stop at the ends, letters are text', () => {
  expect(step('ArrowDown', 2, 3)).toBe(0);
  expect(step('ArrowUp', 0, 3)).toBe(2);
  expect(step('PageDown', 0, 3)).toBe(2);
  expect(step('PageUp', 2, 3)).toBe(0);
  expect(step('a', 0, 3)).toBeUndefined();
  expect(step('ArrowDown', 0, 0)).toBeUndefined();
});
