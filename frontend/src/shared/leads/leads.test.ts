import { beforeEach, describe, expect, test, vi } from 'vitest';
import { useTransport } from '../../bridge';
import { aStage, aWorkspace } from '../../tests/factories';
import { useLanguage } from '../i18n/index.svelte';
import { session } from '../stores';
import { conditionsOf, daysBefore, ownerChoices } from './conditions';
import { openFilter } from './filter.svelte';
import { draftFrom, emptyDraft, isWritten, nextOf, toNewLead } from './newLead';
import { Picked } from './picked.svelte';
import { convertAsk } from './convert.svelte';
import { reasonAsk } from './reason.svelte';
import { moveEntries, qualifies, salesStages } from './stages';
import { inView, viewOf } from './views.svelte';
import { moveAll, moveLeads } from './writes';

const calls = vi.fn();

beforeEach(async () => {
  calls.mockClear();
  reasonAsk.give(undefined);
  useTransport(async (_, method, args) => {
    calls(method, ...args);
    if (method === 'State') return aWorkspace();
    return {
      opId: 'o',
      label: 'lead.move',
      params: { name: 'Ana', stage: 'X' },
      ids: [],
      undo: true,
    };
  });
  await useLanguage('pt-BR');
  await session.load();
});

describe('a view', () => {
  const filter = { ...openFilter('sales'), ownerIds: ['rui'], sourceIds: ['olx'] };

  test('narrows what the filter lets through', () => {
    expect(inView(filter, 'all', 'carla')).toBe(filter);
    expect(inView(filter, 'mine', 'carla')).toMatchObject({
      ownerIds: ['carla'],
      sourceIds: ['olx'],
    });
    expect(inView(filter, 'overdue', 'carla').activity).toBe('overdue');
    expect(inView(filter, 'unread', 'carla').unread).toBe(true);
  });

  test('of an unknown name is all', () => {
    expect([viewOf('none'), viewOf('x'), viewOf(undefined)]).toEqual(['none', 'all', 'all']);
  });
});

describe('a filter in words', () => {
  test('names each condition, and how to take it away', () => {
    const filter = {
      ...openFilter('sales'),
      ownerIds: ['carla', ''],
      tagIds: ['swap', 'gone'],
      createdFrom: '2026-11-18',
      createdTo: '2026-11-24',
      activity: 'overdue',
    };
    const conditions = conditionsOf(filter);
    expect(conditions.map(({ text }) => text)).toEqual([
      'Carla Alves',
      'Ninguém',
      'Troca',
      '(não existe mais)',
      'Chegou de 18/11 a 24/11',
      'Atrasada',
    ]);
    expect(conditions[0]!.without).toEqual({ ownerIds: [''] });
    expect(conditions[4]!.without).toEqual({ createdFrom: '', createdTo: '' });
  });

  test('offers who left only while they are chosen', () => {
    expect(ownerChoices([]).map(({ label }) => label)).toEqual(['Ninguém', 'Carla Alves']);
    expect(ownerChoices(['rui']).map(({ label }) => label)).toContain('Rui Costa');
  });

  test('counts days back over the end of a month', () => {
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28');
    expect(daysBefore('2026-01-03', 6)).toBe('2025-12-28');
  });
});

describe('picked leads', () => {
  const card = (id: string, stageId = 'new') => ({ id, stageId });

  test('are toggled and added to one by one', () => {
    const picked = new Picked();
    picked.toggle('a');
    picked.add(['b', 'c']);
    picked.toggle('b');
    expect(picked.ids).toEqual(['a', 'c']);
    expect(picked.selection()).toEqual({ ids: ['a', 'c'], filter: null });
    picked.clear();
    expect(picked.empty).toBe(true);
  });

  test('can be all of a filter, fetched or not', () => {
    const picked = new Picked();
    picked.toggle('a');
    picked.everything({ ...openFilter('sales'), stageIds: ['new'] }, 9000);
    expect(picked.count).toBe(9000);
    expect(picked.has(card('never seen'))).toBe(true);
    expect(picked.has(card('x', 'talk'))).toBe(false);
    expect(picked.selection().filter?.stageIds).toEqual(['new']);
    picked.toggle('b');
    expect(picked.ids).toEqual(['b']);
  });
});

