import type { Snippet } from 'svelte';

let left = $state.raw<Snippet | undefined>(undefined);

/** What the page puts at the left of the top bar. */
export function topBarContent(): Snippet | undefined {
  return left;
}

/**
 * Puts view tabs (or a title) at the left of the top bar while the calling
 * component is mounted: `inTopBar(tabs)` with a snippet of the page.
 */
export function inTopBar(content: Snippet): void {
  $effect.pre(() => {
    left = content;
    return () => {
      if (left === content) left = undefined;
    };
  });
}
