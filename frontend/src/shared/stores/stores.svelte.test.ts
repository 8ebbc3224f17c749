import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, emitLocal, useTransport } from '../../bridge';
import { appearance } from './appearance.svelte';
import { flushDevice, keep, loadDevice, remember } from './device';
import { useLanguage } from '../i18n/index.svelte';
import { Live, live } from './live.svelte';
import { session } from './session.svelte';
import { operationText, undo } from './toasts';

let stored: string;
const writes = vi.fn();

const frame = () => new Promise(requestAnimationFrame);

beforeEach(() => {
  stored = '';
  sessionStorage.clear();
  writes.mockClear();
  useTransport(async (_, method, args) => {
    if (method === 'Set') {
      stored = args[1] as string;
      writes();
    }
    return stored;
  });
});

afterEach(flushDevice);

describe('what this device keeps', () => {
  test('comes back after a restart', async () => {
    await loadDevice();
    keep('width', 240);
    keep('gone', 1);
    keep('gone', undefined);
    flushDevice();
    await loadDevice();
    expect(remember('width', 0)).toBe(240);
    expect(remember('gone', 'no')).toBe('no');
  });

  test('is written once for many changes', async () => {
    await loadDevice();
    for (let i = 0; i < 50; i++) keep('scroll', i);
    flushDevice();
    flushDevice();
    expect(writes).toHaveBeenCalledOnce();
  });

  test('comes back to a page that was made before it was written', async () => {
    await loadDevice();
    keep('width', 240);
    let written: (value: unknown) => void = () => {};
    useTransport(async (_, method) =>
      method === 'Get' ? '{"width":100}' : new Promise((resolve) => (written = resolve)),
    );
    flushDevice();
    await loadDevice();
    expect(remember('width', 0)).toBe(240);
    written(undefined);
    useTransport(async () => '');
  });

  test('is what was written last, by whomever', async () => {
    await loadDevice();
    keep('width', 240);
    flushDevice();
    await vi.waitFor(() => expect(sessionStorage.length).toBe(0));
    stored = '{"width":300}';
    await loadDevice();
    expect(remember('width', 0)).toBe(300);
  });

  test.each(['{', 'null', '[1', '"text"'])('counts %s as empty', async (broken) => {
    stored = broken;
    await loadDevice();
    expect(remember('width', 7)).toBe(7);
  });
});

