import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Copy from '@lucide/svelte/icons/copy';
import Mail from '@lucide/svelte/icons/mail';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import MessageSquareReply from '@lucide/svelte/icons/message-square-reply';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Phone from '@lucide/svelte/icons/phone';
import SquareArrowOutUpRight from '@lucide/svelte/icons/square-arrow-out-up-right';
import SquareCheck from '@lucide/svelte/icons/square-check';
import Tag from '@lucide/svelte/icons/tag';
import Trash2 from '@lucide/svelte/icons/trash-2';
import UserRound from '@lucide/svelte/icons/user-round';
import type { Card, Selection } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';
import { assignEntries, tagEntries } from '../../shared/leads/bulk';
import { peek } from '../../shared/leads/peek.svelte';
import { purgeAsk } from '../../shared/leads/purge.svelte';
import { reach } from '../../shared/leads/reach';
import { moveEntries } from '../../shared/leads/stages';
import {
  archive,
  moveAll,
  moveLeads,
  only,
  remove,
  replied,
  unarchive,
} from '../../shared/leads/writes';
import type { MenuEntry } from '../../shared/ui';
import type { ListControl } from './control.svelte';
import { copyCell } from './copy';

/**
 * What can be done with the row that the cursor stands on. On a picked row, what
 * makes sense for several is done to all that are picked.
 */
export function rowEntries(control: ListControl, pipelineId: string): MenuEntry[] {
  const { card, picked } = control;
  if (!card) return [];
  const several = picked.count > 1 && picked.has(card);
  const chosen = (): Selection => (several ? picked.selection() : only(card.id));
  return [
    ...(several ? [] : single(card, control)),
    {
      id: 'move',
      label: t('leads.action.move'),
      icon: ArrowRightLeft,
      items: moveEntries(pipelineId, several ? '' : card.stageId, (stage) => {
        void (several ? moveAll(chosen(), picked.count, stage) : moveLeads([card], stage));
      }),
    },
    {
      id: 'assign',
      label: t('leads.action.assign'),
      icon: UserRound,
      items: assignEntries(chosen, several ? undefined : card.ownerId),
    },
    {
      id: 'tag',
      label: t('leads.action.tag'),
      icon: Tag,
      items: tagEntries(chosen, several ? undefined : (card.tags ?? [])),
    },
    {
      id: 'select',
      label: t('leads.action.select'),
      icon: SquareCheck,
      shortcut: 'x',
      checked: picked.has(card) || undefined,
      perform: () => control.pick(),
    },
    'separator',
    card.archivedAt
      ? {
          id: 'unarchive',
          label: t('leads.action.unarchive'),
          icon: ArchiveRestore,
          shortcut: 'e',
          perform: () => void unarchive(chosen()),
        }
      : {
          id: 'archive',
          label: t('leads.action.archive'),
          icon: Archive,
          shortcut: 'e',
          perform: () => void archive(chosen()),
        },
    ...(card.archivedAt && purgeAsk.offered
      ? [
          {
            id: 'purge',
            label: t('leads.action.purge'),
            icon: Trash2,
            danger: true,
            perform: () =>
              void purgeAsk.ask(chosen(), several ? picked.count : 1, several ? '' : card.name),
          },
        ]
      : []),
    {
      id: 'delete',
      label: t('leads.action.delete'),
      icon: Trash2,
      shortcut: 'Delete',
      danger: true,
      perform: () => void remove(chosen()),
    },
  ];
}

function single(card: Card, control: ListControl): MenuEntry[] {
  const ways: MenuEntry[] = [];
  if (card.phone)
    ways.push(
      {
        id: 'phone',
        label: t('facts.call'),
        icon: Phone,
        perform: () => void reach(card.id, 'phone'),
      },
      {
        id: 'whatsapp',
        label: t('facts.whatsapp'),
        icon: MessageCircle,
        perform: () => void reach(card.id, 'whatsapp'),
      },
    );
  if (card.email)
    ways.push({
      id: 'email',
      label: t('facts.email'),
      icon: Mail,
      perform: () => void reach(card.id, 'email'),
    });
  return [
    {
      id: 'open',
      label: t('leads.action.open'),
      icon: SquareArrowOutUpRight,
      shortcut: 'Enter',
      perform: () => control.open(),
    },
    {
      id: 'peek',
      label: t('leads.action.peek'),
      icon: PanelRight,
      shortcut: 'Space',
      perform: () => peek.open(card.id),
    },
    {
      id: 'copy',
      label: t('list.copy_cell'),
      icon: Copy,
      shortcut: '$mod+c',
      perform: () => void copyCell(control),
    },
    'separator',
    ...ways,
    {
      id: 'replied',
      label: t('leads.action.replied'),
      icon: MessageSquareReply,
      perform: () => void replied(card.id),
    },
    'separator',
  ];
}
