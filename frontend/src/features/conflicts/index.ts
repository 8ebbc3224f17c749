import './strings';
import GitMerge from '@lucide/svelte/icons/git-merge';
import type { Feature } from '../../shared/feature';
import { router } from '../../shared/router';
import { syncing } from '../../shared/sync';

/** What a person has to decide of a sync: two values of one field, and what the hub refused. */
export default {
  name: 'conflicts',
  routes: [
    { path: '/conflicts', page: () => import('./Conflicts.svelte'), title: 'conflicts.title' },
  ],
  actions: [
    {
      id: 'conflicts.open',
      label: 'conflicts.action',
      group: 'conflicts.title',
      icon: GitMerge,
      when: () => syncing.status.conflicts + syncing.status.refused > 0,
      perform: () => router.go('/conflicts'),
    },
  ],
} satisfies Feature as Feature;
