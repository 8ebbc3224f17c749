import './strings';
import type { Feature } from '../../shared/feature';
import Overlay from './Overlay.svelte';

/** Says when it is time for something that was planned. */
export default { name: 'reminders', overlay: Overlay } satisfies Feature as Feature;
