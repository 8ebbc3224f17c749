import CalendarArrowDown from '@lucide/svelte/icons/calendar-arrow-down';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import Check from '@lucide/svelte/icons/check';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { AgendaEntry } from '../../bridge';
import { quickDues, type Due } from '../../shared/activities/plan';
import { plusDays, type Day } from '../../shared/format';
import { t } from '../../shared/i18n/index.svelte';
import { session } from '../../shared/stores';
import type { MenuEntry } from '../../shared/ui';
import { entryDay, minutesOf } from './days';
import { SLOT } from './lanes';

/** What can be done on the page, by mouse, menu and keyboard. */
export interface Doing {
  open: (entry: AgendaEntry) => void;
  plan: (due?: Due) => void;
  complete: (entry: AgendaEntry) => void;
  reopen: (entry: AgendaEntry) => void;
  /** Asks for another day or hour. */
  pickDate: (entry: AgendaEntry) => void;
  change: (entry: AgendaEntry) => void;
  reschedule: (entry: AgendaEntry, due: Due) => void;
  remove: (entry: AgendaEntry) => void;
  /** Writes it as a calendar. */
  exportOne: (entry: AgendaEntry) => void;
}

/** The menu of an entry. */
export function entryMenu(entry: AgendaEntry, doing: Doing): MenuEntry[] {
  const open: MenuEntry = {
    label: t('agenda.open'),
    icon: PanelRight,
    shortcut: 'Enter',
    perform: () => doing.open(entry),
  };
  const rest: MenuEntry[] = [
    {
      label: t('agenda.export_one'),
      icon: CalendarArrowDown,
      perform: () => doing.exportOne(entry),
    },
    'separator',
    {
      label: t('agenda.delete'),
      icon: Trash2,
      shortcut: 'Delete',
      danger: true,
      perform: () => doing.remove(entry),
    },
  ];
  if (entry.doneAt)
    return [
      open,
      { label: t('agenda.reopen'), icon: RotateCcw, perform: () => doing.reopen(entry) },
      ...rest,
    ];
  return [
    open,
    {
      label: t('agenda.complete'),
      icon: Check,
      shortcut: 'c',
      perform: () => doing.complete(entry),
    },
    {
      label: t('agenda.reschedule'),
      icon: CalendarClock,
      items: rescheduleEntries(entry, doing),
    },
    { label: t('agenda.change'), icon: Pencil, perform: () => doing.change(entry) },
    ...rest,
  ];
}

// Tomorrow, Monday, in a week: at the hour that it has; then any day.
function rescheduleEntries(entry: AgendaEntry, doing: Doing): MenuEntry[] {
  const { now, zone } = session;
  const hour = entry.dueAt ? { minutes: minutesOf(entry.dueAt, zone) } : {};
  return [
    ...quickDues(now, zone).map(({ label, day, minutes }) => ({
      label,
      perform: () =>
        doing.reschedule(entry, minutes === undefined ? { day, ...hour } : { day, minutes }),
    })),
    'separator',
    {
      label: t('agenda.pick_date'),
      shortcut: 'r',
      perform: () => doing.pickDate(entry),
    },
  ];
}

const OPENING = 9 * 60;
const LAST = 24 * 60 - SLOT;

/**
 * Where Alt and an arrow put an entry: beside by days, up and down by half an
 * hour, in a month by weeks. One without an hour gets its first by Alt+down.
 */
export function shifted(
  entry: AgendaEntry,
  key: string,
  rows: 'minutes' | 'weeks',
): Due | undefined {
  const { zone } = session;
  const day: Day = entryDay(entry, zone);
  const minutes = entry.dueAt ? minutesOf(entry.dueAt, zone) : undefined;
  const at = (to: Day): Due => ({ day: to, ...(minutes === undefined ? {} : { minutes }) });
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
  if (key === 'ArrowLeft' || key === 'ArrowRight') return at(plusDays(day, sign));
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  if (rows === 'weeks') return at(plusDays(day, 7 * sign));
  if (minutes === undefined) return sign > 0 ? { day, minutes: OPENING } : undefined;
  const next = minutes + sign * SLOT;
  return next < 0 || next > LAST ? undefined : { day, minutes: next };
}
