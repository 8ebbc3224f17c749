import type { Component } from 'svelte';

/** One of the values that a Select or Combobox offers. */
export interface Choice {
  value: string;
  label: string;
  icon?: Component<{ size?: number | string }>;
  disabled?: boolean;
}
