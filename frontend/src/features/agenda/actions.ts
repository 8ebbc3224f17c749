import CalendarArrowDown from '@lucide/svelte/icons/calendar-arrow-down';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus';
import Check from '@lucide/svelte/icons/check';
import Menu from '@lucide/svelte/icons/menu';
import Printer from '@lucide/svelte/icons/printer';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { AgendaEntry } from '../../bridge';
import type { Action } from '../../shared/actions';
import type { Day } from '../../shared/format';
import { VIEWS, type View } from './days';
import type { Doing } from './doing';

/** What the page does when an action asks for it. */
export interface AgendaParts {
  /** The entry that has the focus. */
  standing: () => AgendaEntry | undefined;
  doing: Doing;
  day: () => Day;
  turn: (by: 1 | -1) => void;
  today: () => void;
  show: (view: View) => void;
  print: () => void;
  exportShown: () => void;
}

/** What can be done with the agenda and with the entry that the focus is on. */
export function agendaActions(parts: AgendaParts): Action[] {
  const { standing, doing } = parts;
  const group = 'agenda.title' as const;
  const planned = () => standing()?.doneAt === 0;
  return [
    {
      id: 'agenda.plan',
      label: 'agenda.plan',
      group,
      icon: CalendarPlus,
      shortcut: 'p',
      typeAhead: true,
      perform: () => doing.plan(placeOf(document.activeElement) ?? { day: parts.day() }),
    },
    {
      id: 'agenda.complete',
      label: 'agenda.complete',
      group,
      icon: Check,
      shortcut: 'c',
      when: planned,
      perform: () => doing.complete(standing()!),
    },
    {
      id: 'agenda.reschedule',
      label: 'agenda.pick_date',
      group,
      icon: CalendarClock,
      shortcut: 'r',
      when: planned,
      perform: () => doing.pickDate(standing()!),
    },
    {
      id: 'agenda.menu',
      label: 'agenda.menu',
      group,
      icon: Menu,
      shortcut: 'm',
      typeAhead: true,
      when: () => standing() !== undefined,
      perform: openMenu,
    },
    {
      id: 'agenda.delete',
      label: 'agenda.delete',
      group,
      icon: Trash2,
      shortcut: 'Delete',
      when: () => standing() !== undefined,
      perform: () => doing.remove(standing()!),
    },
    {
      id: 'agenda.today',
      label: 'agenda.today',
      group,
      icon: CalendarDays,
      shortcut: 't',
      perform: parts.today,
    },
    {
      id: 'agenda.earlier',
      label: 'agenda.earlier',
      group,
      shortcut: 'PageUp',
      perform: () => parts.turn(-1),
    },
    {
      id: 'agenda.later',
      label: 'agenda.later',
      group,
      shortcut: 'PageDown',
      perform: () => parts.turn(1),
    },
    ...VIEWS.map((view): Action => ({
      id: `agenda.view.${view}`,
      label: `agenda.view.${view}`,
      group,
      perform: () => parts.show(view),
    })),
    {
      id: 'agenda.export',
      label: 'agenda.export',
      group,
      icon: CalendarArrowDown,
      perform: parts.exportShown,
    },
    {
      id: 'agenda.print',
      label: 'agenda.print',
      group,
      icon: Printer,
      shortcut: '$mod+p',
      perform: parts.print,
    },
  ];
}

// The empty place that the focus is on: its day, and its hour if it is one.
function placeOf(element: Element | null): { day: Day; minutes?: number } | undefined {
  const key = element instanceof HTMLElement ? element.dataset.key : undefined;
  const [what, day, minutes] = key?.split(':') ?? [];
  if (!day) return undefined;
  return what === 'slot' ? { day, minutes: Number(minutes) } : { day };
}

function openMenu(): void {
  const entry = document.activeElement?.closest('.entry');
  if (!entry) return;
  const { left, bottom } = entry.getBoundingClientRect();
  entry.dispatchEvent(
    new MouseEvent('contextmenu', { bubbles: true, clientX: left, clientY: bottom }),
  );
}
