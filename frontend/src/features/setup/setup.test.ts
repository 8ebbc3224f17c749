import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Failure, useTransport, type User } from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { flushDevice, session } from '../../shared/stores';
import { mustAsk } from './chooser.svelte';
import { firstRun } from './firstrun.svelte';
import { copiedAt, lostText, recoveryDetails } from './recovery';

beforeAll(() => useLanguage('pt-BR'));

const person = (id: string, retired = false): User => ({ id, name: id, role: 'seller', retired });

afterEach(() => {
  flushDevice();
  useTransport(null);
});

test.each([
  ['nobody is asked before the first run', true, [], '', false],
  ['one person who acts already is not asked', false, [person('a')], 'a', false],
  ['one person who was never chosen is', false, [person('a')], '', true],
  ['two people are asked at every start', false, [person('a'), person('b')], 'a', true],
  ['somebody who left is replaced', false, [person('a', true), person('b')], 'a', true],
  ['whoever left doesn’t count', false, [person('a'), person('b', true)], 'a', false],
])('%s', (_, first, users, actingUserId, asks) => {
  expect(mustAsk({ firstRun: first, users, actingUserId }, false)).toBe(asks);
});

test('a page that is loaded again doesn’t ask a second time', () => {
  const state = { firstRun: false, users: [person('a'), person('b')], actingUserId: 'a' };
  expect(mustAsk(state, true)).toBe(false);
  expect(mustAsk({ ...state, actingUserId: 'gone' }, true)).toBe(true);
});

let refuse: Failure | undefined;
beforeEach(() => {
  refuse = undefined;
  useTransport(async (_, method) => {
    if (method === 'Start' && refuse) throw refuse;
    return method === 'State' ? { ...session.state, firstRun: false } : undefined;
  });
});

test('a field that is refused keeps its sentence until it is mended', async () => {
  refuse = new Failure('required', { field: 'shopName' });
  await firstRun.start();
  expect(firstRun.errors.shopName).toBe('Preencha este campo.');
  expect(firstRun.underWay).toBe(false);
  refuse = undefined;
  await firstRun.start();
  expect(firstRun.errors).toEqual({});
  expect(firstRun.choosing).toBe(true);
});

test('when a copy was made is read from its name', () => {
  expect(copiedAt('patio-0a1b2c3d-20261124T080000.000Z-daily')).toBe(Date.UTC(2026, 10, 24, 8));
  expect(copiedAt('')).toBe(0);
  expect(copiedAt('other.db')).toBe(0);
});

test('what was lost is named, or shown as it came', () => {
  expect(lostText('leads:3')).toBe('3 leads');
  expect(lostText('activities:1')).toBe('1 atividade ou anotação');
  expect(lostText('leads.deletion:2')).toMatch(/^2 exclusões/);
  expect(lostText('gremlins:3')).toBe('gremlins:3');
});

test('the details of a recovery hold counts and names of tables only', () => {
  const recovery = {
    at: 0,
    folder: 'damaged-1',
    snapshot: '',
    salvaged: 3,
    older: 1,
    doubtful: 0,
    pages: 2,
    leadIds: ['a'],
    lost: ['leads:3'],
  };
  expect(recoveryDetails(recovery).split('\n')).toEqual([
    'recovered: 1970-01-01T00:00:00.000Z',
    'folder: damaged-1',
    'snapshot: -',
    'salvaged: 3',
    'older: 1',
    'doubtful: 0',
    'pages: 2',
    'lost: leads:3',
  ]);
});
