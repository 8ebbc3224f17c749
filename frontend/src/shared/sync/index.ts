/** How this device agrees with the others, in words, for the top bar and the settings. */
export { ALONE, syncing } from './status.svelte';
export { syncWords, type SyncTone } from './words';
export { default as JoinForm } from './JoinForm.svelte';
export { default as SyncFacts } from './SyncFacts.svelte';
