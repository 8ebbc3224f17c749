import { describe, expect, test } from 'vitest';
import { HEAD, inside, walk, type Spot } from './walk';

const ground = {
  stages: [
    { count: 10, collapsed: false },
    { count: 0, collapsed: false },
    { count: 3, collapsed: false },
    { count: 40, collapsed: true },
  ],
  page: 4,
  level: (from: Spot) => (from.index === HEAD ? 2 : from.index),
};
const from = (stage: number, index: number) => ({ stage, index });

describe('walking over the board', () => {
  test.each([
    ['ArrowDown', from(0, 3), from(0, 4)],
    ['ArrowDown', from(0, 9), from(0, 9)],
    ['ArrowUp', from(0, 1), from(0, 0)],
    ['ArrowUp', from(0, 0), from(0, HEAD)],
    ['ArrowUp', from(0, HEAD), from(0, HEAD)],
    ['ArrowDown', from(0, HEAD), from(0, 0)],
    ['PageDown', from(0, 7), from(0, 9)],
    ['PageUp', from(0, 2), from(0, 0)],
    ['Home', from(0, 5), from(0, 0)],
    ['End', from(0, 5), from(0, 9)],
  ])('%s from %o leads to %o', (key, at, to) => {
    expect(walk(key, at, ground)).toEqual(to);
  });

  test('sideways it keeps the height, over a stage without cards', () => {
    expect(walk('ArrowRight', from(0, 2), ground)).toEqual(from(1, HEAD));
    expect(walk('ArrowRight', from(1, HEAD), ground)).toEqual(from(2, 2));
    expect(walk('ArrowLeft', from(2, 1), ground)).toEqual(from(1, HEAD));
  });

  test('from a chosen head it goes to the next head', () => {
    expect(walk('ArrowLeft', from(2, HEAD), ground)).toEqual(from(1, HEAD));
    expect(walk('ArrowRight', from(0, HEAD), ground)).toEqual(from(1, HEAD));
  });

  test('a collapsed stage is one stop', () => {
    expect(walk('ArrowRight', from(2, 1), ground)).toEqual(from(3, HEAD));
    expect(walk('ArrowDown', from(3, HEAD), ground)).toEqual(from(3, HEAD));
    expect(walk('ArrowLeft', from(3, HEAD), ground)).toEqual(from(2, 2));
  });

  test('it ends at the edges, and other keys don’t walk', () => {
    expect(walk('ArrowLeft', from(0, 4), ground)).toEqual(from(0, 4));
    expect(walk('ArrowRight', from(3, HEAD), ground)).toEqual(from(3, HEAD));
    expect(walk('Enter', from(0, 4), ground)).toBeUndefined();
  });

  test('a place that is gone is the nearest one that is there', () => {
    expect(inside(from(2, 30), ground)).toEqual(from(2, 2));
    expect(inside(from(1, 4), ground)).toEqual(from(1, HEAD));
    expect(inside(from(9, 0), ground)).toEqual(from(3, HEAD));
  });
});