test('appearance is kept, painted on the page and bounded', async () => {
  await loadDevice();
  appearance.restore();
  appearance.setTheme('dark');
  appearance.setDensity('compact');
  appearance.setTextSize(400);
  expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', density: 'compact' });
  expect(document.documentElement.style.fontSize).toBe('200%');
  expect(appearance.rowHeight).toBe(1.75 * 32);
  appearance.stepTextSize(0);
  appearance.stepTextSize(1);
  appearance.stepTextSize(-1);
  appearance.stepTextSize(-1);
  appearance.stepTextSize(-1);
  expect(appearance.textSize).toBe(90);
  flushDevice();

  await loadDevice();
  appearance.restore();
  expect(appearance.theme).toBe('dark');
  appearance.setTheme('system');
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

test('the heights that code counts with are those of the style sheet', () => {
  const css = readFileSync('src/app.css', 'utf8');
  for (const [density, block] of [
    ['comfortable', css.split(':root {')[1]!],
    ['compact', css.split("[data-density='compact'] {")[1]!],
    ['roomy', css.split("[data-density='roomy'] {")[1]!],
  ] as const) {
    appearance.setTextSize(100);
    appearance.setDensity(density);
    const rem = (name: string) =>
      Number(new RegExp(`--${name}: ([\\d.]+)rem`).exec(block)![1]) * 16;
    expect(appearance.rowHeight, density).toBe(rem('row'));
    expect(appearance.cardHeight, density).toBe(rem('card'));
    expect(appearance.cardGap, density).toBe(rem('gap'));
  }
});

describe('live records', () => {
  test('an older answer never overwrites a newer one', async () => {
    const answers: ((value: string) => void)[] = [];
    const it = new Live(() => new Promise<string>((resolve) => answers.push(resolve)));
    const first = it.refresh();
    const second = it.refresh();
    answers[1]!('new');
    answers[0]!('old');
    await Promise.all([first, second]);
    expect(it.value).toBe('new');
  });

  test('what was there stays when a load fails', async () => {
    let fail = false;
    const it = new Live(async () => {
      if (fail) throw new Error('no');
      return 'rows';
    });
    await it.refresh();
    fail = true;
    await it.refresh();
    expect(it.value).toBe('rows');
    expect(it.failure).toBeInstanceOf(Error);
  });

  test('load again when a commit touches them, once a frame, and only then', async () => {
    const load = vi.fn(async () => 1);
    const commit = (leadIds: string[], all = false) =>
      emitLocal('change', { opId: '', label: '', kinds: [], leadIds, stageIds: [], all });
    const stop = $effect.root(() => {
      live(load, (change) => change.leadIds.includes('mine'));
    });
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(1));
    commit(['other']);
    await frame();
    expect(load).toHaveBeenCalledTimes(1);
    commit(['mine']);
    commit(['mine']);
    await frame();
    expect(load).toHaveBeenCalledTimes(2);
    commit([], true);
    await frame();
    expect(load).toHaveBeenCalledTimes(3);
    emitLocal('events.lost', null);
    await frame();
    expect(load).toHaveBeenCalledTimes(4);
    stop();
    commit(['mine']);
    await frame();
    expect(load).toHaveBeenCalledTimes(4);
  });
});

test('the session names records by id and takes empty lists that Go sends as null', async () => {
  const carla = { id: 'u1', name: 'Carla', role: 'seller', retired: false };
  useTransport(async () => ({
    users: [carla, { ...carla, id: 'u2', retired: true }],
    tags: null,
    settings: { zone: 'America/Manaus' },
    actingUserId: 'u1',
  }));
  await session.load();
  expect(session.acting).toEqual(carla);
  expect(session.people).toEqual([carla]);
  expect(session.user('u2')?.retired).toBe(true);
  expect(session.state.tags).toEqual([]);
  expect(session.zone).toBe('America/Manaus');
  useTransport(async () => ({ settings: null }));
  await session.load();
  expect(session.zone).toBe('America/Sao_Paulo');
  expect(session.acting).toBeUndefined();
});

test('people, sources and tags stand in the order of their names', async () => {
  const record = (name: string) => ({ id: name, name, retired: false });
  const records = ['Rafael', 'Ágata', 'Zilda', 'Bia'].map(record);
  useTransport(async () => ({ users: records, sources: records, tags: records }));
  await session.load();
  const names = ['Ágata', 'Bia', 'Rafael', 'Zilda'];
  expect(session.people.map(({ name }) => name)).toEqual(names);
  expect(session.state.sources.map(({ name }) => name)).toEqual(names);
  expect(session.state.tags.map(({ name }) => name)).toEqual(names);
});

test('undo takes back what is being written, and one thing after the other', async () => {
  const calls: string[] = [];
  const answers: ((value: unknown) => void)[] = [];
  useTransport((_, method) => {
    calls.push(method);
    return new Promise((resolve) => answers.push(resolve));
  });
  const done = { opId: '', label: 'undo', params: null, ids: null, undo: false };
  void api.Leads.Archive({ ids: ['a'], filter: null });
  const first = undo();
  const second = undo();
  await frame();
  expect(calls).toEqual(['Archive']);
  answers[0]!(done);
  await vi.waitFor(() => expect(calls).toEqual(['Archive', 'Undo']), { timeout: 4000 });
  await frame();
  expect(calls).toHaveLength(2);
  answers[1]!(done);
  await first;
  await vi.waitFor(() => expect(calls).toEqual(['Archive', 'Undo', 'Undo']), { timeout: 4000 });
  answers[2]!(done);
  await second;
});

test('an operation says its numbers in the language’s way', async () => {
  await useLanguage('pt-BR');
  const params = { count: '12631', name: 'Ana', stage: 'Vendidos' };
  expect(operationText({ label: 'lead.move', params })).toBe('12.631 leads foram para Vendidos');
  expect(operationText({ label: 'lead.move', params: { ...params, count: '1' } })).toBe(
    'Ana foi para Vendidos',
  );
});
