import { describe, expect, test } from 'vitest';
import { aCard } from '../../tests/factories';
import { freshOnceMoved, landing, neighbours, onScreen, withoutMoving } from './landing';

// A stage as it lies: replies on top, then new leads, then the ranked ones.
const stage = (...fresh: number[]) => {
  const list = fresh.map((f, i) => aCard({ id: `c${i}`, fresh: f }));
  return { count: list.length, at: (i: number) => list[i] };
};

describe('where a dropped card lands', () => {
  test('a seen card stays below the fresh ones', () => {
    expect(landing(stage(2, 1, 0, 0), 0, 0)).toBe(2);
    expect(landing(stage(2, 1, 0, 0), 3, 0)).toBe(3);
    expect(landing(stage(2, 1), 0, 0)).toBe(2);
  });

  test('an unread reply stays above the others', () => {
    expect(landing(stage(2, 1, 0, 0), 4, 2)).toBe(1);
    expect(landing(stage(0, 0), 2, 2)).toBe(0);
  });

  test('cards that are not fetched don’t move it', () => {
    const sparse = { count: 1000, at: (i: number) => (i === 0 ? aCard({ fresh: 2 }) : undefined) };
    expect(landing(sparse, 700, 0)).toBe(700);
    expect(landing(sparse, 5000, 0)).toBe(1000);
    expect(landing(sparse, -3, 0)).toBe(1);
  });

  test('a new lead is seen once somebody moved it, a reply is not', () => {
    expect([0, 1, 2].map(freshOnceMoved)).toEqual([0, 0, 2]);
  });

  test('its neighbours are equally fresh, as ranks of others say nothing', () => {
    const cards = stage(2, 0, 0);
    expect(neighbours(cards, 1, 0)).toEqual({ afterId: '', beforeId: 'c1' });
    expect(neighbours(cards, 2, 0)).toEqual({ afterId: 'c1', beforeId: 'c2' });
    expect(neighbours(cards, 3, 0)).toEqual({ afterId: 'c2', beforeId: '' });
    expect(neighbours(stage(2, 1), 2, 0)).toEqual({ afterId: '', beforeId: '' });
  });
});

describe('rows on the screen and rows without the moving cards', () => {
  test.each([
    [0, [3], 0],
    [3, [3], 3],
    [4, [3], 3],
    [6, [1, 3], 4],
    [2, [-1], 2],
  ])('row %i with %j moving is %i', (row, moving, without) => {
    expect(withoutMoving(row, moving)).toBe(without);
  });

  test('an insertion line stands above the row that the card will push down', () => {
    expect(onScreen(3, [0, 1])).toBe(5);
    expect(onScreen(0, [0])).toBe(0);
    expect(onScreen(4, [4])).toBe(4);
  });
});
