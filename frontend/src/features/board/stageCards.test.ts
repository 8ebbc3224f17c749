import { describe, expect, test } from 'vitest';
import { cards } from '../../tests/factories';
import { pages, StageCards } from './stageCards';

const view = (from: number, n: number, count: number, sumCents = 0) => ({
  stageId: 'new',
  count,
  sumCents,
  cards: cards(n, {}, from),
});

const ids = (stage: StageCards, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => stage.at(from + i)?.id ?? '–').join(' ');

describe('the cards of a stage', () => {
  test('asks for whole pages of what is missing', () => {
    const stage = StageCards.of(view(0, 50, 10_000));
    expect(stage.missing(0, 20)).toBeUndefined();
    expect(stage.missing(40, 60)).toEqual({ offset: 50, limit: 25 });
    expect(stage.missing(5020, 5060)).toEqual({ offset: 5000, limit: 75 });
    expect(stage.missing(9990, 10_050)).toEqual({ offset: 9975, limit: 25 });
    expect(StageCards.of(view(0, 0, 0)).missing(0, 20)).toBeUndefined();
  });

  test('never asks for more than one request answers', () => {
    expect(pages(0, 900)).toEqual({ offset: 0, limit: 200 });
  });

  test('forgets what lies far away, but not its top', () => {
    let stage = StageCards.of(view(0, 50, 60_000));
    for (let at = 1000; at < 3000; at += 50) stage = stage.filled(view(at, 50, 60_000), at);
    expect(stage.held).toBeLessThanOrEqual(650);
    expect(stage.at(0)?.id).toBe('c0');
    expect(stage.at(2990)?.id).toBe('c2990');
    expect(stage.at(1000)).toBeUndefined();
  });

  test('closes up where leads leave, and counts them off', () => {
    const stage = StageCards.of(view(0, 5, 100, 500 * 14_200_000));
    const rest = stage.without(new Set(['c1', 'c3', 'elsewhere']));
    expect(ids(rest, 0, 4)).toBe('c0 c2 c4 –');
    expect(rest.count).toBe(98);
    expect(rest.sumCents).toBe(498 * 14_200_000);
    expect(stage.count).toBe(100);
  });

  test('makes room where leads come in', () => {
    const stage = StageCards.of(view(0, 3, 3, 0));
    const more = stage.inserted(1, cards(2, { valueCents: 100 }, 90));
    expect(ids(more, 0, 5)).toBe('c0 c90 c91 c1 c2');
    expect(more.count).toBe(5);
    expect(more.sumCents).toBe(200);
    expect(more.indexOf('c2')).toBe(4);
  });

  test('keeps holes as holes', () => {
    const stage = StageCards.of(view(0, 2, 1000)).filled(view(500, 2, 1000), 500);
    const moved = stage.inserted(1, cards(1, {}, 90)).without(new Set(['c0']));
    expect(ids(moved, 0, 3)).toBe('c90 c1 –');
    expect(moved.at(500)?.id).toBe('c500');
  });
});
