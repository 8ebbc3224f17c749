import type { AgendaEntry } from '../../bridge';
import { minutesOf } from './days';

/** Minutes of a line of the day. */
export const SLOT = 30;
const HOUR = 60;
const OPENS = 7 * HOUR;
const CLOSES = 20 * HOUR;
const DAY = 24 * HOUR;

/** How long an activity of a kind takes on the page, in minutes: nobody is asked. */
export function lengthOf(kind: string): number {
  return kind === 'visit' || kind === 'test_drive' ? 60 : SLOT;
}

export interface Placed {
  entry: AgendaEntry;
  /** Minutes since midnight. */
  start: number;
  end: number;
  /** Side by side with those at the same time: the lane, and of how many. */
  lane: number;
  lanes: number;
}

/** Puts the entries of a day that have an hour side by side where they overlap. */
export function placed(entries: readonly AgendaEntry[], zone: string): Placed[] {
  const all = entries
    .filter((entry) => entry.dueAt > 0)
    .map((entry): Placed => {
      const start = minutesOf(entry.dueAt, zone);
      return { entry, start, end: start + lengthOf(entry.kind), lane: 0, lanes: 1 };
    })
    .sort((a, b) => a.start - b.start || b.end - a.end);
  let group: Placed[] = [];
  let until = 0;
  const close = () => {
    const lanes = Math.max(0, ...group.map(({ lane }) => lane)) + 1;
    for (const one of group) one.lanes = lanes;
    group = [];
  };
  for (const one of all) {
    if (one.start >= until) close();
    const taken = new Set(group.filter(({ end }) => end > one.start).map(({ lane }) => lane));
    while (taken.has(one.lane)) one.lane += 1;
    group.push(one);
    until = group.length === 1 ? one.end : Math.max(until, one.end);
  }
  close();
  return all;
}

/** From when to when lines are drawn: the shop's hours, and further where something lies. */
export function hoursOf(starts: readonly number[]): { from: number; to: number } {
  const first = Math.min(OPENS, ...starts);
  const last = Math.max(CLOSES, ...starts.map((start) => start + HOUR));
  return { from: first - (first % HOUR), to: Math.min(DAY, Math.ceil(last / HOUR) * HOUR) };
}
