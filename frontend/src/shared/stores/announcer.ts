import { announce as speak } from '@atlaskit/pragmatic-drag-and-drop-live-region';

/**
 * Says a sentence to screen readers: "Patrícia em Visita realizada, 3 de 120".
 * One live region for the whole page, made on the first call.
 */
export function announce(text: string): void {
  speak(text);
}
