import { takesLetters, typesInto } from './focus';

/** How long a field may take to come before the keys belong to the page again. */
const PATIENCE_MS = 2000;

let stop = () => {};
let delivering = false;

/**
 * Keeps the keys that are typed between a shortcut that opens a field or menu
 * and that having the focus, and hands them over then: nobody waits for a
 * dialog to be drawn, and a name typed at once must not press shortcuts.
 * Escape gives them up.
 */
export function holdKeys(): void {
  stop();
  const from = document.activeElement;
  const held: KeyboardEvent[] = [];

  const keydown = (event: KeyboardEvent) => {
    if (delivering || event.isComposing || isAlone(event)) return;
    if (event.ctrlKey || event.metaKey) return hurry();
    if (event.key === 'Escape') {
      if (held.length > 0) take(event);
      stop();
      return;
    }
    take(event);
    // The shortcut itself, still down: nobody means "nnn".
    if (!event.repeat) held.push(event);
  };
  // A frame before each key, and one more for the first: a menu takes the focus,
  // hands it to its first entry, and later to the one that a letter finds. What
  // is typed meanwhile waits in line. Text goes into a field in one piece.
  const handOver = () => {
    let next = held.shift();
    if (!next) return stop();
    deliver(next);
    while (typesInto(document.activeElement) && isText(held[0]) && (next = held.shift()))
      deliver(next);
    frame = requestAnimationFrame(handOver);
  };
  // Ctrl+Enter and the like are about what was typed before them.
  const hurry = () => {
    let next: KeyboardEvent | undefined;
    while (started && typesInto(document.activeElement) && (next = held.shift())) deliver(next);
  };
  const focusin = ({ target }: FocusEvent) => {
    if (started || target === from || !takesLetters(target)) return;
    started = true;
    clearTimeout(timer);
    frame = requestAnimationFrame(() => (frame = requestAnimationFrame(handOver)));
  };
  let started = false;
  let frame = 0;
  const timer = setTimeout(() => stop(), PATIENCE_MS);
  stop = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    window.removeEventListener('keydown', keydown, true);
    window.removeEventListener('focusin', focusin, true);
    stop = () => {};
  };
  window.addEventListener('keydown', keydown, true);
  window.addEventListener('focusin', focusin, true);
}

function take(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Shift, AltGr, a dead accent: what they make comes with the next key.
function isAlone({ key }: KeyboardEvent): boolean {
  return /^(Shift|Control|Alt|AltGraph|Meta|CapsLock|Dead|Process)$/.test(key);
}

function isText(event: KeyboardEvent | undefined): boolean {
  return event?.key.length === 1;
}

// As if the key were pressed now.
function deliver({ key, code, shiftKey }: KeyboardEvent): void {
  const target = document.activeElement;
  if (!target) return;
  const again = new KeyboardEvent('keydown', {
    key,
    code,
    shiftKey,
    bubbles: true,
    cancelable: true,
  });
  delivering = true;
  const untouched = target.dispatchEvent(again);
  delivering = false;
  if (!untouched || !typesInto(target)) return;
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return;
  if (isText(again)) write(target, target.value + key, key);
  else if (key === 'Backspace') write(target, target.value.slice(0, -1), null);
}

function write(field: HTMLInputElement | HTMLTextAreaElement, value: string, data: string | null) {
  field.value = value;
  field.dispatchEvent(
    new InputEvent('input', {
      bubbles: true,
      data,
      inputType: data === null ? 'deleteContentBackward' : 'insertText',
    }),
  );
}
