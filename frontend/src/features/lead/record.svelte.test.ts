import { beforeEach, describe, expect, test, vi } from 'vitest';
import { emitLocal, Failure, useTransport, type Change, type LeadView } from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { keepDraft, flushDrafts, readDraft } from './drafts';
import { history } from './history.svelte';
import { leadRecord, touchesLead, type LeadRecord } from './record.svelte';

const view = (vehicle: string) =>
  ({
    lead: { id: 'l', vehicle, valueCents: 100 },
    contact: { id: 'c', name: 'Patrícia' },
    others: [{ id: 'other' }],
    merged: [],
  }) as unknown as LeadView;

const change = (leadIds: string[], label = ''): Change => ({
  opId: '',
  label,
  kinds: ['leads'],
  leadIds,
  stageIds: [],
  all: false,
});

const done = { opId: 'o', label: 'lead.update', params: {}, ids: ['l'], undo: true };

const calls: [string, readonly unknown[]][] = [];
let answers: Record<string, (...args: readonly unknown[]) => unknown>;

beforeEach(async () => {
  calls.length = 0;
  answers = { Get: () => view('Uno') };
  useTransport(async (_, method, args) => {
    calls.push([method, args]);
    return answers[method]?.(...args);
  });
  await useLanguage('pt-BR');
});

// Makes what is bound to a component, as one would.
function mounted<T>(make: () => T): { it: T; unmount: () => void } {
  let it: T;
  const unmount = $effect.root(() => {
    it = make();
  });
  return { it: it!, unmount };
}

describe('a lead on the screen', () => {
  let record: LeadRecord;
  let unmount: () => void;

  beforeEach(async () => {
    ({ it: record, unmount } = mounted(() => leadRecord('l')));
    await vi.waitFor(() => expect(record.view?.lead.vehicle).toBe('Uno'));
  });

  test('shows a change before Go confirms it', async () => {
    let confirm: (value: unknown) => void = () => {};
    answers.Update = () => new Promise((resolve) => (confirm = resolve));
    const saving = record.change({ vehicle: 'Palio' });
    expect(record.view?.lead.vehicle).toBe('Palio');
    confirm(done);
    await saving;
    expect(calls).toContainEqual(['Update', ['l', { vehicle: 'Palio' }]]);
    unmount();
  });

  test('brings the old value back when Go refuses, and says so', async () => {
    answers.Update = () => {
      throw new Failure('plate.invalid', { field: 'plate' });
    };
    await expect(record.change({ plate: 'X' })).rejects.toMatchObject({ code: 'plate.invalid' });
    expect(record.view?.lead.vehicle).toBe('Uno');
    unmount();
  });

  test('a refused change does not hide what came meanwhile', async () => {
    let refuse: (thrown: unknown) => void = () => {};
    answers.UpdateContact = () => new Promise((_, reject) => (refuse = reject));
    const saving = record.changeContact({ name: 'P' });
    answers.Get = () => view('Gol');
    emitLocal('change', change(['l']));
    await vi.waitFor(() => expect(record.view?.lead.vehicle).toBe('Gol'));
    refuse(new Failure('required', { field: 'name' }));
    await expect(saving).rejects.toMatchObject({ code: 'required' });
    expect(record.view?.lead.vehicle).toBe('Gol');
    unmount();
  });
});

test('a lead’s page follows its own lead, the contact’s others and new ones', () => {
  const shown = view('Uno');
  expect(touchesLead(change(['l']), 'l', shown)).toBe(true);
  expect(touchesLead(change(['other']), 'l', shown)).toBe(true);
  expect(touchesLead(change(['new'], 'lead.create'), 'l', shown)).toBe(true);
  expect(touchesLead(change(['stranger'], 'lead.move'), 'l', shown)).toBe(false);
});

describe('a history', () => {
  const items = (from: number, n: number) =>
    Array.from({ length: n }, (_, i) => ({ id: `${from - i}`, at: from - i }));

  test('comes in pages, and keeps as many when a commit loads it again', async () => {
    answers.Timeline = (_, before, limit) => {
      const from = before === 0 ? 100 : (before as number) - 1;
      return {
        items: items(from, Math.min(limit as number, from)),
        more: from > (limit as number),
      };
    };
    const { it: past, unmount } = mounted(() => history('l'));
    await vi.waitFor(() => expect(past.items).toHaveLength(30));
    await past.older();
    expect(past.items.map(({ at }) => at)).toEqual(items(100, 60).map(({ at }) => at));
    emitLocal('change', change(['l']));
    await vi.waitFor(() => expect(calls.at(-1)).toEqual(['Timeline', ['l', 0, 60]]));
    await vi.waitFor(() => expect(past.items).toHaveLength(60));
    await past.older();
    await past.older();
    expect(past.items).toHaveLength(100);
    expect(past.more).toBe(false);
    unmount();
  });
});

describe('what was begun to be written', () => {
  const kept = new Map<string, string>();

  beforeEach(() => {
    kept.clear();
    answers.Set = (key, value) => void kept.set(key as string, value as string);
    answers.Get = (key) => kept.get(key as string) ?? '';
  });

  test('comes back after a restart', async () => {
    keepDraft('l', { kind: 'call', text: 'Quer' });
    keepDraft('l', { kind: 'call', text: 'Quer trocar' });
    flushDrafts();
    expect(await readDraft('l')).toEqual({ kind: 'call', text: 'Quer trocar' });
    expect(calls.filter(([method]) => method === 'Set')).toHaveLength(1);
  });

  test('is there before it was written', async () => {
    keepDraft('l', { kind: 'note', text: 'Oi' });
    expect(await readDraft('l')).toEqual({ kind: 'note', text: 'Oi' });
    flushDrafts();
  });

  test('is forgotten once it is empty; a broken one is empty', async () => {
    keepDraft('l', { kind: 'call', text: '' });
    flushDrafts();
    expect(await readDraft('l')).toEqual({ kind: 'note', text: '' });
    kept.set('draft.l', '{');
    expect(await readDraft('l')).toEqual({ kind: 'note', text: '' });
  });
});
