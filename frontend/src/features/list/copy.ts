import { t } from '../../shared/i18n/index.svelte';
import { copyText, session, toastText } from '../../shared/stores';
import type { ListControl } from './control.svelte';

/** Puts what the cursor's cell says on the clipboard. */
export async function copyCell({ card, column }: ListControl): Promise<void> {
  const text = card && column.text(card, { now: session.now, zone: session.zone });
  if (text && (await copyText(text))) toastText(t('list.copied', { text }));
}
