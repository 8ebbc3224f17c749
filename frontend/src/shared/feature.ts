import type { Component } from 'svelte';
import type { Action } from './actions';
import type { Key } from './i18n/index.svelte';
import type { PathParams } from './router';

/**
 * What a feature gives to the shell: the default export of
 * `features/<name>/index.ts`. The shell finds every such file; features never
 * import each other, they meet through routes, actions and `shared`.
 */
export interface Feature {
  /** The folder's name. */
  name: string;
  routes?: readonly Route[];
  /** Registered for the whole run. Actions of one page are registered by the page itself. */
  actions?: readonly Action[];
  /** Stands above every page for the whole run: a quick-add dialog, a peek panel. Draws nothing until needed. */
  overlay?: Component;
  /** Stands at the head of every page that has the nav: something to know or to decide. Draws nothing until needed. */
  banner?: Component;
  /** Stands in the top bar: work that goes on. Draws nothing until needed. */
  indicator?: Component;
  /** Records for the command palette, in the order in which they stand there. */
  search?: readonly SearchProvider[];
}

export interface Route {
  /** `/board/:pipeline?`; params go to the page as the prop `params`. */
  path: string;
  /** The page comes in a chunk of its own, but the one that opens first. */
  page: () => PageModule | Promise<PageModule>;
  title: Key;
  /** Puts it into the left nav. */
  nav?: {
    label: Key;
    icon: Component<{ size?: number | string }>;
    /** Where it stands: lower first. */
    order: number;
    /** At the foot of the nav. */
    foot?: boolean;
    /** Where a click goes, when it isn't the path itself. */
    to?: string;
  };
  /** False hides the route's nav entry (first run, missing role). */
  when?: () => boolean;
  /** True draws the page alone, without nav and top bar (first run). */
  bare?: boolean;
}

export interface PageModule {
  default: Component<{ params: PathParams }> | Component;
}

export interface SearchProvider {
  /** Heading above its hits. */
  group: Key;
  /** Up to limit hits, best first. */
  find: (query: string, limit: number) => Promise<readonly FoundRecord[]>;
  /** What is offered before anything is typed: records used last. */
  recent?: { group: Key; find: (limit: number) => Promise<readonly FoundRecord[]> };
  /** Something to know about the last answer, such as that it is not complete. Reactive. */
  note?: () => string | undefined;
}

export interface FoundRecord {
  id: string;
  title: string;
  subtitle?: string;
  /** A line below: what was written, with what was looked for marked. */
  snippet?: readonly { text: string; found: boolean }[];
  icon?: Component<{ size?: number | string }>;
  open: () => void;
}
