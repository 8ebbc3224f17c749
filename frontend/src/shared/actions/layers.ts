/** What floats above the page, topmost last: Escape closes one layer at a time. */
const dismissals: (() => void)[] = [];
let modals = 0;

/**
 * Puts a layer (peek panel, selection, search box) on the pile; dismiss is what
 * Escape does to it. The answer takes it off. Dialogs and menus see to their own.
 */
export function pushLayer(dismiss: () => void): () => void {
  dismissals.push(dismiss);
  return () => {
    const at = dismissals.lastIndexOf(dismiss);
    if (at >= 0) dismissals.splice(at, 1);
  };
}

/** Closes the topmost layer; false when there is none. */
export function dismissTop(): boolean {
  const top = dismissals.at(-1);
  if (!top) return false;
  top();
  return true;
}

/** Counts a modal dialog in while it is open; the answer counts it out. */
export function enterModal(): () => void {
  modals += 1;
  let open = true;
  return () => {
    if (open) modals -= 1;
    open = false;
  };
}

/** True while a modal dialog is open: page shortcuts rest then. */
export function isModalOpen(): boolean {
  return modals > 0;
}
