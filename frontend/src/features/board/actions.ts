import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import ArrowRightFromLine from '@lucide/svelte/icons/arrow-right-from-line';
import ArrowRightLeft from '@lucide/svelte/icons/arrow-right-left';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import PanelRight from '@lucide/svelte/icons/panel-right';
import SquareArrowOutUpRight from '@lucide/svelte/icons/square-arrow-out-up-right';
import SquareCheck from '@lucide/svelte/icons/square-check';
import type { Action } from '../../shared/actions';
import { peek, qualifies } from '../../shared/leads';
import type { BoardControl } from './control.svelte';

/** What can be done with the card that the board stands on. */
export function boardActions(control: BoardControl): Action[] {
  const standing = () => control.card !== undefined;
  // Enter and Space belong to whatever button has the focus.
  const onCard = () => standing() && document.activeElement?.closest('[data-card]') !== null;
  const group = 'board.group' as const;
  return [
    {
      id: 'board.open',
      label: 'leads.action.open',
      group,
      icon: SquareArrowOutUpRight,
      shortcut: 'Enter',
      unlisted: true,
      when: onCard,
      perform: () => control.card && control.open(control.card.id),
    },
    {
      id: 'board.peek',
      label: 'leads.action.peek',
      group,
      icon: PanelRight,
      shortcut: 'Space',
      unlisted: true,
      when: onCard,
      perform: () => control.card && peek.toggle(control.card.id),
    },
    {
      id: 'board.move',
      label: 'leads.action.move',
      group,
      icon: ArrowRightLeft,
      shortcut: 'm',
      typeAhead: true,
      when: standing,
      perform: () => control.askMove(),
    },
    {
      id: 'board.convert',
      label: 'leads.action.convert',
      group,
      icon: ArrowRightFromLine,
      shortcut: 'v',
      when: () => qualifies(control.card?.stageId ?? ''),
      perform: () => control.card && control.convert(control.card),
    },
    {
      id: 'board.select',
      label: 'leads.action.select',
      group,
      icon: SquareCheck,
      shortcut: 'x',
      when: standing,
      perform: () => control.pick(),
    },
    {
      // Who clicked beside the cards goes on where the board stands.
      id: 'board.return',
      label: 'board.title',
      group,
      aliases: ['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight'],
      unlisted: true,
      when: () => document.activeElement?.matches('body, .board .viewport') ?? false,
      perform: () => control.refocus(),
    },
    {
      id: 'board.move.left',
      label: 'board.action.left',
      group,
      icon: ArrowLeft,
      shortcut: 'Alt+ArrowLeft',
      unlisted: true,
      when: onCard,
      perform: () => control.moveAside(-1),
    },
    {
      id: 'board.move.right',
      label: 'board.action.right',
      group,
      icon: ArrowRight,
      shortcut: 'Alt+ArrowRight',
      unlisted: true,
      when: onCard,
      perform: () => control.moveAside(1),
    },
    {
      id: 'board.move.up',
      label: 'board.action.up',
      group,
      icon: ArrowUp,
      shortcut: 'Alt+ArrowUp',
      unlisted: true,
      when: onCard,
      perform: () => control.moveAlong(-1),
    },
    {
      id: 'board.move.down',
      label: 'board.action.down',
      group,
      icon: ArrowDown,
      shortcut: 'Alt+ArrowDown',
      unlisted: true,
      when: onCard,
      perform: () => control.moveAlong(1),
    },
  ];
}
