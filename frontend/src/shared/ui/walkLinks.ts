import type { Attachment } from 'svelte/attachments';

/** Arrow keys, Home and End walk over the links of a list. */
export const walkLinks: Attachment<HTMLElement> = (list) => {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const links = [...list.querySelectorAll<HTMLElement>('a')];
    const at = links.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    links[Math.min(Math.max(to, 0), links.length - 1)]?.focus();
  };
  list.addEventListener('keydown', press);
  return () => list.removeEventListener('keydown', press);
};
