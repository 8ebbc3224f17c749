import { parseDate, startOfWeek } from '@internationalized/date';
import { dayLong, dayOf, dayShort, plusDays, timeOf, type Day } from '../../shared/format';
import { language } from '../../shared/i18n/index.svelte';

export const VIEWS = ['day', 'week', 'month', 'vehicles'] as const;
export type View = (typeof VIEWS)[number];

/** The view of an address; a week when it names none. */
export function viewOf(name: string | undefined): View {
  return VIEWS.find((view) => view === name) ?? 'week';
}

/** The day of an address when it is one. */
export function dayIn(text: string | undefined): Day | undefined {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T12:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : text;
}

export interface Range {
  from: Day;
  days: number;
}

const SIX_WEEKS = 42;

/** The days that a view shows around a day. */
export function rangeOf(view: View, day: Day): Range {
  switch (view) {
    case 'day':
      return { from: day, days: 1 };
    case 'month':
      return { from: weekOf(`${day.slice(0, 7)}-01`), days: SIX_WEEKS };
    default:
      return { from: weekOf(day), days: 7 };
  }
}

/** The first day of a day's week, as the language has it. */
export function weekOf(day: Day): Day {
  return startOfWeek(parseDate(day), language()).toString();
}

/** All days of a range. */
export function daysOf({ from, days }: Range): Day[] {
  return Array.from({ length: days }, (_, i) => plusDays(from, i));
}

/** The same view a page later or earlier. */
export function turned(view: View, day: Day, by: 1 | -1): Day {
  if (view === 'day') return plusDays(day, by);
  if (view !== 'month') return plusDays(day, 7 * by);
  return parseDate(`${day.slice(0, 7)}-01`)
    .add({ months: by })
    .toString();
}

/** What stands above the days: "23–29 de novembro de 2026". */
export function rangeTitle(view: View, day: Day): string {
  if (view === 'day') return dayLong(day);
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language(), { timeZone: 'UTC', ...options });
  const at = (of: Day) => Date.parse(`${of}T12:00:00Z`);
  if (view === 'month') return format({ month: 'long', year: 'numeric' }).format(at(day));
  const { from } = rangeOf(view, day);
  return format({ day: 'numeric', month: 'long', year: 'numeric' }).formatRange(
    at(from),
    at(plusDays(from, 6)),
  );
}

/** "seg" */
export function weekdayShort(day: Day): string {
  return new Intl.DateTimeFormat(language(), { timeZone: 'UTC', weekday: 'short' })
    .format(Date.parse(`${day}T12:00:00Z`))
    .replace(/\.$/, '');
}

/** "23", or "01/12" on the first of a month. */
export function dayNumber(day: Day): string {
  return day.endsWith('-01') ? dayShort(day) : String(Number(day.slice(8)));
}

/** Minutes since midnight of an instant in a zone. */
export function minutesOf(ms: number, zone: string): number {
  const [hours = 0, minutes = 0] = timeOf(ms, zone, 'pt-BR').split(':').map(Number);
  return hours * 60 + minutes;
}

/** The day of an entry, in a zone. */
export function entryDay(entry: { dueAt: number; dueDay: string }, zone: string): Day {
  return entry.dueAt ? dayOf(entry.dueAt, zone) : entry.dueDay;
}
