import type { Component } from 'svelte';
import type { Key } from '../i18n/keys';
import { holdKeys } from './typeahead';

/**
 * Something a person can do, defined once: the palette, the shortcut sheet,
 * menus, buttons and the keyboard all read it from here.
 */
export interface Action {
  /** `feature.verb`, e.g. `lead.new`. Registering it again shadows the older one. */
  id: string;
  label: Key;
  /** Heading in the palette and the shortcut sheet. */
  group: Key;
  icon?: Component<{ size?: number | string }>;
  /** tinykeys' words: `$mod+k`, `F1`, `Alt+ArrowRight`. `/` and Ctrl+Alt are not available. */
  shortcut?: string;
  /** Further shortcuts that the sheet doesn't show. */
  aliases?: readonly string[];
  /** False hides and disables it. Read again whenever it is shown. */
  when?: () => boolean;
  /** True for a shortcut that also works while a dialog is open. */
  inDialog?: boolean;
  /** True for what makes no sense out of its place: kept out of the palette. */
  unlisted?: boolean;
  /** True for what opens a field or menu: what is typed before it has the focus is kept for it. */
  typeAhead?: boolean;
  perform: () => void | Promise<void>;
}

let registered = $state.raw<readonly Action[]>([]);

/** Adds actions; the answer takes them away. */
export function register(actions: readonly Action[]): () => void {
  registered = [...registered, ...actions];
  return () => {
    registered = registered.filter((action) => !actions.includes(action));
  };
}

/** All actions that can be done now, the latest of each id. Reactive. */
export function available(): Action[] {
  const latest = new Map<string, Action>();
  for (const action of registered) latest.set(action.id, action);
  return [...latest.values()].filter((action) => action.when?.() ?? true);
}

/** All registered actions, the latest of each id, whether possible now or not. Reactive. */
export function known(): Action[] {
  return [...new Map(registered.map((action) => [action.id, action])).values()];
}

/** The action of an id when it can be done now. Reactive. */
export function find(id: string): Action | undefined {
  return available().find((action) => action.id === id);
}

/** Does an action; false when it isn't there or can't be done now. */
export function perform(id: string): boolean {
  const action = find(id);
  if (!action) return false;
  run(action);
  return true;
}

let failed: (thrown: unknown) => void = (thrown) => {
  throw thrown;
};

/** Says who tells the person that an action failed. */
export function onActionFailure(handler: (thrown: unknown) => void): void {
  failed = handler;
}

/** Performs an action and reports what it throws. */
export function run(action: Action): void {
  if (action.typeAhead) holdKeys();
  try {
    Promise.resolve(action.perform()).catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}
