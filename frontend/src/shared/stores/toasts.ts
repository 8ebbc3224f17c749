import { toast } from 'svelte-sonner';
import { api, settled, type Done } from '../../bridge';
import { explain } from '../errors';
import { hasKey, t } from '../i18n/index.svelte';
import { announce } from './announcer';

const UNDO_MS = 8_000;
const FAILURE_MS = 15_000;
/** Longer than this and a person wonders whether the click was heard. */
const WORKING_AFTER_MS = 1_000;

// Undo takes back the last operation, so only one toast at a time offers it.
const UNDOABLE = 'undoable';
const WORKING = 'working';

/** Says something in passing. */
export function toastText(text: string): void {
  announce(text);
  toast(text);
}

/**
 * Says what was done, with "desfazer" when it can be taken back. text is the
 * sentence; absent, the operation's own name.
 */
export function toastDone(done: Done, text: string = operationText(done)): void {
  announce(text);
  if (!done.undo) {
    toast(text);
    return;
  }
  toast(text, {
    id: UNDOABLE,
    duration: UNDO_MS,
    action: { label: t('shared.undo'), onClick: () => void undo() },
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

/** Takes all toasts away: what they offer to undo is gone. */
export function clearToasts(): void {
  toast.dismiss();
}

/** Says that a write of many leads goes on, if it takes a while; answers what the write does. */
export async function whileWorking<T>(write: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    announce(t('shared.working'));
    toast.loading(t('shared.working'), { id: WORKING, duration: Infinity });
  }, WORKING_AFTER_MS);
  try {
    return await write;
  } finally {
    clearTimeout(timer);
    toast.dismiss(WORKING);
  }
}

/** Takes the last operation back and says so. */
export async function undo(): Promise<void> {
  await takeBack(() => api.History.Undo(), 'shared.undone');
}

/** Takes the last undo back and says so. */
export async function redo(): Promise<void> {
  await takeBack(() => api.History.Redo(), 'shared.redone');
}

// One after the other, and after what is being written: each takes back what is
// the last by then.
let takingBack: Promise<unknown> = Promise.resolve();

/** Takes something back and says so, or why not; false when it wasn't. */
export async function takeBack(
  call: () => Promise<Done>,
  sentence: 'shared.undone' | 'shared.redone',
): Promise<boolean> {
  try {
    const taken = takingBack.then(settled).then(call);
    takingBack = taken.catch(() => {});
    const done = await taken;
    toast.dismiss(UNDOABLE);
    const skipped = Number(done.params?.skipped ?? 0);
    const what = operationText({ ...done, label: done.params?.label ?? done.label });
    const text = t(sentence, { what });
    toastText(skipped > 0 ? `${text} ${t('shared.skipped', { count: skipped })}` : text);
    return true;
  } catch (thrown) {
    toastFailure(thrown);
    return false;
  }
}

/** What an operation is called: "Lead movido". A name that has no sentence is a change. */
export function operationText({ label, params }: Pick<Done, 'label' | 'params'>): string {
  const key = `op.${label}`;
  if (!hasKey(key)) return t('op.change');
  // Go's params are text; a number is written in the language's way.
  const { count, ...rest } = params ?? {};
  return t(key, count === undefined ? rest : { ...rest, count: Number(count) });
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
