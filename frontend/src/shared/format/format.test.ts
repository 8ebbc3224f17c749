import { beforeAll, describe, expect, test } from 'vitest';
import { useLanguage } from '../i18n/index.svelte';
import {
  age,
  dayLabel,
  dayLong,
  dayOf,
  daysBetween,
  fold,
  initials,
  instantOf,
  isTime,
  momentLabel,
  money,
  moneyCompact,
  moneyShort,
  parseDay,
  parseMoney,
  parsePhone,
  parseTime,
  phone,
  phoneMask,
  timeOf,
} from '.';

const ZONE = 'America/Sao_Paulo';
const TODAY = '2026-11-24';

beforeAll(() => useLanguage('pt-BR'));

// Intl puts a no-break space after R$.
const plain = (text: string) => text.replace(/\u00a0/g, ' ');

describe('money', () => {
  test('is written the Brazilian way', () => {
    expect(plain(money(123456))).toBe('R$ 1.234,56');
    expect(plain(money(-50))).toBe('-R$ 0,50');
    expect(plain(moneyShort(10112000))).toBe('R$ 101.120');
    expect(plain(moneyShort(10112050))).toBe('R$ 101.120,50');
    expect(plain(moneyCompact(390000000))).toBe('R$ 3,9 mi');
    expect(plain(moneyCompact(125000000))).toBe('R$ 1,3 mi');
    expect(plain(moneyCompact(18450000000))).toBe('R$ 185 mi');
    expect(plain(moneyCompact(87000000))).toBe('R$ 870 mil');
    expect(plain(moneyCompact(0))).toBe('R$ 0');
  });

  test.each([
    ['R$ 99.900,00', 9990000],
    ['99.900', 9990000],
    ['99900.00', 9990000],
    ['99,900.50', 9990050],
    ['1.234.567', 123456700],
    ['1,5', 150],
    ['0,05', 5],
    ['99900', 9990000],
    ['-10', -1000],
    ['R$ 62.400,', 6240000],
  ])('%s is read as %i cents', (text, cents) => {
    expect(parseMoney(text)).toBe(cents);
  });

  test.each(['', 'R$', 'a combinar', '9'.repeat(20)])('%s is no amount', (text) => {
    expect(parseMoney(text)).toBeNull();
  });

  test('reads back what it writes', () => {
    for (const cents of [0, 1, 99, 100, 123456, 10112000, 999999999]) {
      expect(parseMoney(money(cents))).toBe(cents);
    }
  });
});

describe('days', () => {
  test('belong to the zone, not to UTC', () => {
    const late = Date.UTC(2026, 10, 25, 1, 30);
    expect(dayOf(late, ZONE)).toBe('2026-11-24');
    expect(dayOf(late, 'UTC')).toBe('2026-11-25');
    expect(timeOf(late, ZONE)).toBe('22:30');
    expect(timeOf(Date.UTC(2026, 10, 25, 3, 5), ZONE)).toBe('00:05');
    expect(timeOf(Date.UTC(2026, 10, 25, 3, 5), ZONE, 'en')).toBe('00:05');
  });

  test.each([
    ['2026-11-24', 'hoje'],
    ['2026-11-25', 'amanhã'],
    ['2026-11-23', 'ontem'],
    ['2026-11-26', 'qui, 26/11'],
    ['2027-01-05', '05/01/2027'],
  ])('%s reads "%s"', (day, label) => {
    expect(dayLabel(day, TODAY)).toBe(label);
  });

  test('count across months and years', () => {
    expect(daysBetween('2026-12-31', '2027-01-01')).toBe(1);
    expect(daysBetween('2028-03-01', '2028-02-28')).toBe(-2);
  });

  test('have a long form and, with an hour, a moment', () => {
    expect(dayLong('2026-11-26')).toBe('quinta-feira, 26 de novembro de 2026');
    const now = Date.UTC(2026, 10, 24, 12);
    expect(momentLabel(Date.UTC(2026, 10, 24, 18, 30), ZONE, now)).toBe('hoje 15:30');
  });

  test.each([
    ['26/11/2026', '2026-11-26'],
    ['26/11/26', '2026-11-26'],
    ['26-11-2026', '2026-11-26'],
    ['26.11.2026', '2026-11-26'],
    ['26112026', '2026-11-26'],
    ['2026-11-26', '2026-11-26'],
    ['2026-11-26T15:00:00Z', '2026-11-26'],
    ['5/1', '2026-01-05'],
    ['31/02/2026', null],
    ['99/99/9999', null],
    ['amanhã', null],
  ])('%s is read as %s', (text, day) => {
    expect(parseDay(text, TODAY)).toBe(day);
  });

  test('English reads the month first', () => {
    expect(parseDay('11/26/2026', TODAY, 'en')).toBe('2026-11-26');
  });
});

