import { expect, test } from 'vitest';
import { countdown, unfound } from './shortCode';

test.each([
  [0, '0:00'],
  [-5_000, '0:00'],
  [1, '0:01'],
  [59_999, '1:00'],
  [65_000, '1:05'],
  [900_000, '15:00'],
])('%i ms are %s', (left, text) => {
  expect(countdown(1_000_000 + left, 1_000_000)).toBe(text);
});

test.each([
  ['sync.nobody', 'ABCD-EFGH', true],
  ['sync.unreachable', ' abcd efgh ', true],
  ['sync.unreachable', 'PATIO1-0000-0000', false],
  ['sync.invite', 'ABCD-EFGH', false],
  ['sync.other_code', 'ABCD-EFGH', false],
])('%s of %s: the network is in the way: %s', (failure, code, want) => {
  expect(unfound(failure, code)).toBe(want);
});
