import { api, type Agenda, type AgendaEntry, type AgendaRequest } from '../../bridge';
import { dueFields, type Due } from '../../shared/activities/plan';
import { dayOf, dayLabel, instantOf, momentLabel, sentence, type Day } from '../../shared/format';
import { t } from '../../shared/i18n/index.svelte';
import {
  keep,
  live,
  remember,
  session,
  toastDone,
  toastFailure,
  type Live,
} from '../../shared/stores';
import { daysOf, entryDay, rangeOf, type View } from './days';

/** Whose activities are shown: one's own, everybody's, or a person's by id. */
const MINE = 'me';
export const EVERYBODY = '';
/** As far as Go counts; it stands for "or more". */
export const MOST = 100;

const OUT_OF_THE_SHOP = ['visit', 'test_drive'];
const PER_DAY: Readonly<Record<View, number>> = { day: 200, week: 100, month: 3, vehicles: 200 };
const TICK_MS = 5 * 60_000;
const SHOWN = ['activities', 'leads', 'contacts'];

interface Chosen {
  who: string;
  shop: string;
  kind: string;
}

/** What the agenda shows, and what is done with it. Made while a component is set up. */
export class AgendaControl {
  #place: () => { view: View; day: Day };
  #chosen = $state.raw<Chosen>(remember('agenda', { who: MINE, shop: '', kind: '' }));
  #live: Live<Agenda>;

  constructor(place: () => { view: View; day: Day }) {
    this.#place = place;
    this.#live = live(
      () => {
        void Math.floor(session.now / TICK_MS); // what is overdue grows by itself
        return api.Agenda.Load(this.request);
      },
      (change) => (change.kinds ?? []).some((kind) => SHOWN.includes(kind)),
    );
  }

  /** What is asked for. */
  get request(): AgendaRequest {
    const { view, day } = this.#place();
    const { shop, kind } = this.#chosen;
    const kinds = view === 'vehicles' ? OUT_OF_THE_SHOP : [];
    return {
      ...rangeOf(view, day),
      userIds: this.who === EVERYBODY ? [] : [this.who],
      shopIds: shop ? [shop] : [],
      kinds: kind ? [kind] : kinds,
      perDay: PER_DAY[view],
    };
  }

  /** The id of the person whose activities are shown; EVERYBODY for all. */
  get who(): string {
    const { who } = this.#chosen;
    return who === MINE ? session.state.actingUserId : who;
  }
  get shop(): string {
    return this.#chosen.shop;
  }
  get kind(): string {
    return this.#chosen.kind;
  }

  show(change: Partial<Chosen>): void {
    const chosen = { ...this.#chosen, ...change };
    if (change.who === session.state.actingUserId) chosen.who = MINE;
    this.#chosen = chosen;
    keep('agenda', chosen);
  }

  /** undefined until the first answer. */
  get value(): Agenda | undefined {
    return this.#live.value;
  }
  get failure(): unknown {
    return this.#live.failure;
  }
  refresh(): Promise<void> {
    return this.#live.refresh();
  }

  /** The entries of a day. */
  of(day: Day): readonly AgendaEntry[] {
    return this.value?.days.find((one) => one.day === day)?.entries ?? [];
  }
  count(day: Day): number {
    return this.value?.days.find((one) => one.day === day)?.count ?? 0;
  }

  /** Entries of a day that are not shown; at least so many where Go stopped counting. */
  more(day: Day): { count: number; least: boolean } {
    const counted = this.count(day);
    return { count: counted - this.of(day).length, least: counted >= MOST };
  }

  /** An entry that is shown anywhere. */
  find(id: string): AgendaEntry | undefined {
    const { days = [], overdue = [] } = this.value ?? {};
    return [...days.flatMap(({ entries }) => entries), ...overdue].find((one) => one.id === id);
  }

  /** Puts an activity on another day or hour; the screen has it before Go does. */
  async reschedule(entry: AgendaEntry, due: Due): Promise<void> {
    const { zone } = session;
    const fields = dueFields(due, zone);
    if (fields.dueAt === entry.dueAt && fields.dueDay === entry.dueDay) return;
    const before = this.value;
    if (before) this.#live.show(moved(before, entry, fields, zone));
    try {
      const { dueAt, dueDay } = fields;
      const done = await api.Activities.Update(entry.id, dueAt ? { dueAt } : { dueDay });
      toastDone(done, t('agenda.moved', { name: entry.name, when: whenLabel(fields) }));
    } catch (thrown) {
      toastFailure(thrown);
      await this.refresh();
    }
  }

  async remove(entry: AgendaEntry): Promise<void> {
    try {
      toastDone(await api.Activities.Delete(entry.id));
    } catch (thrown) {
      toastFailure(thrown);
    }
  }
}

/** "Qui, 26/11 10:00" */
export function whenLabel({ dueAt, dueDay }: { dueAt: number; dueDay: string }): string {
  return sentence(
    dueAt
      ? momentLabel(dueAt, session.zone, session.now)
      : dayLabel(dueDay, dayOf(session.now, session.zone)),
  );
}

/** The agenda with an entry elsewhere. */
export function moved(
  agenda: Agenda,
  entry: AgendaEntry,
  fields: { dueAt: number; dueDay: string },
  zone: string,
): Agenda {
  const from = entryDay(entry, zone);
  const after = { ...entry, ...fields };
  const to = entryDay(after, zone);
  after.due = entry.doneAt ? 0 : fields.dueAt || instantOf(to, 24 * 60, zone) - 1;
  const others = (list: readonly AgendaEntry[]) => list.filter(({ id }) => id !== entry.id);
  const late = agenda.overdue.length - others(agenda.overdue).length;
  return {
    days: agenda.days.map(({ day, count, entries }) => ({
      day,
      count: count - Number(day === from) + Number(day === to),
      entries:
        day === to
          ? [...others(entries), after].sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1))
          : others(entries),
    })),
    overdue: others(agenda.overdue),
    overdueCount: agenda.overdueCount - late,
  };
}

/** All entries of the days that are shown. */
export function shownEntries(agenda: Agenda, view: View, day: Day): AgendaEntry[] {
  const days = new Set(daysOf(rangeOf(view, day)));
  return agenda.days.filter((one) => days.has(one.day)).flatMap(({ entries }) => entries);
}
