import type { Workspace } from '../../bridge';
import { nearestLanguage, useLanguage, type Language } from '../i18n/index.svelte';
import { keep, remember } from './device';

const KEY = 'language';

/**
 * The language to start in: the one chosen on this device, else the
 * workspace's. Until somebody has set the workspace up, the engine's.
 */
export function deviceLanguage({
  firstRun,
  settings,
}: Pick<Workspace, 'firstRun' | 'settings'>): Language {
  const workspace = firstRun ? '' : (settings.language ?? '');
  return nearestLanguage(remember(KEY, '') || workspace || navigator.language);
}

/** Puts a language on the screen and keeps it for this device. */
export async function chooseLanguage(language: Language): Promise<void> {
  await useLanguage(language);
  keep(KEY, language);
}
