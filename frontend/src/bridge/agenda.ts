/** What is due on some days. Empty lists don't filter. */
export interface AgendaRequest {
  /** YYYY-MM-DD, the first day, in the workspace's zone. */
  from: string;
  /** At most 42. */
  days: number;
  /** Who does it; '' for nobody. */
  userIds: string[];
  /** Of the lead. */
  shopIds: string[];
  kinds: string[];
  /** Entries that are answered of each day, the first ones. */
  perDay: number;
}

/** An activity with a day or an hour, planned or done since, and what it is about. */
export interface AgendaEntry {
  id: string;
  leadId: string;
  kind: string;
  title: string;
  /** ms UTC; with an hour */
  dueAt: number;
  /** YYYY-MM-DD; without an hour */
  dueDay: string;
  /** ms UTC, 0 while planned */
  doneAt: number;
  outcome: string;
  userId: string;
  /** ms UTC after which it is overdue; 0 when done */
  due: number;
  /** minutes before; 0 never, -1 at the hour itself */
  remind: number;
  name: string;
  company: string;
  phone: string;
  vehicle: string;
  plate: string;
  subject: string;
  stageId: string;
  shopId: string;
}

/** One day: how many there are, and the first of them, those without an hour ahead of the others. */
export interface AgendaDay {
  day: string;
  count: number;
  entries: AgendaEntry[];
}

export interface Agenda {
  days: AgendaDay[];
  /** The first of them, the longest overdue first. */
  overdue: AgendaEntry[];
  overdueCount: number;
}

/** What goes into a calendar: one activity, or what is due on some days. */
export interface CalendarAsk {
  /** '' for the days. */
  activityId: string;
  request: AgendaRequest;
  /** The calendar's, as the person reads it. */
  name: string;
  /** Names of the kinds of activity, as the person reads them. */
  kinds: Record<string, string>;
}

export interface CalendarWritten {
  count: number;
  /** Days with more than anybody reads, of which the rest was left out. */
  left: number;
}

/** What the person is to be told now. */
export interface Notice {
  /** One by one. */
  entries: AgendaEntry[];
  /** Due now, too many for that. */
  more: number;
  /** While the program didn't run. */
  missed: number;
  /** Of all these activities. */
  ids: string[];
}

/** How long a reminder is put off: until the next morning, the last. */
export type Snooze = '10m' | '1h' | 'tomorrow';

declare module './api' {
  interface Api {
    Reminders: {
      /** Ask again on the event `reminders`. */
      Notice(): Promise<Notice>;
      /** They are on the screen: they are not told again on this device. */
      Tell(ids: string[]): Promise<void>;
      Snooze(id: string, length: Snooze): Promise<void>;
    };
    Agenda: {
      Load(request: AgendaRequest): Promise<Agenda>;
      /** Writes a calendar that other programs read (.ics). */
      Export(handle: string, ask: CalendarAsk): Promise<CalendarWritten>;
    };
  }
}
