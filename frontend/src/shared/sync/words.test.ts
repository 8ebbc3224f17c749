import { beforeEach, expect, test } from 'vitest';
import type { SyncStatus } from '../../bridge';
import { useLanguage } from '../i18n/index.svelte';
import { ALONE } from './status.svelte';
import { lastText, syncWords, waitingText } from './words';

beforeEach(() => useLanguage('pt-BR'));

const NOW = Date.parse('2026-11-22T17:30:00Z');
const ZONE = 'America/Sao_Paulo';

const joined = (state: Partial<SyncStatus> = {}): SyncStatus => ({
  ...ALONE,
  joined: true,
  phase: 'idle',
  device: 'PC do balcão',
  hub: 'hub.example:8443',
  synced: NOW - 60_000,
  ...state,
});
const refusal = (code: string, params?: Record<string, string>) => ({ code, params });

test.each<[string, SyncStatus, string, string]>([
  ['alone', ALONE, 'fine', 'Salvo aqui'],
  ['in agreement', joined(), 'fine', 'Tudo sincronizado'],
  ['speaking', joined({ phase: 'syncing' }), 'busy', 'Sincronizando…'],
  ['not in agreement yet', joined({ synced: 0 }), 'busy', 'Sincronizando…'],
  ['with something still to go', joined({ waiting: 1 }), 'busy', 'Sincronizando…'],
  ['offline', joined({ phase: 'offline' }), 'away', 'Sem conexão'],
  ['one waits', joined({ phase: 'offline', waiting: 1 }), 'away', 'Sem conexão · 1 espera'],
  ['three wait', joined({ phase: 'offline', waiting: 3 }), 'away', 'Sem conexão · 3 esperam'],
  ['a copy', { ...ALONE, detached: true }, 'stopped', 'Não conectado'],
])('%s', (_, status, tone, chip) => {
  expect(syncWords(status)).toMatchObject({ tone, chip });
});

test.each([
  ['sync.revoked', 'Parado: peça um novo código'],
  ['sync.unknown_device', 'Parado: peça um novo código'],
  ['sync.client_old', 'Parado: atualize o Pátio'],
  ['sync.hub_old', 'Parado: atualize o servidor'],
  ['sync.certificate', 'Parado: servidor desconhecido'],
  ['sync.forged', 'Parado: precisa de atenção'],
])('%s stops it', (code, chip) => {
  expect(syncWords(joined({ phase: 'stopped', failure: refusal(code) })).chip).toBe(chip);
});

test('what stopped it is told in a sentence', () => {
  const { sentence } = syncWords(joined({ phase: 'stopped', failure: refusal('sync.revoked') }));
  expect(sentence).toContain('Este PC não pode mais sincronizar');
});

test('removals are counted, so that a person can judge them', () => {
  const failure = refusal('sync.removals', { removed: '1200', held: '4000' });
  const words = syncWords(joined({ phase: 'removals', failure }));
  expect(words.chip).toBe('Parado: muito seria removido');
  expect(words.sentence).toContain('1.200 dos 4.000 registros');
});

test('removals without a count still ask', () => {
  const words = syncWords(joined({ phase: 'removals', failure: refusal('sync.removals') }));
  expect(words.sentence).toContain('mais de um quinto');
});

test('what waits is counted, with the time of the oldest when it is known', () => {
  expect(waitingText(joined(), ZONE, NOW)).toBe('');
  expect(waitingText(joined({ waiting: 2 }), ZONE, NOW)).toBe('2 registros esperam para ir');
  const since = Date.parse('2026-11-22T17:02:00Z');
  expect(waitingText(joined({ waiting: 1, since }), ZONE, NOW)).toBe(
    '1 registro espera para ir, desde hoje 14:02',
  );
});

test('the last agreement has its time, or is still to come', () => {
  expect(lastText(joined({ synced: NOW }), ZONE, NOW)).toBe('Última vez em dia: hoje 14:30');
  expect(lastText(joined({ synced: 0 }), ZONE, NOW)).toContain('Ainda não ficou em dia');
});
