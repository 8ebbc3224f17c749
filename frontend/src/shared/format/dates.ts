import { language, t } from '../i18n/index.svelte';
import { remembered } from './locale';

/** A calendar day, `YYYY-MM-DD`, without an hour or a zone. */
export type Day = string;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Read by its parts: which locale writes YYYY-MM-DD changes with the engine's data.
const dayFormat = remembered(
  (zone) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    }),
);
const timeFormat = remembered(
  (locale, zone) =>
    new Intl.DateTimeFormat(locale, {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23', // hour12: false makes 24:10 of ten past midnight in some
    }),
);
const weekdayFormat = remembered(
  (locale) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: 'short' }),
);
const longFormat = remembered(
  (locale) =>
    new Intl.DateTimeFormat(locale, {
      timeZone: 'UTC',
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
    }),
);

// Midnight is on a quarter of an hour in every zone of today, so one answer
// serves all of it: taking an instant apart is slow, and each card asks thrice.
const QUARTER = 15 * MINUTE;
const MOST_DAYS = 5000;
const days = new Map<string, Day>();

/** The day that ms (UTC) falls on in an IANA zone. */
export function dayOf(ms: number, zone: string): Day {
  const quarter = `${Math.floor(ms / QUARTER)}${zone}`;
  let day = days.get(quarter);
  if (day === undefined) {
    if (days.size >= MOST_DAYS) days.clear();
    days.set(quarter, (day = partsOf(ms, zone)));
  }
  return day;
}

function partsOf(ms: number, zone: string): Day {
  let year = '';
  let month = '';
  let day = '';
  for (const { type, value } of dayFormat(zone).formatToParts(ms)) {
    if (type === 'year') year = value;
    else if (type === 'month') month = value;
    else if (type === 'day') day = value;
  }
  return `${year}-${month}-${day}`;
}

/** The day so many days later, or earlier. */
export function plusDays(day: Day, days: number): Day {
  return new Date(noon(day) + days * DAY).toISOString().slice(0, 10);
}

/** Whole days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((noon(to) - noon(from)) / DAY);
}

// Any instant inside the day, read in UTC.
function noon(day: Day): number {
  return Date.parse(`${day}T12:00:00Z`);
}

/** "hoje", "amanhã", "ontem", "qui, 26/11", or "26/11/2027" outside this year. */
export function dayLabel(day: Day, today: Day, locale: string = language()): string {
  const distance = daysBetween(today, day);
  if (distance === 0) return t('shared.date.today');
  if (distance === 1) return t('shared.date.tomorrow');
  if (distance === -1) return t('shared.date.yesterday');
  if (day.slice(0, 4) !== today.slice(0, 4)) return dayNumeric(day, locale);
  const weekday = weekdayFormat(locale).format(noon(day)).replace(/\.$/, '');
  return `${weekday}, ${dayShort(day, locale)}`;
}

/** "26/11", "11/26" in English. */
export function dayShort(day: Day, locale: string = language()): string {
  const [, month, date] = day.split('-');
  return locale.startsWith('en') ? `${month}/${date}` : `${date}/${month}`;
}

/** "26/11/2026", "11/26/2026" in English. */
export function dayNumeric(day: Day, locale: string = language()): string {
  return `${dayShort(day, locale)}/${day.slice(0, 4)}`;
}

/** "quinta-feira, 26 de novembro de 2026": for titles and screen readers. */
export function dayLong(day: Day, locale: string = language()): string {
  return longFormat(locale).format(noon(day));
}

/** "15:30" in an IANA zone. */
export function timeOf(ms: number, zone: string, locale: string = language()): string {
  return timeFormat(locale, zone).format(ms);
}

/** "hoje 15:30", "qui, 26/11 10:00". */
export function momentLabel(
  ms: number,
  zone: string,
  now: number,
  locale: string = language(),
): string {
  return `${dayLabel(dayOf(ms, zone), dayOf(now, zone), locale)} ${timeOf(ms, zone, locale)}`;
}

/** "26/11/2026 15:30": the exact moment, for titles and history. */
export function momentExact(ms: number, zone: string, locale: string = language()): string {
  return `${dayNumeric(dayOf(ms, zone), locale)} ${timeOf(ms, zone, locale)}`;
}

/** How long ago, in one unit: "agora", "12 min", "2 h", "3 d". A clock set back counts as now. */
export function age(ms: number, now: number): string {
  const passed = now - ms;
  if (passed < MINUTE) return t('shared.age.now');
  if (passed < HOUR) return t('shared.age.minutes', { n: Math.floor(passed / MINUTE) });
  if (passed < DAY) return t('shared.age.hours', { n: Math.floor(passed / HOUR) });
  return t('shared.age.days', { n: Math.floor(passed / DAY) });
}

/**
 * Reads a day as typed or pasted: 26/11/2026, 26/11/26, 26-11-2026, 2026-11-26,
 * 26112026, 26/11 (of `today`'s year). English reads month first. null when it is no day.
 */
export function parseDay(text: string, today: Day, locale: string = language()): Day | null {
  const trimmed = text.trim();
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})/.exec(trimmed);
  if (iso) return makeDay(iso[1]!, iso[2]!, iso[3]!);
  const parts =
    /^(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?$/.exec(trimmed) ??
    /^(\d{2})(\d{2})(\d{4})$/.exec(trimmed);
  if (!parts) return null;
  const [first, second] = [parts[1]!, parts[2]!];
  const year =
    parts[3] === undefined ? today.slice(0, 4) : parts[3].length === 2 ? `20${parts[3]}` : parts[3];
  return locale.startsWith('en') ? makeDay(year, first, second) : makeDay(year, second, first);
}

function makeDay(year: string, month: string, date: string): Day | null {
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const ms = Date.parse(`${day}T12:00:00Z`);
  // 31/02 parses to March in some engines and to NaN in others.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day ? null : day;
}

/** Minutes since midnight as typed: 15:30, 15h30, 15h, 1530, 9. null when it is no hour. */
export function parseTime(text: string): number | null {
  const parts = /^(\d{1,2})(?:[:hH.]?(\d{2})|[hH])?$/.exec(text.trim());
  if (!parts) return null;
  const hours = Number(parts[1]);
  const minutes = Number(parts[2] ?? '0');
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}

/**
 * The instant (ms UTC) of a day and minutes since midnight in an IANA zone. A time
 * that clocks skip is as much later: 02:30 of a night without it is 03:30.
 */
export function instantOf(day: Day, minutes: number, zone: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  // The offset at a guess; once more, because the guess may lie across a change of clocks.
  const guess = wanted - offsetAt(wanted, zone);
  const ms = wanted - offsetAt(guess, zone);
  return reads(ms, wanted, zone) ? ms : Math.max(ms, guess);
}

/** False for a time that clocks skip on that day in an IANA zone. */
export function isTime(day: Day, minutes: number, zone: string): boolean {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;
  return reads(instantOf(day, minutes, zone), wanted, zone);
}

// Whether clocks of a zone read at ms what is wanted, as if that were UTC.
function reads(ms: number, wanted: number, zone: string): boolean {
  return ms + offsetAt(ms, zone) === wanted;
}

const partsFormat = remembered(
  (zone) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    }),
);

function offsetAt(ms: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of partsFormat(zone).formatToParts(ms)) parts[type] = Number(value);
  const local = Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute);
  return local - Math.floor(ms / MINUTE) * MINUTE;
}
