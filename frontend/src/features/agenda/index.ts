import './strings';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import type { Feature } from '../../shared/feature';

/** What is due, by day, week and month, and which vehicle is out when. */
export default {
  name: 'agenda',
  routes: [
    {
      path: '/agenda/:view?/:day?',
      page: () => import('./AgendaPage.svelte'),
      title: 'agenda.title',
      nav: { label: 'shell.nav.agenda', icon: CalendarDays, order: 40 },
    },
  ],
} satisfies Feature as Feature;
