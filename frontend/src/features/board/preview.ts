import { t } from '../../shared/i18n/index.svelte';

/** Draws what hangs on the pointer when several cards are dragged at once. */
export function drawPreview(box: HTMLElement, name: string, count: number): void {
  const sheet = document.createElement('div');
  sheet.className = 'drag-preview';
  sheet.textContent = t('board.dragging', { name, count: count - 1 });
  box.append(sheet);
}
