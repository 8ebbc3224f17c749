import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emitLocal, useTransport, type SyncStatus } from '../../bridge';
import { ALONE, Syncing } from './status.svelte';

const JOINED: SyncStatus = { ...ALONE, joined: true, phase: 'idle', synced: 1 };

let now: SyncStatus;
let syncing: Syncing;

beforeEach(() => {
  vi.useFakeTimers();
  now = JOINED;
  syncing = new Syncing();
  useTransport((_, method) =>
    method === 'Status' ? Promise.resolve(now) : Promise.reject(new Error(method)),
  );
});
afterEach(() => {
  useTransport(null);
  vi.useRealTimers();
});

async function tell(status: Partial<SyncStatus>) {
  now = { ...JOINED, ...status };
  await syncing.refresh();
}

test('a PC is alone until Go has answered', async () => {
  expect(syncing.status).toBe(ALONE);
  await syncing.refresh();
  expect(syncing.status.joined).toBe(true);
});

test('a short sync is not shown, a long one is', async () => {
  await syncing.refresh();
  await tell({ phase: 'syncing', waiting: 1 });
  await tell({ phase: 'idle', synced: 2 });
  expect(syncing.status).toMatchObject({ phase: 'idle', synced: 2 });
  await tell({ phase: 'syncing', waiting: 1 });
  expect(syncing.status.phase).toBe('idle');
  vi.runAllTimers();
  expect(syncing.status.phase).toBe('syncing');
});

test('what goes wrong is shown at once, and an old wait does not hide what comes later', async () => {
  await syncing.refresh();
  await tell({ phase: 'syncing' });
  await tell({ phase: 'offline', waiting: 1 });
  expect(syncing.status.phase).toBe('offline');
  vi.runAllTimers();
  expect(syncing.status.phase).toBe('offline');
});

test('it asks again when Go says so, and no longer once it is stopped', async () => {
  const stop = syncing.start();
  await vi.runAllTimersAsync();
  now = { ...JOINED, conflicts: 2 };
  emitLocal('sync', null);
  await vi.runAllTimersAsync();
  expect(syncing.status.conflicts).toBe(2);
  stop();
  now = { ...JOINED, conflicts: 3 };
  emitLocal('sync', null);
  await vi.runAllTimersAsync();
  expect(syncing.status.conflicts).toBe(2);
});
