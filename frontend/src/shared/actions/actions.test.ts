import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleKey, shortcutKeys } from './keyboard';
import { enterModal, pushLayer } from './layers';
import {
  available,
  find,
  known,
  onActionFailure,
  perform,
  register,
  type Action,
} from './registry.svelte';

const action = (overrides: Partial<Action>): Action => ({
  id: 'lead.archive',
  label: 'shared.undo',
  group: 'shell.group.program',
  perform: vi.fn(),
  ...overrides,
});

const offs: (() => void)[] = [];
const add = (...actions: Action[]) => offs.push(register(actions));

beforeEach(() => window.addEventListener('keydown', handleKey));
afterEach(() => {
  window.removeEventListener('keydown', handleKey);
  for (const off of offs.splice(0)) off();
  document.body.replaceChildren();
});

function press(key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body) {
  const event = new KeyboardEvent('keydown', {
    key,
    code: key.length === 1 ? `Key${key.toUpperCase()}` : key,
    bubbles: true,
    cancelable: true,
    ...init,
  });
  target.dispatchEvent(event);
  return event;
}

function field(html: 'input' | 'textarea') {
  const element = document.createElement(html);
  document.body.append(element);
  return element;
}

test('a shortcut performs its action and is taken from the engine', () => {
  const archive = action({ shortcut: 'e' });
  add(archive);
  expect(press('e').defaultPrevented).toBe(true);
  expect(archive.perform).toHaveBeenCalledOnce();
  expect(press('x').defaultPrevented).toBe(false);
});

test('letters are text while typing; Ctrl and function keys still work', () => {
  const letter = action({ id: 'a', shortcut: 'e' });
  const control = action({ id: 'b', shortcut: '$mod+k' });
  const help = action({ id: 'c', shortcut: 'F1' });
  add(letter, control, help);
  const input = field('input');
  press('e', {}, input);
  press('k', { ctrlKey: true }, input);
  press('F1', {}, input);
  expect(letter.perform).not.toHaveBeenCalled();
  expect(control.perform).toHaveBeenCalledOnce();
  expect(help.perform).toHaveBeenCalledOnce();
});

test('a panel over the page keeps letters from what lies below', () => {
  const archive = action({ shortcut: 'e' });
  add(archive);
  const panel = document.createElement('div');
  panel.setAttribute('role', 'dialog');
  document.body.append(panel);
  press('e', {}, panel);
  expect(archive.perform).not.toHaveBeenCalled();
});

test('a text field keeps its own undo', () => {
  const undo = action({ shortcut: '$mod+z' });
  add(undo);
  press('z', { ctrlKey: true }, field('input'));
  expect(undo.perform).not.toHaveBeenCalled();
  press('z', { ctrlKey: true });
  expect(undo.perform).toHaveBeenCalledOnce();
});

test('AltGr types characters and triggers nothing', () => {
  const control = action({ shortcut: '$mod+Alt+k' });
  add(control);
  press('k', { ctrlKey: true, altKey: true });
  expect(control.perform).not.toHaveBeenCalled();
});

test('the action registered last wins, and the older one comes back', () => {
  const page = action({ shortcut: 'n' });
  const panel = action({ shortcut: 'n' });
  add(page);
  const leave = register([panel]);
  press('n');
  leave();
  press('n');
  expect(panel.perform).toHaveBeenCalledOnce();
  expect(page.perform).toHaveBeenCalledOnce();
});

test('an action that can’t be done now is not there, but is known', () => {
  add(action({ when: () => false, shortcut: 'e' }));
  expect(available()).toEqual([]);
  expect(known()).toHaveLength(1);
  expect(find('lead.archive')).toBeUndefined();
  expect(perform('lead.archive')).toBe(false);
});

