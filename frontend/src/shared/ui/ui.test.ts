import { expect, test } from 'vitest';
import { phoneMask } from '../format';
import { dayMask, remask } from './mask';
import { dropIndex, mostRows, scrollToRow, visibleRows } from './window';

test('a window draws what is seen and a margin, never more than there is', () => {
  expect(visibleRows(0, 400, 40, 10_000)).toEqual({ first: 0, end: 16 });
  expect(visibleRows(4000, 400, 40, 10_000)).toEqual({ first: 94, end: 116 });
  expect(visibleRows(0, 400, 40, 3)).toEqual({ first: 0, end: 3 });
  // The list got shorter while it was scrolled down.
  expect(visibleRows(4000, 400, 40, 3)).toEqual({ first: 3, end: 3 });
});

test('a viewport never shows more rows than it may, wherever it is scrolled to', () => {
  for (const [viewport, rowHeight] of [
    [400, 40],
    [401, 40],
    [613.5, 33.25],
  ] as const) {
    const lengths = Array.from({ length: 400 }, (_, i) => {
      const { first, end } = visibleRows(1000 + i / 4, viewport, rowHeight, 10_000);
      return end - first;
    });
    expect(Math.max(...lengths)).toBeLessThanOrEqual(mostRows(viewport, rowHeight));
    expect(Math.max(...lengths)).toBeGreaterThanOrEqual(mostRows(viewport, rowHeight) - 1);
  }
});

test('a drop lands before or after the row under the pointer', () => {
  expect(dropIndex(19, 40, 5)).toBe(0);
  expect(dropIndex(21, 40, 5)).toBe(1);
  expect(dropIndex(-10, 40, 5)).toBe(0);
  expect(dropIndex(9999, 40, 5)).toBe(5);
});

test('a row is brought whole into view, out from under a sticky header', () => {
  expect(scrollToRow(2, 0, 400, 40)).toBe(0);
  expect(scrollToRow(10, 0, 400, 40)).toBe(40);
  expect(scrollToRow(10, 0, 400, 40, 30)).toBe(70);
  expect(scrollToRow(1, 200, 400, 40)).toBe(40);
});

test('the caret stays behind the digit that was typed', () => {
  expect(remask('1198', 4, phoneMask)).toEqual({ text: '(11) 98', caret: 7 });
  // A digit put in after "(11) 9".
  expect(remask('(11) 958527-059', 7, phoneMask)).toEqual({ text: '(11) 95852-7059', caret: 7 });
});

test.each([
  ['26112026', '26/11/2026'],
  ['2611', '26/11'],
  ['26/1', '26/1'],
  ['1/2/2026', '1/2/2026'],
  ['26-11-2026', '26/11/2026'],
  ['2026-11-26', '2026-11-26'],
  ['26//', '26/'],
])('a day typed as %s shows %s', (typed, shown) => {
  expect(dayMask(typed)).toBe(shown);
});
