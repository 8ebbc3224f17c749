import { beforeAll, describe, expect, test } from 'vitest';
import type { Agenda, AgendaEntry } from '../../bridge';
import { instantOf } from '../../shared/format';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { moved } from './agenda.svelte';
import { dayIn, rangeOf, rangeTitle, turned } from './days';
import { shifted } from './doing';
import { hoursOf, placed } from './lanes';
import { clashes, outings } from './vehicles';
import { walk, type Stop } from './walk';

const ZONE = 'America/Sao_Paulo';
const DAY = '2026-11-25';
const at = (hour: number, minute = 0, day = DAY) => instantOf(day, hour * 60 + minute, ZONE);

beforeAll(() => useLanguage('pt-BR'));

function anEntry(over: Partial<AgendaEntry> = {}): AgendaEntry {
  return {
    id: 'a',
    leadId: 'lead',
    kind: 'call',
    title: '',
    dueAt: at(10),
    dueDay: '',
    doneAt: 0,
    outcome: '',
    remind: 0,
    userId: 'carla',
    due: at(10),
    name: 'Patrícia Assunção',
    company: '',
    phone: '',
    vehicle: 'Jeep Compass',
    plate: 'RIO2A18',
    subject: '',
    stageId: '',
    shopId: '',
    ...over,
  };
}

describe('days', () => {
  test.each([
    ['day', DAY, { from: DAY, days: 1 }, 'quarta-feira, 25 de novembro de 2026'],
    ['week', DAY, { from: '2026-11-22', days: 7 }, '22 – 28 de novembro de 2026'],
    ['month', DAY, { from: '2026-11-01', days: 42 }, 'novembro de 2026'],
    ['month', '2026-12-31', { from: '2026-11-29', days: 42 }, 'dezembro de 2026'],
  ] as const)('%s of %s', (view, day, range, title) => {
    expect(rangeOf(view, day)).toEqual(range);
    expect(rangeTitle(view, day).replace(/\s+/g, ' ')).toBe(title);
  });

  test('a page is turned by what it shows', () => {
    expect(turned('day', '2026-11-30', 1)).toBe('2026-12-01');
    expect(turned('week', '2026-12-30', 1)).toBe('2027-01-06');
    expect(turned('month', '2026-01-31', 1)).toBe('2026-02-01');
    expect(turned('month', '2026-01-31', -1)).toBe('2025-12-01');
  });

  test.each([
    ['2026-11-25', '2026-11-25'],
    ['2026-02-30', undefined],
    ['hoje', undefined],
    [undefined, undefined],
  ])('the address %s is the day %s', (text, day) => expect(dayIn(text)).toBe(day));
});

describe('entries of a day', () => {
  const lanes = (entries: AgendaEntry[]) =>
    placed(entries, ZONE).map(({ entry, lane, lanes: of }) => [entry.id, lane, of]);

  test('stand side by side where they overlap, and alone where not', () => {
    expect(
      lanes([
        anEntry({ id: 'visit', kind: 'visit', dueAt: at(10) }),
        anEntry({ id: 'call', dueAt: at(10, 30) }),
        anEntry({ id: 'next', dueAt: at(11) }),
        anEntry({ id: 'day', dueAt: 0, dueDay: DAY }),
      ]),
    ).toEqual([
      ['visit', 0, 2],
      ['call', 1, 2],
      ['next', 0, 1],
    ]);
  });

  test('a place that is free again is taken', () => {
    expect(
      lanes([
        anEntry({ id: 'a', kind: 'visit', dueAt: at(10) }),
        anEntry({ id: 'b', dueAt: at(10) }),
        anEntry({ id: 'c', dueAt: at(10, 30) }),
      ]),
    ).toEqual([
      ['a', 0, 2],
      ['b', 1, 2],
      ['c', 1, 2],
    ]);
  });

  test('hours reach as far as something lies', () => {
    expect(hoursOf([])).toEqual({ from: 420, to: 1200 });
    expect(hoursOf([390, 1290])).toEqual({ from: 360, to: 1380 });
    expect(hoursOf([23 * 60 + 30])).toEqual({ from: 420, to: 1440 });
  });
});

