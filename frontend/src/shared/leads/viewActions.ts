import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import ArrowRight from '@lucide/svelte/icons/arrow-right';
import BookmarkCheck from '@lucide/svelte/icons/bookmark-check';
import BookmarkPlus from '@lucide/svelte/icons/bookmark-plus';
import Pencil from '@lucide/svelte/icons/pencil';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Action } from '../actions';
import { filters, narrowedFields } from './filter.svelte';
import { askView, deleteView, hasBeside, moveView, saveView, viewAsk } from './saving.svelte';
import { viewing } from './views.svelte';

/** What can be done with the view that board or list shows, in the order of its menu. */
export function viewActions(): Action[] {
  const group = 'leads.views' as const;
  const saved = () => viewing.saved;
  const changed = () => saved() !== undefined && filters.differs(saved()!);
  return [
    {
      id: 'views.save',
      label: 'leads.view.save',
      group,
      icon: BookmarkCheck,
      when: changed,
      perform: () => saveView(saved()!),
    },
    {
      id: 'views.reset',
      label: 'leads.view.reset',
      group,
      icon: Undo2,
      when: changed,
      perform: () => filters.reset(saved()!),
    },
    {
      id: 'views.save_as',
      label: 'leads.view.save_as',
      group,
      icon: BookmarkPlus,
      shortcut: 'Shift+F',
      when: () => !viewing.archive && narrowedFields(viewing.filter) > 0,
      perform: askView,
    },
    {
      id: 'views.edit',
      label: 'leads.view.edit',
      group,
      icon: Pencil,
      when: () => saved() !== undefined,
      perform: () => viewAsk.ask(saved()!),
    },
    {
      id: 'views.left',
      label: 'leads.view.left',
      group,
      icon: ArrowLeft,
      when: () => hasBeside(saved(), -1),
      perform: () => moveView(saved()!, -1),
    },
    {
      id: 'views.right',
      label: 'leads.view.right',
      group,
      icon: ArrowRight,
      when: () => hasBeside(saved(), 1),
      perform: () => moveView(saved()!, 1),
    },
    {
      id: 'views.delete',
      label: 'leads.view.delete',
      group,
      icon: Trash2,
      when: () => saved() !== undefined,
      perform: () => deleteView(saved()!),
    },
  ];
}
