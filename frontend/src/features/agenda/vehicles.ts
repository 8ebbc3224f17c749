import type { AgendaEntry } from '../../bridge';
import { plateText } from '../../shared/format';
import { t } from '../../shared/i18n/index.svelte';
import { session } from '../../shared/stores';
import { entryDay, minutesOf } from './days';
import { lengthOf } from './lanes';

/** A vehicle, or a seller, and what it is out for. */
export interface Outing {
  id: string;
  name: string;
  detail: string;
  entries: AgendaEntry[];
}

export type By = 'vehicle' | 'seller';

/** Visits and test drives by vehicle or by seller, in the order of their names. */
export function outings(entries: readonly AgendaEntry[], by: By): Outing[] {
  const all = new Map<string, Outing>();
  for (const entry of entries) {
    const one = by === 'vehicle' ? vehicleOf(entry) : sellerOf(entry);
    const known = all.get(one.id) ?? { ...one, entries: [] };
    known.entries.push(entry);
    all.set(one.id, known);
  }
  return [...all.values()].sort(
    (a, b) => Number(a.id === '') - Number(b.id === '') || a.name.localeCompare(b.name),
  );
}

// A plate is one car; without one, those that are called the same may be two.
function vehicleOf(entry: AgendaEntry): Omit<Outing, 'entries'> {
  const name = entry.vehicle || entry.plate || t('agenda.no_vehicle');
  return {
    id: entry.plate || entry.vehicle,
    name,
    detail: entry.vehicle && entry.plate ? plateText(entry.plate) : '',
  };
}

function sellerOf(entry: AgendaEntry): Omit<Outing, 'entries'> {
  const user = session.user(entry.userId);
  return { id: user?.id ?? '', name: user?.name ?? t('agenda.nobody'), detail: '' };
}

/** Ids of planned entries that want the same car, by its plate, or the same seller at the same time. */
export function clashes({ entries }: Outing, by: By): Set<string> {
  const found = new Set<string>();
  const timed = entries.filter(
    (entry) => entry.dueAt > 0 && !entry.doneAt && (by === 'seller' ? entry.userId : entry.plate),
  );
  const end = (entry: AgendaEntry) => entry.dueAt + lengthOf(entry.kind) * 60_000;
  for (const [i, a] of timed.entries()) {
    for (const b of timed.slice(i + 1)) {
      if (a.dueAt < end(b) && b.dueAt < end(a)) found.add(a.id).add(b.id);
    }
  }
  return found;
}

/** From when to when an entry takes, as minutes since midnight; undefined without an hour. */
export function spanOf(entry: AgendaEntry): { from: number; to: number } | undefined {
  if (!entry.dueAt) return undefined;
  const from = minutesOf(entry.dueAt, session.zone);
  return { from, to: from + lengthOf(entry.kind) };
}

/** Entries of an outing on a day, by hour. */
export function onDay({ entries }: Outing, day: string): AgendaEntry[] {
  return entries
    .filter((entry) => entryDay(entry, session.zone) === day)
    .sort((a, b) => a.dueAt - b.dueAt);
}
