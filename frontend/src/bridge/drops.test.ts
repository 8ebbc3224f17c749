import { afterEach, expect, test } from 'vitest';
import { shell } from './index';

shell.guardAgainstFileDrops();

afterEach(() => document.body.replaceChildren());

/** Whether a drag that carries types is kept from the web view over a target. */
function prevented(name: string, types: string[], target: Element): boolean {
  document.body.append(target);
  const event = new Event(name, { bubbles: true, cancelable: true });
  Object.defineProperty(event, 'dataTransfer', { value: { types } });
  target.dispatchEvent(event);
  return event.defaultPrevented;
}

// Over a new element the last event before a drop is dragenter.
test.each(['dragenter', 'dragover', 'drop'])('%s keeps a file or a link out', (name) => {
  expect(prevented(name, ['Files'], document.createElement('p'))).toBe(true);
  expect(prevented(name, ['Files'], document.createElement('input'))).toBe(true);
  expect(prevented(name, ['text/uri-list', 'text/plain'], document.createElement('p'))).toBe(true);
});

test('text and links can be dropped on a text field, and cards anywhere', () => {
  expect(prevented('drop', ['text/uri-list'], document.createElement('input'))).toBe(false);
  expect(prevented('drop', ['text/plain'], document.createElement('textarea'))).toBe(false);
  expect(prevented('dragover', ['text/plain'], document.createElement('p'))).toBe(false);
});
