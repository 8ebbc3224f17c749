import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Copy from '@lucide/svelte/icons/copy';
import Maximize2 from '@lucide/svelte/icons/maximize-2';
import MailOpen from '@lucide/svelte/icons/mail';
import Printer from '@lucide/svelte/icons/printer';
import Trash from '@lucide/svelte/icons/trash-2';
import UserRound from '@lucide/svelte/icons/user-round';
import type { LeadView } from '../../bridge';
import { moneyShort, phone } from '../../shared/format';
import { t } from '../../shared/i18n/index.svelte';
import { moveEntries } from '../../shared/leads/stages';
import { archive, markUnread, moveLeads, only, remove, unarchive } from '../../shared/leads/writes';
import { router } from '../../shared/router';
import { copyText, session, toastText } from '../../shared/stores';
import type { MenuEntry } from '../../shared/ui';
import { printLead } from './print.svelte';

/** What else can be done with a lead. */
export function leadMenu(view: LeadView, place: 'page' | 'peek'): MenuEntry[] {
  const { id } = view.lead;
  const stage = session.stage(view.lead.stageId);
  return [
    ...(place === 'peek'
      ? [
          {
            label: t('lead.open_page'),
            icon: Maximize2,
            perform: () => router.go(`/lead/${id}`),
          },
        ]
      : []),
    {
      label: t('lead.open_contact'),
      icon: UserRound,
      perform: () => router.go(`/contact/${view.contact.id}`),
    },
    {
      label: t('leads.action.move'),
      icon: ArrowRightLeft,
      items: moveEntries(stage?.pipelineId ?? '', view.lead.stageId, (to) => {
        void moveLeads([view.card], to);
      }),
    },
    { label: t('leads.action.unread'), icon: MailOpen, perform: () => void markUnread(id) },
    { label: t('lead.copy_summary'), icon: Copy, perform: () => void copySummary(view) },
    { label: t('lead.print'), icon: Printer, perform: () => printLead(id) },
    'separator',
    view.lead.archivedAt
      ? {
          label: t('leads.action.unarchive'),
          icon: ArchiveRestore,
          perform: () => void unarchive(only(id)),
        }
      : { label: t('leads.action.archive'), icon: Archive, perform: () => void archive(only(id)) },
    {
      label: t('leads.action.delete'),
      icon: Trash,
      danger: true,
      perform: () => void remove(only(id)),
    },
  ];
}

/** Name, phones, e-mails, vehicle and value as lines, to be pasted into a message. */
export function summary({ contact, lead }: LeadView): string {
  return [
    contact.name,
    ...(contact.phones ?? []).map((entry) => phone(entry.key)),
    ...(contact.emails ?? []).map((entry) => entry.key),
    lead.vehicle || lead.subject,
    lead.valueCents ? moneyShort(lead.valueCents, lead.currency || session.currency) : '',
  ]
    .filter(Boolean)
    .join('\n');
}

async function copySummary(view: LeadView): Promise<void> {
  if (await copyText(summary(view))) toastText(t('facts.copied', { text: view.contact.name }));
}
