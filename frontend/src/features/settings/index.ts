import './strings';
import SettingsIcon from '@lucide/svelte/icons/settings';
import DrawingTrial from './DrawingTrial.svelte';
import type { Feature } from '../../shared/feature';
import { router } from '../../shared/router';
import { SECTIONS } from './sections';

/** What the owner decides: shop, people, words, appearance, copies. */
export default {
  name: 'settings',
  routes: [
    {
      path: '/settings/:section?',
      page: () => import('./Settings.svelte'),
      title: 'settings.title',
      nav: { label: 'shell.nav.settings', icon: SettingsIcon, order: 90, foot: true },
    },
  ],
  actions: SECTIONS.map(({ id, label, icon }) => ({
    id: `settings.${id}`,
    label,
    icon,
    group: 'settings.title',
    perform: () => router.go(`/settings/${id}`),
  })),
  banner: DrawingTrial,
} satisfies Feature as Feature;
