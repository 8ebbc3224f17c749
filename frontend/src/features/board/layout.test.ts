import { expect, test } from 'vitest';
import { allFit, stageWidth } from './layout';

// The board's room beside the nav: 1302 px of 1366, 1856 of 1920.
test('a small screen shows five stages and a strip for the lost', () => {
  expect(allFit(1302, 6, 16)).toBe(false);
  const width = stageWidth(1302, 5, 1, 16);
  expect(width).toBeGreaterThanOrEqual(216);
  expect(5 * width + 44 + 5 * 12).toBeLessThanOrEqual(1302 - 28);
});

test('a large screen shows all six, each as wide as there is room', () => {
  expect(allFit(1856, 6, 16)).toBe(true);
  expect(stageWidth(1856, 6, 0, 16)).toBe(294);
});

test('stages that don’t fit show the edge of the next one', () => {
  const width = stageWidth(1302, 8, 0, 16);
  const seen = (1302 - 14) / (width + 12);
  expect(Math.floor(seen)).toBe(5);
  expect(1302 - 14 - 5 * (width + 12)).toBeGreaterThanOrEqual(16);
});

test('no stage is narrower than its cards, whatever the text size', () => {
  expect(stageWidth(1302, 6, 0, 32)).toBeGreaterThanOrEqual(432);
  expect(stageWidth(200, 3, 0, 16)).toBe(216);
  expect(stageWidth(1302, 0, 6, 16)).toBe(216);
});
