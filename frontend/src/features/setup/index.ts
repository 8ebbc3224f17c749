import './strings';
import UserRoundCog from '@lucide/svelte/icons/user-round-cog';
import type { Feature } from '../../shared/feature';
import { session } from '../../shared/stores';
import { chooser } from './chooser.svelte';
import Notices from './Notices.svelte';
import Overlay from './Overlay.svelte';

/** The first run, who is using the program, and what a start has to say. */
export default {
  name: 'setup',
  routes: [
    {
      path: '/start',
      page: () => import('./FirstRun.svelte'),
      title: 'setup.title',
      bare: true,
    },
  ],
  actions: [
    {
      id: 'setup.who',
      label: 'setup.who.action',
      group: 'setup.title',
      icon: UserRoundCog,
      when: () => session.people.length > 1,
      perform: () => chooser.ask(),
    },
  ],
  banner: Notices,
  overlay: Overlay,
} satisfies Feature as Feature;
