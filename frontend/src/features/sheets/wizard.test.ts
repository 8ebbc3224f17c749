import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  emitLocal,
  Failure,
  useTransport,
  type FileRef,
  type Job,
  type Review,
} from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { flushDevice } from '../../shared/stores';
import { undoImport } from './after';
import { job, review, sheetView } from './factories';
import { jobs } from './jobs.svelte';
import { wizard } from './wizard.svelte';

const FILE: FileRef = { handle: 'h1', name: 'leads.csv', size: 10, url: '' };

// What stands for Go: each call is noted and answered from here.
const calls: [string, ...unknown[]][] = [];
let answers: Record<string, (...args: never[]) => unknown>;
let stop: () => void;

beforeEach(async () => {
  await useLanguage('pt-BR');
  calls.length = 0;
  answers = {
    'Sheets.Open': () => sheetView(['name', 'phone', 'note']),
    'Sheets.Jobs': () => [],
    'Sheets.Review': () => finish({ kind: 'review', state: 'ready' }),
    'Sheets.ReviewResult': () => review(),
    'Sheets.Confirm': () => 'import-1',
  };
  useTransport(async (struct, method, args) => {
    const name = `${struct}.${method}`;
    calls.push([name, ...args]);
    return answers[name]?.(...(args as never[]));
  });
  stop = jobs.start((thrown) => {
    throw thrown;
  });
  await wizard.reset();
  calls.length = 0;
});

afterEach(() => {
  stop();
  flushDevice();
  useTransport(null);
});

const finish = (overrides: Partial<Job>) => void emitLocal('job', job(overrides));
const named = (name: string) => calls.filter(([called]) => called === name);

test('a file that was read is mapped as proposed', async () => {
  await wizard.open(FILE);
  expect(wizard.step).toBe('map');
  expect(wizard.mapped).toBe(true);
  expect(wizard.columns.map(({ field }) => field)).toEqual(['name', 'phone', 'note']);
});

test('a file that can’t be read says why, and the next one starts clean', async () => {
  answers['Sheets.Open'] = () => {
    throw new Failure('sheet.xls');
  };
  await wizard.open(FILE);
  expect(wizard.step).toBe('choose');
  expect(wizard.failure?.code).toBe('sheet.xls');
  answers['Sheets.Open'] = () => sheetView(['name', 'email']);
  await wizard.open(FILE);
  expect(wizard.failure).toBeUndefined();
  expect(wizard.step).toBe('map');
});

test('without a way to reach anybody there is nothing to check', async () => {
  await wizard.open(FILE);
  wizard.map(1, 'note');
  expect(wizard.mapped).toBe(false);
  await wizard.lookThrough();
  expect(named('Sheets.Review')).toEqual([]);
  wizard.mapAsProposed();
  expect(wizard.mapped).toBe(true);
});

test('the check runs over the columns as they were mapped', async () => {
  await wizard.open(FILE);
  wizard.map(2, 'email');
  await wizard.lookThrough();
  expect(named('Sheets.Review')[0]!.slice(1, 3)).toEqual(['sheet-1', ['name', 'phone', 'email']]);
  expect(wizard.review?.new).toBe(2);
});

test('a choice made while a check runs stops it, and only the last answer counts', async () => {
  const shown: Review[] = [];
  answers['Sheets.Review'] = () => undefined;
  answers['Sheets.Cancel'] = () => finish({ kind: 'review', state: 'cancelled' });
  answers['Sheets.ReviewResult'] = () => {
    const one = review({ new: shown.length + 10 });
    shown.push(one);
    return one;
  };
  await wizard.open(FILE);
  const looking = wizard.lookThrough();
  await vi.waitFor(() => expect(named('Sheets.Review')).toHaveLength(1));
  await wizard.choose({ duplicates: 'skip' });
  await vi.waitFor(() => expect(named('Sheets.Review')).toHaveLength(2));
  expect(named('Sheets.Review')[1]![3]).toMatchObject({ duplicates: 'skip' });
  finish({ kind: 'review', state: 'ready' });
  await looking;
  expect(shown).toHaveLength(1);
  expect(wizard.review?.new).toBe(10);
  expect(wizard.reviewing).toBe(false);
});

