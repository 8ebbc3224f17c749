import { toast } from 'svelte-sonner';
import { explain } from '../errors';
import { t } from '../i18n/index.svelte';
import { announce } from './announcer';

const UNDO_MS = 8_000;
const FAILURE_MS = 15_000;

/** Says that something was done, with a button that takes it back. */
export function toastDone(text: string, undo?: () => void | Promise<void>): void {
  announce(text);
  toast(text, {
    duration: undo ? UNDO_MS : undefined,
    action: undo && {
      label: t('shared.undo'),
      onClick: () => void Promise.resolve(undo()).catch(toastFailure),
    },
  });
}

/** Says in plain words what went wrong, with "copiar detalhes". */
export function toastFailure(thrown: unknown): void {
  const { text, details } = explain(thrown);
  announce(text);
  toast.error(text, {
    duration: FAILURE_MS,
    action: { label: t('shared.copy_details'), onClick: () => void copyText(details) },
  });
}

/** Puts text on the clipboard; false when the engine refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Old WebKit has no clipboard API outside https.
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
