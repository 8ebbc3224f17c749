import { beforeAll, expect, test } from 'vitest';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { ago } from './words';

const NOW = Date.UTC(2026, 10, 24, 15);

beforeAll(() => useLanguage('pt-BR'));

test.each([
  [30_000, 'agora há pouco'],
  [60_000, 'há 1 minuto'],
  [2.5 * 3_600_000, 'há 2 horas'],
  [86_400_000, 'há 1 dia'],
  [40 * 86_400_000, 'há 40 dias'],
  [-5_000, 'agora há pouco'],
])('an age of %i ms reads "%s"', (passed, text) => {
  expect(ago(NOW - passed, NOW)).toBe(text);
});
