import type { Job, Review, ReviewRow, SheetView } from '../../bridge';
import type { Column } from './mapping';

// Records as Go sends them, for the tests of this folder.

export function column(field: string, index = 0): Column {
  return { index, header: `Coluna ${index}`, values: [], field, proposed: field };
}

export function sheetView(
  fields: readonly string[],
  overrides: Partial<SheetView> = {},
): SheetView {
  return {
    jobId: 'sheet-1',
    name: 'leads.csv',
    format: 'csv',
    encoding: 'utf-8',
    separator: ';',
    tab: '',
    tabs: [],
    rows: 3,
    blank: 0,
    columns: fields.map((field, i) => ({ header: `Coluna ${i}`, field, values: [] })),
    fields: ['name', 'phone', 'email', 'note', 'ignore'],
    several: ['phone', 'email', 'note', 'ignore'],
    remembered: false,
    ...overrides,
  };
}

export function job(overrides: Partial<Job> = {}): Job {
  return {
    id: 'sheet-1',
    kind: 'import',
    name: 'leads.csv',
    state: 'running',
    done: 0,
    total: 3,
    created: 0,
    merged: 0,
    refused: 0,
    ...overrides,
  };
}

export function review(overrides: Partial<Review> = {}): Review {
  return {
    rows: 3,
    new: 2,
    duplicates: 0,
    fills: 0,
    refused: 1,
    warned: 0,
    lacking: {},
    newRows: [],
    duplicateRows: [],
    refusedRows: [],
    people: [],
    sources: [],
    tags: [],
    ...overrides,
  };
}

export function reviewRow(overrides: Partial<ReviewRow> = {}): ReviewRow {
  return {
    line: 2,
    lead: {
      id: '',
      contactId: '',
      stageId: '',
      name: 'Patrícia Assunção',
      company: '',
      phone: '+5511985270593',
      email: '',
      city: '',
      vehicle: 'Jeep Compass',
      plate: 'ABC1234',
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
    },
    names: {},
    notes: [],
    leadId: '',
    sameAs: 0,
    changes: [],
    reasons: [],
    warnings: [],
    ...overrides,
  };
}
