import type { Key } from '../../shared/i18n/index.svelte';

/** The time zones that Brazil's shops are in. */
export const ZONES: readonly { id: string; label: Key }[] = [
  { id: 'America/Sao_Paulo', label: 'settings.zone.brasilia' },
  { id: 'America/Manaus', label: 'settings.zone.amazon' },
  { id: 'America/Rio_Branco', label: 'settings.zone.acre' },
  { id: 'America/Noronha', label: 'settings.zone.noronha' },
];
