import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import Eye from '@lucide/svelte/icons/eye';
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
import type { Card } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';
import {
  archive,
  assignEntries,
  markUnread,
  moveEntries,
  only,
  peek,
  remove,
  replied,
  tagEntries,
  unarchive,
} from '../../shared/leads';
import { reach } from '../../shared/leads/reach';
import { session } from '../../shared/stores';
import type { MenuEntry } from '../../shared/ui';
import type { BoardControl } from './control.svelte';

/**
 * What can be done with a card, in its menu and on a right click. On a picked
 * card, what makes sense for several is done to all that are picked.
 */
export function cardEntries(card: Card, control: BoardControl): MenuEntry[] {
  const several = control.picked.count > 1 && control.picked.has(card);
  const chosen = () => (several ? control.picked.selection() : only(card.id));
  return [
    ...(several ? [] : one(card, control)),
    {
      id: 'move',
      label: t('leads.action.move'),
      icon: ArrowRightLeft,
      shortcut: 'm',
      items: moveEntries(
        session.stage(card.stageId)?.pipelineId ?? control.pipelineId,
        card.stageId,
        (target) => void control.moveTo(target, card),
      ),
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
      items: tagEntries(chosen, several ? undefined : card.tags),
    },
    {
      id: 'select',
      label: t('leads.action.select'),
      icon: SquareCheck,
      shortcut: 'x',
      checked: control.picked.has(card) || undefined,
      perform: () => control.picked.toggle(card.id),
    },
    'separator',
    card.archivedAt
      ? {
          id: 'unarchive',
          label: t('leads.action.unarchive'),
          icon: ArchiveRestore,
          perform: () => void unarchive(chosen()),
        }
      : {
          id: 'archive',
          label: t('leads.action.archive'),
          icon: Archive,
          perform: () => void archive(chosen()),
        },
    {
      id: 'delete',
      label: t('leads.action.delete'),
      icon: Trash2,
      danger: true,
      perform: () => void remove(chosen()),
    },
  ];
}

function one(card: Card, control: BoardControl): MenuEntry[] {
  const contact: MenuEntry[] = [];
  if (card.phone) {
    contact.push(
      {
        id: 'whatsapp',
        label: t('board.whatsapp'),
        icon: MessageCircle,
        perform: () => void reach(card.id, 'whatsapp'),
      },
      {
        id: 'phone',
        label: t('board.call'),
        icon: Phone,
        perform: () => void reach(card.id, 'phone'),
      },
    );
  }
  if (card.email) {
    contact.push({
      id: 'email',
      label: t('board.email'),
      icon: Mail,
      perform: () => void reach(card.id, 'email'),
    });
  }
  return [
    {
      id: 'open',
      label: t('leads.action.open'),
      icon: SquareArrowOutUpRight,
      shortcut: 'Enter',
      perform: () => control.open(card.id),
    },
    {
      id: 'peek',
      label: t('leads.action.peek'),
      icon: PanelRight,
      shortcut: 'Space',
      perform: () => peek.open(card.id),
    },
    'separator',
    ...contact,
    {
      id: 'replied',
      label: t('leads.action.replied'),
      icon: MessageSquareReply,
      perform: () => void replied(card.id),
    },
    ...(card.fresh === 0
      ? [
          {
            id: 'unread',
            label: t('leads.action.unread'),
            icon: Eye,
            perform: () => void markUnread(card.id),
          },
        ]
      : []),
    'separator',
  ];
}
