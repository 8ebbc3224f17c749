/** The one registry of what can be done, and the keyboard behind it. */
export * from './registry.svelte';
export { handleKey, shortcutKeys } from './keyboard';
export { pushLayer, enterModal, isModalOpen } from './layers';
