import type { Attachment } from 'svelte/attachments';
import { keep, remember } from '../stores/device';

/**
 * Gives an element back the scroll that it had, and keeps it while it changes:
 * `{@attach keptScroll('board/vendas/novo')}`. The element's content must have
 * its full height when it appears (windowed lists have).
 */
export function keptScroll(name: string): Attachment<HTMLElement> {
  return (element) => {
    const key = `scroll:${name}`;
    const [top, left] = remember<[number, number]>(key, [0, 0]);
    // Scrolling makes the engine lay the page out, so not for nothing.
    if (top > 0 || left > 0) element.scrollTo({ top, left, behavior: 'instant' });
    const note = () => keep(key, [element.scrollTop, element.scrollLeft]);
    element.addEventListener('scroll', note, { passive: true });
    return () => element.removeEventListener('scroll', note);
  };
}

/** Remembers which record of a view had the focus: `rememberFocus('board', leadID)`. */
export function rememberFocus(view: string, id: string | undefined): void {
  keep(`focus:${view}`, id);
}

/** The record of a view that had the focus; '' when none. */
export function focusedBefore(view: string): string {
  return remember(`focus:${view}`, '');
}