describe('hours', () => {
  test.each([
    ['15:30', 930],
    ['15h30', 930],
    ['15h', 900],
    ['1530', 930],
    ['9', 540],
    ['24:00', null],
    ['12:60', null],
    ['meio-dia', null],
  ])('%s is %s minutes', (text, minutes) => {
    expect(parseTime(text)).toBe(minutes);
  });

  test('make an instant in the shop’s zone, across changes of clocks too', () => {
    expect(instantOf('2026-11-24', 930, ZONE)).toBe(Date.UTC(2026, 10, 24, 18, 30));
    // Brazil's last summer time began on 4 November 2018.
    expect(instantOf('2018-11-03', 600, ZONE)).toBe(Date.UTC(2018, 10, 3, 13));
    expect(instantOf('2018-11-05', 600, ZONE)).toBe(Date.UTC(2018, 10, 5, 12));
  });
});

test('ages come in one unit', () => {
  const now = Date.UTC(2026, 10, 24);
  expect(age(now - 30_000, now)).toBe('agora');
  expect(age(now - 12 * 60_000, now)).toBe('12 min');
  expect(age(now - 2.9 * 3_600_000, now)).toBe('2 h');
  expect(age(now - 3 * 86_400_000, now)).toBe('3 d');
  expect(age(now + 60_000, now)).toBe('agora');
});

describe('phones', () => {
  test.each([
    ['+5511985270593', '(11) 98527-0593'],
    ['+551132345678', '(11) 3234-5678'],
    ['+351912345678', '+351912345678'],
  ])('%s is shown as %s', (e164, shown) => {
    expect(phone(e164)).toBe(shown);
  });

  test.each([
    ['11985270593', '+5511985270593'],
    ['+55 (11) 98527-0593', '+5511985270593'],
    ['5511985270593', '+5511985270593'],
    ['011 98527-0593', '+5511985270593'],
    ['(11) 3234-5678', '+551132345678'],
    ['(55) 99999-1234', '+5555999991234'],
    ['+351 912 345 678', '+351912345678'],
    ['98527-0593', null],
    ['(20) 98527-0593', null],
    ['(11) 08527-0593', null],
    ['', null],
  ])('%s is read as %s', (text, e164) => {
    expect(parsePhone(text)).toBe(e164);
  });

  test.each([
    ['', ''],
    ['1', '(1'],
    ['119', '(11) 9'],
    ['1198527', '(11) 9852-7'],
    ['11985270593', '(11) 98527-0593'],
    ['119852705939999', '(11) 98527-0593'],
  ])('typing %s shows %s', (typed, shown) => {
    expect(phoneMask(typed)).toBe(shown);
  });
});

test('text is compared without accents and names give initials', () => {
  expect(fold('Conceição ÁÜ')).toBe('conceicao au');
  expect(initials('Patrícia da Assunção')).toBe('PA');
  expect(initials('Carla')).toBe('CA');
  expect(initials('  ')).toBe('—');
});

test('a day that is remembered is the day that is read anew', () => {
  const start = Date.UTC(2018, 10, 3, 20); // the night in which São Paulo's clocks went forward
  for (const zone of ['America/Sao_Paulo', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC']) {
    const fresh = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    for (let i = 0; i < 2000; i++) {
      const ms = start + i * 61_001;
      expect(dayOf(ms, zone)).toBe(fresh.format(ms));
    }
  }
});

describe('clocks that change', () => {
  const at = (day: string, minutes: number, zone: string) =>
    new Date(instantOf(day, minutes, zone)).toISOString();

  // São Paulo had summer time until 2019, from midnight on; New York has it from two on.
  test.each([
    ['2018-11-04', 30, 'America/Sao_Paulo', '2018-11-04T03:30:00.000Z', '01:30', false],
    ['2018-11-04', 60, 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', '01:00', true],
    ['2018-11-03', 1410, 'America/Sao_Paulo', '2018-11-04T02:30:00.000Z', '23:30', true],
    ['2026-11-01', 30, 'America/Sao_Paulo', '2026-11-01T03:30:00.000Z', '00:30', true],
    ['2027-03-14', 150, 'America/New_York', '2027-03-14T07:30:00.000Z', '03:30', false],
    ['2027-03-14', 180, 'America/New_York', '2027-03-14T07:00:00.000Z', '03:00', true],
  ])('%s at %i minutes in %s', (day, minutes, zone, instant, clock, exists) => {
    expect(at(day, minutes, zone)).toBe(instant);
    expect(timeOf(instantOf(day, minutes, zone), zone, 'pt-BR')).toBe(clock);
    expect(isTime(day, minutes, zone)).toBe(exists);
  });
});
