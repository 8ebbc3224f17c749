import { beforeAll, describe, expect, test } from 'vitest';
import { useTransport, type Activity, type LeadView, type TimelineItem } from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { session } from '../../shared/stores';
import { entries, shortMoment } from './timeline';

const ZONE = 'America/Sao_Paulo';
const NOON = Date.UTC(2026, 10, 24, 15);

beforeAll(async () => {
  useTransport(async () => ({
    users: [
      { id: 'carla', name: 'Carla', role: 'seller', retired: false },
      { id: 'tiago', name: 'Tiago', role: 'seller', retired: true },
    ],
    stages: [
      { id: 's1', pipelineId: 'p', name: 'Nova proposta', kind: 'open', pos: 1, staleDays: 2 },
      { id: 's2', pipelineId: 'p', name: 'Em negociação', kind: 'open', pos: 2, staleDays: 2 },
    ],
    sources: [{ id: 'olx', name: 'OLX', retired: false }],
    tags: [{ id: 'troca', name: 'troca', color: 'slate', retired: false }],
    settings: { zone: ZONE },
  }));
  await session.load();
  await useLanguage('pt-BR');
});

const view = (lead: Partial<LeadView['lead']> = {}) =>
  ({
    lead: {
      id: 'l',
      createdVia: 'manual',
      createdNote: '',
      sourceId: '',
      currency: 'BRL',
      ...lead,
    },
    contact: { id: 'c', name: 'Patrícia' },
  }) as LeadView;

const event = (op: string, ...changes: [string, string, string][]): TimelineItem => ({
  id: 'e',
  type: 'event',
  at: NOON,
  userId: 'carla',
  op,
  changes: changes.map(([field, old, now]) => ({ field, old, new: now })),
  activity: null,
  attachment: null,
});

const activity = (fields: Partial<Activity>): TimelineItem => ({
  id: 'a',
  type: 'activity',
  at: NOON,
  userId: 'carla',
  op: '',
  changes: [],
  activity: {
    id: 'a',
    leadId: 'l',
    kind: 'note',
    title: '',
    body: '',
    dueAt: 0,
    dueDay: '',
    doneAt: NOON,
    outcome: '',
    userId: 'carla',
    channel: '',
    inbound: false,
    remind: 0,
    createdAt: NOON,
    createdBy: 'carla',
    due: 0,
    ...fields,
  },
  attachment: null,
});

function told(item: TimelineItem, of = view()) {
  const [entry] = entries([item], of);
  if (!entry) return undefined;
  const head = entry.head.map((piece) => (piece.strong ? `*${piece.text}*` : piece.text)).join('');
  return [head, ...entry.lines, entry.text].filter(Boolean).map((text) => text.replace(/\s/g, ' '));
}

describe('a change reads as a sentence', () => {
  test.each([
    [
      event('lead.move', ['stageId', 's1', 's2']),
      ['*Carla* moveu de *Nova proposta* para *Em negociação*'],
    ],
    [event('lead.assign', ['ownerId', '', 'tiago']), ['*Carla* passou o lead para *Tiago*']],
    [
      event('lead.assign', ['ownerId', 'tiago', 'carla']),
      ['*Carla* passou o lead de *Tiago* para *Carla*'],
    ],
    [event('lead.assign', ['ownerId', 'tiago', '']), ['*Carla* tirou o lead de *Tiago*']],
    [event('lead.archive', ['archivedAt', '0', '1']), ['*Carla* arquivou o lead']],
    [event('lead.unarchive', ['archivedAt', '1', '0']), ['*Carla* tirou o lead do arquivo']],
    [event('lead.delete', ['deleted', '0', '1']), ['*Carla* excluiu o lead']],
    [
      event('activity.delete', ['activity.deleted', 'Ligar', '1']),
      ['*Carla* excluiu a atividade *Ligar*'],
    ],
  ])('%#', (item, text) => expect(told(item)).toEqual(text));
});

