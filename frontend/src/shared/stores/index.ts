/** What several features share on the screen. */
export { announce } from './announcer';
export {
  appearance,
  DENSITIES,
  TEXT_SIZES,
  THEMES,
  type Density,
  type Theme,
} from './appearance.svelte';
export { flushDevice, keep, loadDevice, remember, startWith } from './device';
export { chooseLanguage, deviceLanguage } from './language';
export { live, Live } from './live.svelte';
export { session } from './session.svelte';
export {
  clearToasts,
  copyText,
  operationText,
  redo,
  takeBack,
  toastDone,
  toastFailure,
  toastText,
  undo,
  whileWorking,
} from './toasts';
