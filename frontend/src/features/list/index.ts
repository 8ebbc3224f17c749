import './strings';
import List from '@lucide/svelte/icons/list';
import type { Feature } from '../../shared/feature';

/** The leads of a pipeline as a table, and its archive. */
export default {
  name: 'list',
  routes: [
    {
      path: '/list/:pipeline?',
      page: () => import('./ListPage.svelte'),
      title: 'list.title',
      nav: { label: 'shell.nav.list', icon: List, order: 30 },
    },
  ],
} satisfies Feature as Feature;
