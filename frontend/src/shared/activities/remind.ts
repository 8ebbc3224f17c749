import { instantOf, plusDays, timeOf } from '../format';
import { t } from '../i18n/index.svelte';
import { reminderText } from '../leads/fields';
import type { Choice } from '../ui';
import type { Due } from './plan';

/** Nobody is reminded. */
export const NEVER = 0;
/** At the hour itself, or in the morning of its day. */
export const THEN = -1;

const DAY = 24 * 60;
const MINUTE = 60_000;

const OF_HOURS = [NEVER, THEN, 5, 15, 30, 60, 2 * 60, DAY] as const;
const OF_DAYS = [NEVER, THEN, DAY] as const;

/** What the workspace's rules say about reminders. */
export interface ReminderRules {
  /** Minutes before. */
  remind: number;
  /** Minutes since midnight. */
  morning: number;
}

/** The rules, read off the workspace's settings. */
export function reminderRules(settings: Readonly<Record<string, string>>): ReminderRules {
  return { remind: Number(settings.remind ?? 15), morning: Number(settings.morning ?? 9 * 60) };
}

/** When somebody is reminded, in ms UTC; 0 for never. */
export function remindAt(due: Due, remind: number, { morning }: ReminderRules, zone: string) {
  if (remind === NEVER) return 0;
  const before = Math.max(remind, 0);
  return due.minutes === undefined
    ? instantOf(plusDays(due.day, -Math.floor(before / DAY)), morning, zone)
    : instantOf(due.day, due.minutes, zone) - before * MINUTE;
}

/**
 * What a new activity begins with: the rule, unless that time has passed; then
 * the hour itself, unless that has, too.
 */
export function usualReminder(
  due: Due | undefined,
  rules: ReminderRules,
  zone: string,
  now: number,
): number {
  if (!due) return rules.remind;
  const ahead = (remind: number) => remindAt(due, remind, rules, zone) > now;
  if (rules.remind === NEVER || ahead(rules.remind)) return rules.remind;
  return due.minutes !== undefined && ahead(THEN) ? THEN : NEVER;
}

/** What can be chosen: of an hour minutes before, of a day its morning or the one before. */
export function reminderChoices(
  hour: boolean,
  remind: number,
  { morning }: ReminderRules,
): Choice[] {
  if (!hour) {
    const time = timeOf(Date.UTC(2026, 0, 1) + morning * MINUTE, 'UTC');
    return OF_DAYS.map((value) => ({
      value: String(value),
      label:
        value === NEVER
          ? reminderText(value)
          : t('activities.plan.remind_at', {
              when: value === THEN ? t('leads.remind.day') : reminderText(value),
              time,
            }),
    }));
  }
  return [...new Set([...OF_HOURS, remind])]
    .sort((a, b) => a - b)
    .sort((a, b) => Number(b === NEVER) - Number(a === NEVER))
    .map((value) => ({ value: String(value), label: reminderText(value) }));
}

/** The choice that stands for a reminder. */
export function reminderChoice(hour: boolean, remind: number): string {
  if (hour || remind === NEVER) return String(remind);
  return String(remind >= DAY ? DAY : THEN);
}
