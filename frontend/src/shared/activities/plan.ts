import {
  dayOf,
  dayShort,
  instantOf,
  parseTime,
  plusDays,
  sentence,
  timeOf,
  type Day,
} from '../format';
import { language, t } from '../i18n/index.svelte';

/** Kinds that can be planned, in the order in which they are offered. */
export const PLANNED_KINDS = ['call', 'message', 'email', 'visit', 'test_drive', 'task'] as const;

/** Kinds of what can be written down as done. */
export const LOGGED_KINDS = ['note', 'reply', 'call', 'message', 'visit', 'test_drive'] as const;

/** When something is due: a day, and an hour or none. */
export interface Due {
  day: Day;
  /** Minutes since midnight; undefined for no hour. */
  minutes?: number;
}

export interface QuickDue extends Due {
  label: string;
}

const HOUR = 60;
const NOON = 12 * HOUR;
const CLOSING = 18 * HOUR;

/** Days that are one click away: today at a coming hour, tomorrow, Monday, in a week. */
export function quickDues(now: number, zone: string): QuickDue[] {
  const today = dayOf(now, zone);
  const dues: QuickDue[] = [];
  const hour = comingHour(now, zone);
  if (hour !== undefined) {
    const at = timeOf(instantOf(today, hour, zone), zone);
    dues.push({ label: t('activities.plan.today_at', { time: at }), day: today, minutes: hour });
  }
  const tomorrow = plusDays(today, 1);
  dues.push({ label: sentence(t('shared.date.tomorrow')), day: tomorrow });
  const monday = nextMonday(today);
  if (monday !== tomorrow) dues.push({ label: sentence(weekdayName(monday)), day: monday });
  const week = plusDays(today, 7);
  if (week !== monday) {
    dues.push({ label: t('activities.plan.in_a_week', { day: dayShort(week) }), day: week });
  }
  return dues;
}

// A whole hour at least an hour ahead; 15:00 while it is morning. None after closing time.
function comingHour(now: number, zone: string): number | undefined {
  const [hours = 0, minutes = 0] = timeOf(now, zone, 'pt-BR').split(':').map(Number);
  const passed = hours * HOUR + minutes;
  const next = passed < NOON ? 15 * HOUR : Math.ceil((passed + HOUR) / HOUR) * HOUR;
  return next > CLOSING ? undefined : next;
}

function nextMonday(day: Day): Day {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
  return plusDays(day, (8 - weekday) % 7 || 7);
}

function weekdayName(day: Day): string {
  const name = new Intl.DateTimeFormat(language(), { timeZone: 'UTC', weekday: 'long' }).format(
    Date.parse(`${day}T12:00:00Z`),
  );
  // "segunda-feira": people say "segunda".
  return name.split('-')[0]!;
}

/** The due of what was typed; undefined when the hour is none. '' is a day without an hour. */
export function dueOf(day: Day, time: string): Due | undefined {
  if (time.trim() === '') return { day };
  const minutes = parseTime(time);
  return minutes === null ? undefined : { day, minutes };
}

/** A due as Go takes it: an instant or a day. */
export function dueFields(due: Due, zone: string): { dueAt: number; dueDay: string } {
  return due.minutes === undefined
    ? { dueAt: 0, dueDay: due.day }
    : { dueAt: instantOf(due.day, due.minutes, zone), dueDay: '' };
}

/** What usually follows: after a visit a call, after a message a call, else the same again. */
export function followUp(kind: string): string {
  return kind === 'visit' || kind === 'test_drive' || kind === 'message' || kind === 'email'
    ? 'call'
    : kind;
}