describe('other changes are told old → new', () => {
  test.each([
    [event('lead.update', ['valueCents', '3420000', '5000000']), 'Valor: R$ 34.200 → R$ 50.000'],
    [event('lead.update', ['valueCents', '0', '5000000']), 'Valor: R$ 50.000'],
    [event('lead.update', ['vehicle', 'Uno', '']), 'Veículo: sem Uno'],
    [event('lead.update', ['timeframe', '', 'now']), 'Temperatura: Quente · quer comprar já'],
    [event('lead.tag', ['tags', '', 'troca']), 'Etiquetas: troca'],
    [
      event('contact.update', ['contact.phones', '', '+5511985270593']),
      'Telefone: (11) 98527-0593',
    ],
    [event('contact.update', ['contact.document', '', '52998224725']), 'CPF/CNPJ: 529.982.247-25'],
    [
      event('activity.update', ['activity.dueDay', '2026-11-24', '2026-11-26']),
      'Quando: 24/11/2026 → 26/11/2026',
    ],
    [
      event(
        'activity.update',
        ['activity.dueAt', '0', String(NOON)],
        ['activity.dueDay', '2026-11-26', ''],
      ),
      'Quando: 26/11/2026 → 24/11/2026 12:00',
    ],
  ])('%#', (item, line) => expect(told(item)).toEqual(['*Carla* mudou os dados', line]));

  test('an undo names what it brought back', () => {
    expect(told(event('undo', ['archivedAt', '1', '0']))).toEqual([
      '*Carla* desfez uma alteração',
      'Fora do arquivo',
    ]);
  });

  test('what a completed activity tells itself is not told twice', () => {
    const item = event(
      'activity.complete',
      ['activity.doneAt', '0', '1'],
      ['activity.outcome', '', 'Falei'],
    );
    expect(told(item)).toBeUndefined();
  });

  test('a person who is not known is somebody', () => {
    expect(told({ ...event('lead.archive', ['archivedAt', '0', '1']), userId: 'gone' })).toEqual([
      '*Alguém* arquivou o lead',
    ]);
  });
});

describe('what was done and said', () => {
  test.each([
    [activity({ body: 'Quer trocar' }), ['*Carla* anotou', 'Quer trocar']],
    [
      activity({ kind: 'call', channel: 'phone', title: '+5511985270593' }),
      ['*Carla* ligou', '(11) 98527-0593'],
    ],
    [
      activity({ kind: 'email', channel: 'email', title: 'a@b.com' }),
      ['*Carla* mandou e-mail', 'a@b.com'],
    ],
    [
      activity({ kind: 'message', inbound: true, channel: 'whatsapp', body: 'Aceita troca?' }),
      ['*Patrícia* respondeu no WhatsApp', '“Aceita troca?”'],
    ],
    [activity({ kind: 'message', inbound: true }), ['*Patrícia* respondeu']],
    [
      activity({ kind: 'visit', dueDay: '2026-11-24', outcome: 'Veio' }),
      ['*Carla* concluiu *Visita*', 'Veio'],
    ],
    [
      activity({ kind: 'task', title: 'Mandar fotos', dueAt: NOON }),
      ['*Carla* concluiu *Mandar fotos*'],
    ],
  ])('%#', (item, text) => expect(told(item)).toEqual(text));
});

describe('how the lead came', () => {
  const created: TimelineItem = { ...event(''), type: 'created' };
  test.each([
    ['manual', '*Carla* criou o lead'],
    ['import', 'Lead importado de uma planilha'],
    ['sample', 'Lead de exemplo'],
  ])('%s', (createdVia, head) => {
    expect(told(created, view({ createdVia, sourceId: 'olx' }))).toEqual([head, 'Origem: OLX']);
  });
});

test.each([
  [Date.UTC(2026, 10, 24, 12, 42), '09:42'],
  [Date.UTC(2026, 10, 23, 19, 20), 'ontem 16:20'],
  [Date.UTC(2026, 10, 20, 19, 20), 'sex 16:20'],
  [Date.UTC(2026, 9, 3, 19, 20), '03/10 16:20'],
  [Date.UTC(2025, 9, 3, 19, 20), '03/10/2025'],
])('a moment is told as short as it stays clear (%#)', (ms, text) => {
  expect(shortMoment(ms, NOON, ZONE)).toBe(text);
});
