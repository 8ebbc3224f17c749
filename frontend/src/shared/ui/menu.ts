import type { Component } from 'svelte';

/** A line of a menu; 'separator' draws a hairline. */
export type MenuEntry = MenuItem | 'separator';

export interface MenuItem {
  id?: string;
  label: string;
  icon?: Component<{ size?: number | string }>;
  /** Shown at the right, in tinykeys' words. */
  shortcut?: string;
  disabled?: boolean;
  danger?: boolean;
  /** A check mark: one of several. */
  checked?: boolean;
  /** Opens a second menu; perform is not called then. */
  items?: readonly MenuEntry[];
  perform?: () => void;
}