test('a check that fails can be tried again', async () => {
  answers['Sheets.Review'] = () =>
    finish({ kind: 'review', state: 'failed', error: { code: 'disk_full' } });
  await wizard.open(FILE);
  await wizard.lookThrough();
  expect(wizard.failure?.code).toBe('disk_full');
  answers['Sheets.Review'] = () => finish({ kind: 'review', state: 'ready' });
  await wizard.lookThrough();
  expect(wizard.failure).toBeUndefined();
  expect(wizard.review).toBeDefined();
});

test('a check that is given up leads back to the columns', async () => {
  answers['Sheets.Review'] = () => finish({ kind: 'review', state: 'cancelled' });
  await wizard.open(FILE);
  await wizard.lookThrough();
  expect(wizard.step).toBe('map');
  expect(named('Sheets.ReviewResult')).toEqual([]);
});

test('going back keeps what was mapped', async () => {
  await wizard.open(FILE);
  wizard.map(2, 'email');
  await wizard.lookThrough();
  wizard.back();
  expect(wizard.step).toBe('map');
  expect(wizard.columns[2]!.field).toBe('email');
});

test('an import is followed to its end, and leaving it takes the file’s copy away', async () => {
  await wizard.open(FILE);
  await wizard.lookThrough();
  await wizard.confirm();
  finish({ id: 'import-1', done: 1 });
  expect(wizard.step).toBe('import');
  expect(wizard.importing).toBe(true);
  finish({ id: 'import-1', state: 'done', done: 3, created: 2, refused: 1 });
  expect(wizard.importing).toBe(false);
  expect(jobs.get('import-1')).toMatchObject({ created: 2, refused: 1 });
  await wizard.reset();
  expect(named('Sheets.Discard').map(([, id]) => id)).toEqual(['sheet-1', 'import-1']);
});

test('an import that stopped in the middle is left for the banner', async () => {
  await wizard.open(FILE);
  await wizard.lookThrough();
  await wizard.confirm();
  finish({ id: 'import-1', state: 'paused', done: 1 });
  await wizard.reset();
  expect(named('Sheets.Discard').map(([, id]) => id)).toEqual(['sheet-1']);
  expect(jobs.paused.map(({ id }) => id)).toEqual(['import-1']);
  jobs.forget('import-1');
});

test('interrupted imports are asked for at the start', async () => {
  answers['Sheets.Jobs'] = () => [job({ id: 'old', state: 'paused', done: 2 })];
  await jobs.load();
  expect(jobs.paused.map(({ id }) => id)).toEqual(['old']);
  jobs.forget('old');
});

test('an import is undone by its id, and only called undone when it was', async () => {
  answers['History.UndoImport'] = () => ({
    opId: '',
    label: 'undo',
    params: { label: 'import' },
    ids: [],
    undo: false,
  });
  expect(await undoImport('import-1')).toBe(true);
  expect(named('History.UndoImport')).toEqual([['History.UndoImport', 'import-1']]);
  answers['History.UndoImport'] = () => {
    throw new Failure('undo.import_runs');
  };
  expect(await undoImport('import-1')).toBe(false);
});

test('an end that is told while the jobs are being asked for is not undone by their answer', async () => {
  answers['Sheets.Jobs'] = () => {
    finish({ id: 'import-1', state: 'done', done: 3, created: 3 });
    return [job({ id: 'import-1', done: 3 })];
  };
  await wizard.open(FILE);
  await wizard.lookThrough();
  await wizard.confirm();
  expect(jobs.get('import-1')?.state).toBe('done');
  expect(wizard.importing).toBe(false);
});
