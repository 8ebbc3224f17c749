import './strings';
import GitMerge from '@lucide/svelte/icons/git-merge';
import type { Feature } from '../../shared/feature';
import { router } from '../../shared/router';

/** Customers who may be there twice: looked at in pairs, merged or kept apart. */
export default {
  name: 'duplicates',
  routes: [
    {
      path: '/duplicates',
      page: () => import('./DuplicatesPage.svelte'),
      title: 'duplicates.title',
    },
  ],
  actions: [
    {
      id: 'duplicates.open',
      label: 'duplicates.action',
      group: 'duplicates.title',
      icon: GitMerge,
      perform: () => router.go('/duplicates'),
    },
  ],
} satisfies Feature as Feature;
