import type { Selection } from '../../bridge';
import { t } from '../i18n/index.svelte';
import { router } from '../router';
import { session } from '../stores/session.svelte';
import type { MenuEntry } from '../ui/menu';
import { assign, tag } from './writes';

/** The people who can have leads, and nobody. current is checked; '' checks nobody. */
export function assignEntries(chosen: () => Selection, current?: string): MenuEntry[] {
  const entry = (id: string, label: string): MenuEntry => ({
    id: id || 'nobody',
    label,
    checked: current === undefined ? undefined : id === current,
    perform: () => void assign(chosen(), id),
  });
  return [
    ...session.people.map((user) => entry(user.id, user.name)),
    'separator',
    entry('', t('leads.nobody')),
  ];
}

/**
 * The tags to put on or take off. With `current`, of one lead, each is checked
 * or not; without, there is a menu for either.
 */
export function tagEntries(chosen: () => Selection, current?: readonly string[]): MenuEntry[] {
  const tags = session.state.tags.filter((one) => !one.retired || current?.includes(one.id));
  if (tags.length === 0)
    return [
      { id: 'none', label: t('leads.tags.none'), disabled: true },
      {
        id: 'settings',
        label: t('leads.tags.settings'),
        perform: () => router.go('/settings/tags'),
      },
    ];
  if (current) {
    return tags.map((one) => {
      const on = current.includes(one.id);
      return {
        id: one.id,
        label: one.name,
        checked: on,
        perform: () => void (on ? tag(chosen(), [], [one.id]) : tag(chosen(), [one.id], [])),
      };
    });
  }
  return [
    {
      id: 'add',
      label: t('leads.tags.add'),
      items: tags.map((one) => ({
        id: one.id,
        label: one.name,
        perform: () => void tag(chosen(), [one.id], []),
      })),
    },
    {
      id: 'remove',
      label: t('leads.tags.remove'),
      items: tags.map((one) => ({
        id: one.id,
        label: one.name,
        perform: () => void tag(chosen(), [], [one.id]),
      })),
    },
  ];
}
