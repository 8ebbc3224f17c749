import './strings';
import Users from '@lucide/svelte/icons/users';
import type { Feature } from '../../shared/feature';

/** People and companies: all that there was with each, birthdays, who brought whom. */
export default {
  name: 'contacts',
  routes: [
    {
      path: '/contacts/:view?',
      page: () => import('./ContactsPage.svelte'),
      title: 'contacts.title',
      nav: { label: 'shell.nav.contacts', icon: Users, order: 50 },
    },
    { path: '/contact/:id', page: () => import('./ContactPage.svelte'), title: 'contacts.one' },
  ],
} satisfies Feature as Feature;
