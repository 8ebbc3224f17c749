import type { Card, Stage } from '../../bridge';
import {
  age,
  dayLabel,
  dayNumeric,
  dayOf,
  daysBetween,
  dayShort,
  momentExact,
  sentence,
  timeOf,
} from '../format';
import { hasKey, t } from '../i18n/index.svelte';
import { session } from '../stores/session.svelte';

const MINUTE = 60_000;

/** What a lead's next step looks like: each tone has its icon, its words and then its colour. */
export type MarkTone = 'over' | 'today' | 'later' | 'none' | 'won' | 'lost';

export interface Mark {
  tone: MarkTone;
  /** "Ligar — atrasado 2 d", "Visita hoje 15:30", "Qui, 26/11", "Sem próxima ação". */
  text: string;
  /** The whole of it, for a tooltip and screen readers. */
  title: string;
}

/** Where "now" and "today" are. */
export interface Clock {
  /** ms UTC */
  now: number;
  /** IANA */
  zone: string;
}

type Planned = Pick<Card, 'nextId' | 'nextKind' | 'nextTitle' | 'nextAt' | 'nextDay' | 'nextDue'>;

/** "Ligação", "Visita" …; a kind without a name is a task. */
export function activityName(kind: string): string {
  const key = `leads.activity.${kind}`;
  return hasKey(key) ? t(key) : t('leads.activity.task');
}

/** What a card says of the next step: "Ligar", "Visita"; a task says its own title. */
function nextWhat(card: Planned): { what: string; titled: boolean } {
  const key = `leads.next.${card.nextKind}`;
  if (card.nextKind !== 'task' && hasKey(key)) return { what: t(key), titled: false };
  return { what: card.nextTitle || t('leads.next.task'), titled: card.nextTitle !== '' };
}

/** The mark of the next planned activity; of what came of it when the stage ends the lead. */
export function nextMark(card: Card, stage: Stage | undefined, clock: Clock): Mark {
  if (card.nextId === '') return stage ? endMark(card, stage, clock) : none();
  const { what, titled } = nextWhat(card);
  const when = card.nextAt
    ? momentExact(card.nextAt, clock.zone)
    : dayLabel(card.nextDay, dayOf(clock.now, clock.zone));
  const title = [activityName(card.nextKind), card.nextTitle, when].filter(Boolean).join(' · ');
  if (card.nextDue < clock.now) {
    // A title may be long and is cut at its end, so the time stands before it.
    const key = titled ? 'leads.next.overdue_titled' : 'leads.next.overdue';
    return { tone: 'over', text: t(key, { what, age: late(card, clock) }), title };
  }
  const today = dayOf(clock.now, clock.zone);
  const day = card.nextAt ? dayOf(card.nextAt, clock.zone) : card.nextDay;
  const hour = card.nextAt ? timeOf(card.nextAt, clock.zone) : '';
  if (day === today) {
    const key = titled ? 'leads.next.today_titled' : 'leads.next.today';
    return { tone: 'today', text: sentence(t(key, { what, hour }).trim()), title };
  }
  return {
    tone: 'later',
    text: sentence([dayLabel(day, today), hour].filter(Boolean).join(' ')),
    title,
  };
}

// A day without an hour is late by whole days; an hour by what has passed.
function late(card: Planned, clock: Clock): string {
  if (card.nextAt) return age(card.nextAt, Math.max(clock.now, card.nextAt + MINUTE));
  const days = daysBetween(card.nextDay, dayOf(clock.now, clock.zone));
  return t('shared.age.days', { n: Math.max(1, days) });
}

function none(): Mark {
  return { tone: 'none', text: t('leads.next.none'), title: t('leads.next.none') };
}

const DAY = 24 * 60 * MINUTE;

/**
 * ms UTC when a discarded lead that rests in the archive is purged for good; 0
 * for one that isn't, and where they rest for ever.
 */
export function purgedAt(card: Pick<Card, 'archivedAt'>): number {
  const days = Number(session.state.settings.retention_days || '90');
  const rests = Number.isInteger(days) && days >= 0 ? days : 90;
  return card.archivedAt && rests ? card.archivedAt + rests * DAY : 0;
}

function endMark(card: Card, stage: Stage, clock: Clock): Mark {
  const tone = END_TONES[stage.kind];
  if (!tone) return none();
  const day = dayShort(dayOf(card.stageSince, clock.zone));
  const until = stage.kind === 'discarded' ? purgedAt(card) : 0;
  if (until) {
    const last = dayOf(until, clock.zone);
    return {
      tone,
      text: t('leads.end.discarded_until', { day, until: dayShort(last) }),
      title: t('leads.end.discarded_title', { day, until: dayNumeric(last) }),
    };
  }
  const text = t(END_KEYS[stage.kind]!, { day });
  return { tone, text, title: text };
}

const END_TONES: Readonly<Record<string, MarkTone>> = {
  won: 'won',
  lost: 'lost',
  discarded: 'lost',
};
const END_KEYS: Readonly<
  Record<string, 'leads.end.won' | 'leads.end.lost' | 'leads.end.discarded'>
> = {
  won: 'leads.end.won',
  lost: 'leads.end.lost',
  discarded: 'leads.end.discarded',
};

/** How long a lead has stood in its stage. */
export interface Ageing {
  /** "12 min", "2 d" */
  text: string;
  /** It stands longer than the stage's days. */
  stale: boolean;
  /** The three ages apart: in the stage, since it came, since the last real contact. */
  title: string;
}

export function ageing(card: Card, stage: Stage | undefined, clock: Clock): Ageing {
  const days = Math.floor((clock.now - card.stageSince) / (24 * 60 * MINUTE));
  const stale = stage !== undefined && stage.staleDays > 0 && days >= stage.staleDays;
  const lines = [
    stale
      ? t('leads.age.stale', { age: age(card.stageSince, clock.now), days: stage.staleDays })
      : t('leads.age.stage', { age: age(card.stageSince, clock.now) }),
    t('leads.age.created', { age: age(card.createdAt, clock.now) }),
    card.lastContact
      ? t('leads.age.contact', { age: age(card.lastContact, clock.now) })
      : t('leads.age.no_contact'),
  ];
  return { text: age(card.stageSince, clock.now), stale, title: lines.join('\n') };
}

export type Temperature = 'hot' | 'warm' | 'cold';

const TEMPERATURES: Readonly<Record<string, Temperature>> = {
  now: 'hot',
  months: 'warm',
  later: 'cold',
};

/** When customers want to buy, the hottest first. */
export const TIMEFRAMES = ['now', 'months', 'later'] as const;

/** Cold, warm or hot by when the customer wants to buy; undefined when that isn't known. */
export function temperature(timeframe: string): Temperature | undefined {
  return TEMPERATURES[timeframe];
}

/** "quente", "morno", "frio". */
export function temperatureName(temperature: Temperature): string {
  return t(`leads.temperature.${temperature}`);
}

/** The levels of qualification, the least sure first. */
export const LEVELS = ['suspect', 'mql', 'sql'] as const;
export type Level = (typeof LEVELS)[number];

/** The level of a qualification; undefined for none, and for words of a sheet. */
export function levelOf(qualification: string): Level | undefined {
  return LEVELS.find((level) => level === qualification);
}

/** "SQL": as short as a card needs it. */
export function levelName(level: Level): string {
  return t(`leads.level.${level}`);
}

/** What the lead is about: the vehicle, else the subject, else the company. */
export function aboutLine(card: Pick<Card, 'vehicle' | 'subject' | 'company'>): string {
  return card.vehicle || card.subject || card.company;
}
