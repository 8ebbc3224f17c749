/** Where the person is, and how it was left. */
export { router } from './router.svelte';
export { matchPath, type PathParams } from './path';
export { focusedBefore, keptScroll, rememberFocus } from './restore';
