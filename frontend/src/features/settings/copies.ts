import type { Key } from '../../shared/i18n/index.svelte';

const KINDS: Readonly<Record<string, Key>> = {
  daily: 'settings.copy.daily',
  hourly: 'settings.copy.hourly',
  migration: 'settings.copy.migration',
  manual: 'settings.copy.manual',
  restore: 'settings.copy.restore',
  join: 'settings.copy.join',
};

/** Why a copy was made. */
export function kindKey(kind: string): Key {
  return KINDS[kind] ?? 'settings.copy.manual';
}
