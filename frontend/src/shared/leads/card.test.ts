import { beforeEach, describe, expect, test } from 'vitest';
import { aCard, aStage } from '../../tests/factories';
import { useLanguage } from '../i18n/index.svelte';
import { ageing, aboutLine, nextMark, temperature } from './card';

const zone = 'America/Sao_Paulo';
const DAY = 86_400_000;
// Tuesday, 24 November 2026, 12:00 in São Paulo.
const now = Date.parse('2026-11-24T15:00:00Z');
const clock = { now, zone };
const at = (iso: string) => Date.parse(iso);

beforeEach(() => useLanguage('pt-BR'));

describe('the mark of the next activity', () => {
  const planned = (over: Parameters<typeof aCard>[0]) => aCard({ nextId: 'a', ...over });

  test.each([
    ['visit', '2026-11-24T18:30:00Z', 'today', 'Visita hoje 15:30'],
    ['call', '2026-11-25T13:00:00Z', 'later', 'Amanhã 10:00'],
    ['test_drive', '2026-11-27T13:00:00Z', 'later', 'Sex, 27/11 10:00'],
    ['call', '2026-11-22T15:00:00Z', 'over', 'Ligar — atrasado 2 d'],
    ['call', '2026-11-24T14:59:50Z', 'over', 'Ligar — atrasado 1 min'],
  ])('%s at %s is %s: %s', (nextKind, iso, tone, text) => {
    const nextAt = at(iso);
    const mark = nextMark(planned({ nextKind, nextAt, nextDue: nextAt }), aStage(), clock);
    expect(mark).toMatchObject({ tone, text });
  });

  test.each([
    ['2026-11-24', 'today', 'Visita hoje'],
    ['2026-11-26', 'later', 'Qui, 26/11'],
    ['2026-11-20', 'over', 'Visita — atrasado 4 d'],
  ])('a day without an hour, %s, is %s: %s', (nextDay, tone, text) => {
    const nextDue = at(`${nextDay}T03:00:00Z`) + DAY - 1;
    const card = planned({ nextKind: 'visit', nextDay, nextDue });
    expect(nextMark(card, aStage(), clock)).toMatchObject({ tone, text });
  });

  test('a task says its title, after the time that a long one would hide', () => {
    const nextAt = at('2026-11-24T20:00:00Z');
    const card = planned({
      nextKind: 'task',
      nextTitle: 'Enviar proposta',
      nextAt,
      nextDue: nextAt,
    });
    expect(nextMark(card, aStage(), clock).text).toBe('Hoje 17:00 · Enviar proposta');
  });

  test('without one it says so, and where leads end it says how', () => {
    expect(nextMark(aCard(), aStage(), clock)).toMatchObject({
      tone: 'none',
      text: 'Sem próxima ação',
    });
    const card = aCard({ stageSince: at('2026-11-20T12:00:00Z') });
    expect(nextMark(card, aStage({ kind: 'won' }), clock)).toMatchObject({
      tone: 'won',
      text: 'Vendido 20/11',
    });
    expect(nextMark(card, aStage({ kind: 'lost' }), clock).tone).toBe('lost');
  });
});

describe('ages', () => {
  test('a lead is stuck once it has stood for the days of its stage', () => {
    const stage = aStage({ staleDays: 2 });
    expect(ageing(aCard({ stageSince: now - 2 * DAY + 1 }), stage, clock).stale).toBe(false);
    expect(ageing(aCard({ stageSince: now - 2 * DAY }), stage, clock).stale).toBe(true);
    expect(ageing(aCard({ stageSince: 0 }), aStage({ staleDays: 0 }), clock).stale).toBe(false);
  });

  test('in the stage, since it came and since the last contact are told apart', () => {
    const card = aCard({ stageSince: now - DAY, createdAt: now - 9 * DAY, lastContact: 0 });
    expect(ageing(card, aStage(), clock).title).toBe(
      'Nesta etapa: 1 d\nChegou: 9 d\nNenhum contato ainda',
    );
  });
});

test('temperature is read from when the customer wants to buy', () => {
  expect(['now', 'months', 'later', ''].map(temperature)).toEqual([
    'hot',
    'warm',
    'cold',
    undefined,
  ]);
});

test('a lead is about its vehicle, else its subject, else its company', () => {
  expect(aboutLine({ vehicle: 'Uno', subject: 'Seguro', company: 'Frota' })).toBe('Uno');
  expect(aboutLine({ vehicle: '', subject: 'Seguro', company: 'Frota' })).toBe('Seguro');
  expect(aboutLine({ vehicle: '', subject: '', company: 'Frota' })).toBe('Frota');
});
