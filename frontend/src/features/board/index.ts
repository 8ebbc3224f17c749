import './strings';
import Plus from '@lucide/svelte/icons/plus';
import SquareKanban from '@lucide/svelte/icons/square-kanban';
import type { Feature } from '../../shared/feature';
import Overlays from '../../shared/leads/Overlays.svelte';
import { quickAdd } from '../../shared/leads/quickAdd.svelte';
import BoardPage from './BoardPage.svelte';

/** The kanban: the stages of a pipeline with their leads. */
export default {
  name: 'board',
  routes: [
    {
      path: '/board/:pipeline?',
      page: () => ({ default: BoardPage }),
      title: 'board.title',
      nav: { label: 'shell.nav.board', icon: SquareKanban, order: 20 },
    },
  ],
  actions: [
    {
      id: 'lead.new',
      label: 'leads.action.new',
      group: 'leads.group',
      icon: Plus,
      shortcut: 'n',
      typeAhead: true,
      perform: () => quickAdd.start(),
    },
  ],
  overlay: Overlays,
} satisfies Feature as Feature;
