import Archive from '@lucide/svelte/icons/archive';
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import Columns3 from '@lucide/svelte/icons/columns-3';
import Copy from '@lucide/svelte/icons/copy';
import Menu from '@lucide/svelte/icons/menu';
import PanelRight from '@lucide/svelte/icons/panel-right';
import Printer from '@lucide/svelte/icons/printer';
import SquareArrowOutUpRight from '@lucide/svelte/icons/square-arrow-out-up-right';
import SquareCheck from '@lucide/svelte/icons/square-check';
import Trash2 from '@lucide/svelte/icons/trash-2';
import type { Selection } from '../../bridge';
import type { Action } from '../../shared/actions';
import { filterPanel } from '../../shared/leads/filterPanel.svelte';
import { peek } from '../../shared/leads/peek.svelte';
import { archive, only, remove, unarchive } from '../../shared/leads/writes';
import type { ListControl } from './control.svelte';
import { copyCell } from './copy';

/** What the parts on the screen do when an action asks for it. */
export interface ListParts {
  menu: () => void;
  columns: () => void;
  print: () => void;
  archive: () => void;
}

/** What can be done with the list and with the row that its cursor stands on. */
export function listActions(control: ListControl, parts: ListParts): Action[] {
  const { picked } = control;
  const group = 'list.group' as const;
  const standing = () => control.card !== undefined;
  // Enter and Space belong to whatever button has the focus.
  const onGrid = () => standing() && document.activeElement?.getAttribute('role') === 'grid';
  const some = () => standing() || !picked.empty;
  const archivedRow = () => (control.card?.archivedAt ?? 0) > 0;
  const chosen = (): Selection => (picked.empty ? only(control.card!.id) : picked.selection());

  return [
    {
      id: 'list.open',
      label: 'leads.action.open',
      group,
      icon: SquareArrowOutUpRight,
      shortcut: 'Enter',
      unlisted: true,
      when: onGrid,
      perform: () => control.open(),
    },
    {
      id: 'list.peek',
      label: 'leads.action.peek',
      group,
      icon: PanelRight,
      shortcut: 'Space',
      unlisted: true,
      when: onGrid,
      perform: () => control.card && peek.toggle(control.card.id),
    },
    {
      id: 'list.menu',
      label: 'list.menu',
      group,
      icon: Menu,
      shortcut: 'm',
      typeAhead: true,
      when: standing,
      perform: parts.menu,
    },
    {
      id: 'list.select',
      label: 'leads.action.select',
      group,
      icon: SquareCheck,
      shortcut: 'x',
      when: standing,
      perform: () => control.pick(),
    },
    {
      id: 'list.select_all',
      label: 'list.select_all',
      group,
      icon: SquareCheck,
      shortcut: '$mod+a',
      when: standing,
      perform: () => control.pickAll(),
    },
    {
      id: 'list.copy',
      label: 'list.copy_cell',
      group,
      icon: Copy,
      shortcut: '$mod+c',
      // Text that somebody marked is theirs to copy.
      when: () => onGrid() && (getSelection()?.isCollapsed ?? true),
      unlisted: true,
      perform: () => copyCell(control),
    },
    {
      id: 'list.archive',
      label: 'leads.action.archive',
      group,
      icon: Archive,
      shortcut: 'e',
      when: () => some() && !archivedRow(),
      perform: () => void archive(chosen()).then((done) => done && picked.clear()),
    },
    {
      id: 'list.unarchive',
      label: 'leads.action.unarchive',
      group,
      icon: ArchiveRestore,
      shortcut: 'e',
      when: () => some() && archivedRow(),
      perform: () => void unarchive(chosen()).then((done) => done && picked.clear()),
    },
    {
      id: 'list.delete',
      label: 'leads.action.delete',
      group,
      icon: Trash2,
      shortcut: 'Delete',
      when: some,
      perform: () => void remove(chosen()).then((done) => done && picked.clear()),
    },
    {
      id: 'leads.filter',
      label: 'leads.action.filter',
      group: 'leads.group',
      shortcut: 'f',
      perform: () => {
        filterPanel.open = true;
      },
    },
    {
      id: 'list.columns',
      label: 'list.choose_columns',
      group,
      icon: Columns3,
      perform: parts.columns,
    },
    {
      id: 'list.print',
      label: 'list.print',
      group,
      icon: Printer,
      shortcut: '$mod+p',
      perform: parts.print,
    },
    {
      id: 'list.archived',
      label: 'list.archive',
      group,
      icon: Archive,
      perform: parts.archive,
    },
  ];
}
