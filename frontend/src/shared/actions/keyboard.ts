import { matchKeyBindingPress, parseKeybinding } from 'tinykeys';
import { takesKeys, typesInto } from './focus';
import { dismissTop, isModalOpen } from './layers';
import { available, run, type Action } from './registry.svelte';

/** Does the action that a key press stands for. The one key handler of the window. */
export function handleKey(event: KeyboardEvent): void {
  // An open menu or dialog has taken its own Escape by then.
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === 'Escape') {
    if (dismissTop()) event.preventDefault();
    return;
  }
  const action = actionFor(event, available());
  if (!action) return;
  event.preventDefault();
  run(action);
}

/** The action that a key press stands for here: the one registered last wins. */
export function actionFor(event: KeyboardEvent, actions: readonly Action[]): Action | undefined {
  // AltGr is Ctrl+Alt on Windows and types characters on ABNT2 keyboards.
  if (event.getModifierState?.('AltGraph') || (event.ctrlKey && event.altKey)) return undefined;
  const modal = isModalOpen();
  const blocked =
    (isPlain(event) && takesKeys(event.target)) || (isEditing(event) && typesInto(event.target));
  return actions.findLast(
    (action) =>
      (!modal || action.inDialog === true) &&
      !blocked &&
      [action.shortcut, ...(action.aliases ?? [])].some(
        (keys) => keys !== undefined && presses(event, keys),
      ),
  );
}

function presses(event: KeyboardEvent, shortcut: string): boolean {
  const [first, ...rest] = parseKeybinding(shortcut);
  return first !== undefined && rest.length === 0 && matchKeyBindingPress(event, first);
}

// A key without Ctrl, Meta or Alt that is no function key: it may be text.
function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !/^F\d{1,2}$/.test(event.key);
}

// A text field undoes, redoes, copies and selects its own text.
function isEditing(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && /^[zyxcva]$/i.test(event.key);
}

/** How a shortcut is shown: `$mod+Shift+k` → ["Ctrl", "Shift", "K"]. */
export function shortcutKeys(shortcut: string, mac = false): string[] {
  return shortcut.split('+').map((part) => {
    if (part === '$mod') return mac ? '⌘' : 'Ctrl';
    return KEY_NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  Control: 'Ctrl',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  Equal: '+',
  Minus: '−',
  ' ': '␣',
  Space: '␣',
};
