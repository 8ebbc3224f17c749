/** What board, list, lead page and search share about leads. */
export * from './bulk';
export * from './card';
export * from './conditions';
export * from './filter.svelte';
export { filterPanel } from './filterPanel.svelte';
export { peek } from './peek.svelte';
export { Picked } from './picked.svelte';
export { quickAdd } from './quickAdd.svelte';
export { needsReason, reasonAsk, type ChosenReason } from './reason.svelte';
export * from './stages';
export * from './views.svelte';
export { viewActions } from './viewActions';
export * from './writes';
export { default as BulkBar } from './BulkBar.svelte';
export { default as FilterChips } from './FilterChips.svelte';
export { default as ViewTabs } from './ViewTabs.svelte';
