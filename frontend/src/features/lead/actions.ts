import Archive from '@lucide/svelte/icons/archive';
import ArrowRightFromLine from '@lucide/svelte/icons/arrow-right-from-line';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus';
import Check from '@lucide/svelte/icons/check';
import ListFilter from '@lucide/svelte/icons/list-filter';
import Mail from '@lucide/svelte/icons/mail';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import Paperclip from '@lucide/svelte/icons/paperclip';
import Phone from '@lucide/svelte/icons/phone';
import Printer from '@lucide/svelte/icons/printer';
import StickyNote from '@lucide/svelte/icons/sticky-note';
import Trash from '@lucide/svelte/icons/trash-2';
import { onMount } from 'svelte';
import { register, type Action } from '../../shared/actions';
import { reach } from '../../shared/leads/reach';
import { qualifies } from '../../shared/leads/stages';
import { archive, convert, only, remove, unarchive } from '../../shared/leads/writes';
import { printLead } from './print.svelte';
import type { LeadRecord } from './record.svelte';

/** What the parts on the screen do when an action asks for it. */
export interface LeadParts {
  note: () => void;
  plan: () => void;
  complete: () => void;
  attach: () => void;
  find: () => void;
}

/** What can be done with the lead that a panel or page shows, while it shows it. */
export function leadActions(record: LeadRecord, parts: LeadParts): void {
  const { id } = record;
  const phones = () => (record.view?.contact.phones ?? []).length > 0;
  const emails = () => (record.view?.contact.emails ?? []).length > 0;
  const archived = () => (record.view?.lead.archivedAt ?? 0) > 0;
  const actions: Action[] = [
    {
      id: 'facts.call',
      label: 'facts.call',
      group: 'lead.group',
      icon: Phone,
      shortcut: 'l',
      when: phones,
      perform: () => reach(id, 'phone'),
    },
    {
      id: 'facts.whatsapp',
      label: 'facts.whatsapp',
      group: 'lead.group',
      icon: MessageCircle,
      shortcut: 'w',
      when: phones,
      perform: () => reach(id, 'whatsapp'),
    },
    {
      id: 'facts.email',
      label: 'facts.email',
      group: 'lead.group',
      icon: Mail,
      when: emails,
      perform: () => reach(id, 'email'),
    },
    {
      id: 'lead.note',
      label: 'lead.write.title',
      group: 'lead.group',
      icon: StickyNote,
      shortcut: 'a',
      typeAhead: true,
      perform: parts.note,
    },
    {
      id: 'lead.plan',
      label: 'activities.plan.title',
      group: 'lead.group',
      icon: CalendarPlus,
      shortcut: 'p',
      typeAhead: true,
      perform: parts.plan,
    },
    {
      id: 'lead.complete',
      label: 'lead.next.complete_next',
      group: 'lead.group',
      icon: Check,
      shortcut: 'c',
      when: () => (record.view?.planned ?? []).length > 0,
      perform: parts.complete,
    },
    {
      id: 'lead.attach',
      label: 'lead.files.attach',
      group: 'lead.group',
      icon: Paperclip,
      shortcut: 'd',
      perform: parts.attach,
    },
    {
      id: 'lead.find',
      label: 'lead.history.find',
      group: 'lead.group',
      icon: ListFilter,
      shortcut: 'h',
      typeAhead: true,
      perform: parts.find,
    },
    {
      id: 'lead.convert',
      label: 'leads.action.convert',
      group: 'lead.group',
      icon: ArrowRightFromLine,
      shortcut: 'v',
      when: () => !archived() && qualifies(record.view?.lead.stageId ?? ''),
      perform: () => record.view && void convert([record.view.card]),
    },
    {
      id: 'lead.print',
      label: 'lead.print',
      group: 'lead.group',
      icon: Printer,
      shortcut: '$mod+p',
      perform: () => printLead(id),
    },
    {
      id: 'lead.archive',
      label: 'leads.action.archive',
      group: 'lead.group',
      icon: Archive,
      shortcut: 'e',
      when: () => !archived(),
      perform: () => void archive(only(id)),
    },
    {
      id: 'lead.unarchive',
      label: 'leads.action.unarchive',
      group: 'lead.group',
      icon: Archive,
      shortcut: 'e',
      when: archived,
      perform: () => void unarchive(only(id)),
    },
    {
      id: 'lead.delete',
      label: 'leads.action.delete',
      group: 'lead.group',
      icon: Trash,
      shortcut: 'Delete',
      perform: () => void remove(only(id)),
    },
  ];
  onMount(() => register(actions));
}