test('an open dialog rests the page’s shortcuts', () => {
  const archive = action({ id: 'a', shortcut: 'e' });
  const larger = action({ id: 'b', shortcut: '$mod+Equal', inDialog: true });
  add(archive, larger);
  const leave = enterModal();
  press('e');
  press('=', { ctrlKey: true, code: 'Equal' });
  leave();
  leave();
  expect(archive.perform).not.toHaveBeenCalled();
  expect(larger.perform).toHaveBeenCalledOnce();
  press('e');
  expect(archive.perform).toHaveBeenCalledOnce();
});

test('Escape closes one layer at a time, topmost first', () => {
  const closed: string[] = [];
  const offPeek = pushLayer(() => {
    closed.push('peek');
    offPeek();
  });
  const offSelection = pushLayer(() => {
    closed.push('selection');
    offSelection();
  });
  press('Escape');
  press('Escape');
  expect(press('Escape').defaultPrevented).toBe(false);
  expect(closed).toEqual(['selection', 'peek']);
});

test('what an action throws reaches whoever tells the person, at once or later', async () => {
  const told = vi.fn();
  onActionFailure(told);
  add(
    action({
      id: 'now',
      perform: () => {
        throw new Error('now');
      },
    }),
    action({ id: 'later', perform: () => Promise.reject(new Error('later')) }),
  );
  perform('now');
  perform('later');
  await vi.waitFor(() =>
    expect(told.mock.calls.map(([error]) => (error as Error).message)).toEqual(['now', 'later']),
  );
});

test('shortcuts are shown as they stand on the keys', () => {
  expect(shortcutKeys('$mod+k')).toEqual(['Ctrl', 'K']);
  expect(shortcutKeys('Alt+ArrowRight')).toEqual(['Alt', '→']);
  expect(shortcutKeys('$mod+Equal')).toEqual(['Ctrl', '+']);
});

describe('keys typed before a field has the focus', () => {
  const opener = (perform = vi.fn()) =>
    action({ id: 'palette', shortcut: '$mod+k', typeAhead: true, perform });

  test('wait for it, and press no shortcut', async () => {
    const archive = action({ shortcut: 'e' });
    add(opener(), archive);
    press('k', { ctrlKey: true });
    for (const key of ['a', 'n', 'e', 'Backspace', 'Shift', 'Á']) press(key);
    const input = field('input');
    const heard = vi.fn();
    input.addEventListener('input', heard);
    input.focus();
    await vi.waitFor(() => expect(input.value).toBe('anÁ'));
    expect(heard).toHaveBeenCalledTimes(5);
    expect(archive.perform).not.toHaveBeenCalled();
    press('e');
    expect(archive.perform).toHaveBeenCalledOnce();
  });

  test('reach the field as keys, too: Enter is heard after the letters', async () => {
    add(opener());
    press('k', { ctrlKey: true });
    press('b');
    press('Enter');
    const input = field('input');
    let entered = '';
    input.addEventListener('keydown', (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Enter') entered = input.value;
    });
    input.focus();
    await vi.waitFor(() => expect(entered).toBe('b'));
  });

  test('are there before Ctrl+Enter is heard, however soon it comes', () => {
    add(opener());
    press('k', { ctrlKey: true });
    const input = field('input');
    let saved = '';
    input.addEventListener('keydown', (event) => {
      if (event instanceof KeyboardEvent && event.ctrlKey) saved = input.value;
    });
    press('o');
    input.focus();
    press('i', {}, input);
    press('Enter', { ctrlKey: true }, input);
    expect(saved).toBe('oi');
  });

  test('are not those of the field that had the focus, and Escape gives them up', () => {
    const archive = action({ shortcut: 'e' });
    add(opener(), archive);
    const before = field('input');
    before.focus();
    press('k', { ctrlKey: true }, before);
    expect(press('a', {}, before).defaultPrevented).toBe(true);
    expect(before.value).toBe('');
    press('Escape');
    press('e');
    expect(archive.perform).toHaveBeenCalledOnce();
  });
});
