import { beforeAll, describe, expect, test } from 'vitest';
import { useLanguage } from '../i18n/index.svelte';
import { reminderText } from '../leads/fields';
import { reminderChoice, reminderChoices, reminderRules, remindAt, usualReminder } from './remind';

const ZONE = 'America/Sao_Paulo';
const DAY = '2026-11-24';
const RULES = { remind: 15, morning: 540 };
const at = (hour: number, minute = 0, day = 24) => Date.UTC(2026, 10, day, hour + 3, minute);

beforeAll(() => useLanguage('pt-BR'));

test('a reminder comes minutes before an hour, or in the morning of a day', () => {
  expect(remindAt({ day: DAY, minutes: 900 }, 15, RULES, ZONE)).toBe(at(14, 45));
  expect(remindAt({ day: DAY, minutes: 900 }, -1, RULES, ZONE)).toBe(at(15));
  expect(remindAt({ day: DAY, minutes: 900 }, 0, RULES, ZONE)).toBe(0);
  expect(remindAt({ day: DAY }, 15, RULES, ZONE)).toBe(at(9));
  expect(remindAt({ day: DAY }, 1440, RULES, ZONE)).toBe(at(9, 0, 23));
  // A morning that clocks leap over is as much later, as Go has it.
  expect(remindAt({ day: '2018-11-04' }, -1, { remind: 15, morning: 30 }, ZONE)).toBe(
    Date.UTC(2018, 10, 4, 3, 30),
  );
});

describe('what a new activity begins with', () => {
  test.each([
    [{ day: DAY, minutes: 900 }, at(12), 15],
    [{ day: DAY, minutes: 900 }, at(14, 50), -1],
    [{ day: DAY, minutes: 900 }, at(15, 5), 0],
    [{ day: '2026-11-25' }, at(12), 15],
    [{ day: DAY }, at(12), 0],
    [undefined, at(12), 15],
  ])('%#', (due, now, wanted) => expect(usualReminder(due, RULES, ZONE, now)).toBe(wanted));

  test('nothing where the rule says so', () => {
    expect(usualReminder({ day: DAY, minutes: 900 }, { ...RULES, remind: 0 }, ZONE, at(12))).toBe(
      0,
    );
  });
});

test('what can be chosen is named; another value that it has can be, too', () => {
  const labels = (hour: boolean, remind = 15) =>
    reminderChoices(hour, remind, RULES).map(({ label }) => label);
  expect(labels(true)).toEqual([
    'Sem lembrete',
    'Na hora',
    '5 min antes',
    '15 min antes',
    '30 min antes',
    '1 h antes',
    '2 h antes',
    '1 dia antes',
  ]);
  expect(labels(true, 45)).toContain('45 min antes');
  expect(labels(false)).toEqual(['Sem lembrete', 'No dia, às 09:00', '1 dia antes, às 09:00']);
  expect([0, -1, 15, 1440, 4320].map((remind) => reminderChoice(false, remind))).toEqual([
    '0',
    '-1',
    '-1',
    '1440',
    '1440',
  ]);
  expect(reminderChoice(true, 45)).toBe('45');
  expect(reminderText(90)).toBe('90 min antes');
});

test('the rules have values before anybody said any', () => {
  expect(reminderRules({})).toEqual(RULES);
  expect(reminderRules({ remind: '-1', morning: '480' })).toEqual({ remind: -1, morning: 480 });
});