describe('a new lead’s draft', () => {
  const fresh = emptyDraft('new', 'carla');

  test('is worth keeping once something is written', () => {
    expect(isWritten(fresh)).toBe(false);
    expect(isWritten({ ...fresh, sourceId: 'olx' })).toBe(false);
    expect(isWritten({ ...fresh, name: ' ' })).toBe(false);
    expect(isWritten({ ...fresh, phone: '11' })).toBe(true);
    expect(isWritten({ ...fresh, valueCents: 0 })).toBe(true);
  });

  test('comes back as it was, without what another version kept', () => {
    expect(draftFrom(undefined, fresh)).toBeUndefined();
    const kept = { name: 'Ana', valueCents: 100, tags: 'x', stageId: 7, unknown: true };
    expect(draftFrom(kept, fresh)).toEqual({ ...fresh, name: 'Ana', valueCents: 100 });
  });

  test('of the next one keeps stage, owner and source only', () => {
    const draft = { ...fresh, name: 'Ana', sourceId: 'olx', tags: ['swap'] };
    expect(nextOf(draft)).toEqual({ ...fresh, sourceId: 'olx' });
    expect(toNewLead(draft)).toMatchObject({ name: 'Ana', valueCents: 0, contactId: '' });
  });
});

const lead = { id: 'a', name: 'Ana', stageId: 'new', valueCents: 100, vehicle: 'Onix' };

describe('moving leads', () => {
  test('asks for the reason where one is due, and writes it', async () => {
    const moving = moveLeads([lead], aStage({ id: 'won', kind: 'won' }));
    expect(reasonAsk.current).toMatchObject({ name: 'Ana', count: 1 });
    reasonAsk.give({ reasonId: 'price', reasonNote: 'à vista' });
    await moving;
    expect(calls).toHaveBeenCalledWith('Move', {
      ids: ['a'],
      stageId: 'won',
      afterId: '',
      beforeId: '',
      toTop: true,
      reasonId: 'price',
      reasonNote: 'à vista',
    });
  });

  test('writes nothing when the person gives up', async () => {
    const moving = moveLeads([lead], aStage({ id: 'lost', kind: 'lost' }));
    reasonAsk.give(undefined);
    expect(await moving).toBeUndefined();
    expect(calls).not.toHaveBeenCalledWith('Move', expect.anything());
  });

  test('asks nothing for another place in the same stage', async () => {
    await moveLeads([{ ...lead, stageId: 'won' }], aStage({ id: 'won', kind: 'won' }));
    expect(reasonAsk.current).toBeUndefined();
    expect(calls).toHaveBeenCalledWith('Move', expect.objectContaining({ reasonId: '' }));
  });
});

describe('“Mover para…”', () => {
  test('offers the pipeline’s stages, then the others’; where the lead stands is no choice', () => {
    const entries = moveEntries('sales', 'talk', () => {});
    const names = entries.map((entry) => (entry === 'separator' ? '—' : entry.label));
    expect(names).toEqual([
      'Nova proposta',
      'Em negociação',
      'Vendidos',
      'Não vendidos',
      '—',
      'Qualificação',
    ]);
    expect(entries[1]).toMatchObject({ checked: true, disabled: true });
  });

  test('the stage of converted leads stands for converting', () => {
    const picked = vi.fn();
    const entry = moveEntries('quali', '', picked).find(
      (one) => one !== 'separator' && one.id === 'converted',
    );
    if (entry === undefined || entry === 'separator') throw new Error('no entry');
    expect(entry.label).toBe('Converter…');
    entry.perform!();
    expect(picked).toHaveBeenCalledWith(expect.objectContaining({ id: 'converted' }));
    expect(salesStages().map((stage) => stage.id)).toEqual(['new', 'talk']);
  });

  test('a lead that goes there is converted by a question, begun with what is known', async () => {
    const stage = aStage({ id: 'converted', kind: 'converted' });
    const moving = moveLeads([lead], stage);
    expect(convertAsk.current).toMatchObject({ count: 1, lead: { name: 'Ana' } });
    convertAsk.give(undefined);
    expect(await moving).toBeUndefined();
    const several = moveAll({ ids: ['a', 'b'], filter: null }, 2, stage);
    expect(convertAsk.current).toMatchObject({ count: 2, lead: undefined });
    convertAsk.give(undefined);
    expect(await several).toBeUndefined();
    expect(calls).not.toHaveBeenCalledWith('Move', expect.anything());
  });

  test('only leads in a qualification can be converted', () => {
    expect(qualifies('converted')).toBe(true);
    expect(qualifies('talk')).toBe(false);
    expect(qualifies('')).toBe(false);
  });
});
