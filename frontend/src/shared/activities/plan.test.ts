import { beforeAll, describe, expect, test } from 'vitest';
import { useLanguage } from '../i18n/index.svelte';
import { dueMark } from './due';
import { dueFields, dueOf, followUp, quickDues } from './plan';

const ZONE = 'America/Sao_Paulo';
// Tuesday, 24 November 2026, in São Paulo three hours behind UTC.
const at = (hour: number, minute = 0, day = 24) => Date.UTC(2026, 10, day, hour + 3, minute);

beforeAll(() => useLanguage('pt-BR'));

describe('dates that are one click away', () => {
  const labels = (now: number) => quickDues(now, ZONE).map(({ label }) => label);

  test.each([
    [at(8, 30), ['Hoje 15:00', 'Amanhã', 'Segunda', 'Em 1 semana (01/12)']],
    [at(14, 10), ['Hoje 16:00', 'Amanhã', 'Segunda', 'Em 1 semana (01/12)']],
    [at(16, 0), ['Hoje 17:00', 'Amanhã', 'Segunda', 'Em 1 semana (01/12)']],
    [at(17, 30), ['Amanhã', 'Segunda', 'Em 1 semana (01/12)']],
    // Sunday: tomorrow is Monday. Monday: Monday is in a week.
    [at(9, 0, 22), ['Hoje 15:00', 'Amanhã', 'Em 1 semana (29/11)']],
    [at(9, 0, 23), ['Hoje 15:00', 'Amanhã', 'Segunda']],
  ])('%#', (now, wanted) => expect(labels(now)).toEqual(wanted));

  test('hold the day of the shop, not of UTC', () => {
    expect(quickDues(at(22), ZONE)[0]).toMatchObject({ label: 'Amanhã', day: '2026-11-25' });
  });
});

test('a due is a day, or an instant once it has an hour', () => {
  expect(dueFields(dueOf('2026-11-24', '')!, ZONE)).toEqual({ dueAt: 0, dueDay: '2026-11-24' });
  expect(dueFields(dueOf('2026-11-24', '15h30')!, ZONE)).toEqual({ dueAt: at(15, 30), dueDay: '' });
  expect(dueOf('2026-11-24', 'depois do almoço')).toBeUndefined();
});

test('after a visit or a message comes a call; a call is followed by a call', () => {
  expect(['visit', 'message', 'call', 'task'].map(followUp)).toEqual([
    'call',
    'call',
    'call',
    'task',
  ]);
});

describe('the due of a planned activity', () => {
  const hour = (ms: number) => ({ dueAt: ms, dueDay: '', due: ms });
  // A day without an hour is overdue once it is over.
  const day = (dueDay: string, due: number) => ({ dueAt: 0, dueDay, due });
  const clock = { now: at(12), zone: ZONE };

  test.each([
    [hour(at(15)), 'today', 'Hoje 15:00', ''],
    [hour(at(9)), 'over', 'Atrasado 3 h', 'Hoje 09:00'],
    [day('2026-11-24', at(24)), 'today', 'Hoje', ''],
    [day('2026-11-22', at(24, 0, 22)), 'over', 'Atrasado 2 d', 'Dom, 22/11'],
    [day('2026-11-25', at(24, 0, 25)), 'later', 'Amanhã', ''],
    [hour(at(10, 0, 26)), 'later', 'Qui, 26/11 10:00', ''],
  ])('%#', (activity, tone, text, moment) => {
    expect(dueMark(activity, clock)).toEqual({ tone, text, moment });
  });
});
