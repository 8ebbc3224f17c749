import type { Card, Stage, Workspace } from '../bridge';

/** Records for tests, whole and valid; a test names what it is about. */
export function aCard(over: Partial<Card> = {}): Card {
  return {
    id: 'lead',
    contactId: 'contact',
    stageId: 'new',
    name: 'Patrícia Assunção',
    company: '',
    phone: '+5511985270593',
    email: '',
    city: '',
    vehicle: 'Jeep Compass Longitude 2022',
    plate: '',
    subject: '',
    valueCents: 14_200_000,
    ownerId: '',
    sourceId: '',
    shopId: '',
    reasonId: '',
    timeframe: '',
    qualification: '',
    tags: [],
    fresh: 0,
    createdAt: 0,
    stageSince: 0,
    lastContact: 0,
    archivedAt: 0,
    nextId: '',
    nextKind: '',
    nextTitle: '',
    nextAt: 0,
    nextDay: '',
    nextDue: 0,
    ...over,
  };
}

/** Cards c0, c1, … of one stage. */
export function cards(count: number, over: Partial<Card> = {}, from = 0): Card[] {
  return Array.from({ length: count }, (_, i) =>
    aCard({ id: `c${from + i}`, name: `Lead ${from + i}`, ...over }),
  );
}

export function aStage(over: Partial<Stage> = {}): Stage {
  return {
    id: 'new',
    pipelineId: 'sales',
    name: 'Nova proposta',
    kind: 'open',
    pos: 0,
    staleDays: 2,
    color: '',
    probability: 0,
    ...over,
  };
}

/** A workspace with a sales and a qualification pipeline. */
export function aWorkspace(over: Partial<Workspace> = {}): Workspace {
  const stage = (id: string, name: string, kind: string, pipelineId = 'sales') =>
    aStage({ id, name, kind, pipelineId });
  return {
    users: [
      { id: 'carla', name: 'Carla Alves', role: 'seller', retired: false },
      { id: 'rui', name: 'Rui Costa', role: 'seller', retired: true },
    ],
    shops: [],
    pipelines: [
      { id: 'sales', name: 'Vendas', kind: 'sales', pos: 0, retired: false },
      { id: 'quali', name: 'Qualificação', kind: 'qualification', pos: 1, retired: false },
      { id: 'matters', name: 'Assuntos', kind: 'subject', pos: 2, retired: true },
    ],
    stages: [
      stage('new', 'Nova proposta', 'open'),
      stage('talk', 'Em negociação', 'open'),
      stage('won', 'Vendidos', 'won'),
      stage('lost', 'Não vendidos', 'lost'),
      stage('fresh', 'Novo', 'open', 'quali'),
      stage('converted', 'Convertido', 'converted', 'quali'),
    ],
    sources: [{ id: 'olx', name: 'OLX', retired: false }],
    tags: [{ id: 'swap', name: 'Troca', color: 'slate', retired: false }],
    former: [],
    reasons: [{ id: 'price', kind: 'won', name: 'Preço', retired: false, pos: 0 }],
    settings: {},
    firstRun: false,
    sample: false,
    version: '',
    actingUserId: 'carla',
    dataFolder: '',
    referralSource: '',
    recovery: null,
    ...over,
  } as Workspace;
}
