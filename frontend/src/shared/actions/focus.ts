const TYPING =
  'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]';
// Cards of a board are options, too, but are found by walking: their list lets letters through.
const OWN_KEYS = '[role=menu], [role=listbox]:not([data-shortcuts]), [role=combobox]';
// A letter that misses its field must not archive what lies below.
const PANEL = '[role=dialog]';

/** True for what a person writes in or chooses from. */
export function typesInto(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null;
}

/** True for what letters go into: text fields, and menus and lists, which find entries by letter. */
export function takesLetters(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(`${TYPING}, ${OWN_KEYS}`) !== null;
}

/** True where a plain letter is no shortcut: there, and anywhere in a panel that floats over the page. */
export function takesKeys(target: EventTarget | null): boolean {
  return takesLetters(target) || (target instanceof Element && target.closest(PANEL) !== null);
}
