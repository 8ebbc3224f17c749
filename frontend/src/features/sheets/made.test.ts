import { beforeAll, expect, test } from 'vitest';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { lackingText } from './made';

beforeAll(() => useLanguage('pt-BR'));

test('what new leads lack is said in one sentence, by field', () => {
  expect(lackingText({ lacking: {} })).toBe('');
  expect(lackingText({ lacking: { vehicle: 12, sourceId: 3, email: 1 } })).toBe(
    'Em leads novos falta o que a loja pede: Veículo (12), Origem (3) e E-mail (1). Eles entram assim mesmo; complete depois.',
  );
});