describe('rescheduling by keys', () => {
  test.each([
    ['ArrowRight', 'minutes', { day: '2026-11-26', minutes: 600 }],
    ['ArrowLeft', 'minutes', { day: '2026-11-24', minutes: 600 }],
    ['ArrowDown', 'minutes', { day: DAY, minutes: 630 }],
    ['ArrowUp', 'minutes', { day: DAY, minutes: 570 }],
    ['ArrowUp', 'weeks', { day: '2026-11-18', minutes: 600 }],
  ] as const)('%s by %s', (key, rows, due) => {
    expect(shifted(anEntry(), key, rows)).toEqual(due);
  });

  test('one without an hour gets its first, and none before midnight', () => {
    const whole = anEntry({ dueAt: 0, dueDay: DAY });
    expect(shifted(whole, 'ArrowDown', 'minutes')).toEqual({ day: DAY, minutes: 540 });
    expect(shifted(whole, 'ArrowUp', 'minutes')).toBeUndefined();
    expect(shifted(whole, 'ArrowRight', 'minutes')).toEqual({ day: '2026-11-26' });
    expect(shifted(anEntry({ dueAt: at(0) }), 'ArrowUp', 'minutes')).toBeUndefined();
  });

  test('the screen has it before Go does', () => {
    const entry = anEntry();
    const agenda: Agenda = {
      days: [
        { day: DAY, count: 1, entries: [entry] },
        {
          day: '2026-11-26',
          count: 1,
          entries: [anEntry({ id: 'b', dueAt: at(9, 0, '2026-11-26') })],
        },
      ],
      overdue: [entry],
      overdueCount: 1,
    };
    const after = moved(agenda, entry, { dueAt: 0, dueDay: '2026-11-26' }, ZONE);
    expect(after.days.map(({ count, entries }) => [count, entries.map(({ id }) => id)])).toEqual([
      [0, []],
      [2, ['a', 'b']],
    ]);
    expect([after.overdue.length, after.overdueCount]).toEqual([0, 0]);
    expect(after.days[1]!.entries[0]!.due).toBe(at(24, 0, '2026-11-26') - 1);
  });
});

describe('what is out when', () => {
  const one = anEntry({ id: 'a', kind: 'test_drive' });
  const two = anEntry({ id: 'b', kind: 'test_drive', dueAt: at(10, 30), userId: 'rui' });

  test('one car at once is told, by its plate', () => {
    const [car] = outings([one, two], 'vehicle');
    expect([...clashes(car!, 'vehicle')]).toEqual(['a', 'b']);
    const later = outings([one, { ...two, dueAt: at(11) }], 'vehicle')[0]!;
    expect(clashes(later, 'vehicle').size).toBe(0);
    const done = outings([one, { ...two, doneAt: 1 }], 'vehicle')[0]!;
    expect(clashes(done, 'vehicle').size).toBe(0);
    // Two that are called the same may be two cars.
    const named = outings(
      [one, two].map((entry) => ({ ...entry, plate: '' })),
      'vehicle',
    )[0]!;
    expect(clashes(named, 'vehicle').size).toBe(0);
  });
});

describe('walking', () => {
  // Two days: a place, an entry in it, a place; three places.
  const stops: Stop[] = [
    { column: 0, row: 0, entry: false },
    { column: 0, row: 1, entry: false },
    { column: 0, row: 0, entry: true },
    { column: 1, row: 0, entry: false },
    { column: 1, row: 1, entry: false },
  ];
  test.each([
    [0, 'down', 2],
    [2, 'down', 1],
    [1, 'down', -1],
    [1, 'up', 2],
    [3, 'left', 2],
    [4, 'left', 1],
    [2, 'right', 3],
    [3, 'right', -1],
    [0, 'last', 1],
    [1, 'first', 0],
  ] as const)('from %i %s to %i', (from, step, to) => expect(walk(stops, from, step)).toBe(to));
});
