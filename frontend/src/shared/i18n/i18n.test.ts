import { beforeEach, expect, test } from 'vitest';
import { hasKey, language, nearestLanguage, t, useLanguage } from './index.svelte';
import { fill } from './message';

beforeEach(() => useLanguage('pt-BR'));

const leads = { zero: 'nenhum lead', one: '{count} lead', other: '{count} leads' };

test('zero has its own words, although pt-BR counts it as one', () => {
  expect(fill(leads, { count: 0 }, 'pt-BR')).toBe('nenhum lead');
  expect(fill(leads, { count: 1 }, 'pt-BR')).toBe('1 lead');
  expect(fill(leads, { count: 2 }, 'pt-BR')).toBe('2 leads');
  expect(fill(leads, { count: 0 }, 'en')).toBe('nenhum lead');
});

test('a million is "many" in pt-BR and falls back to the other form', () => {
  expect(fill(leads, { count: 1_000_000 }, 'pt-BR')).toBe('1.000.000 leads');
  expect(fill({ ...leads, many: '{count} de leads' }, { count: 1_000_000 }, 'pt-BR')).toBe(
    '1.000.000 de leads',
  );
});

test('numbers are written in the language, text as it is, a missing value is left to be seen', () => {
  expect(fill('{n} de {total} em {name}', { n: 1234.5, total: '1234' }, 'pt-BR')).toBe(
    '1.234,5 de 1234 em {name}',
  );
  expect(fill('{n}', { n: 1234.5 }, 'en')).toBe('1,234.5');
});

test('a language brings the strings of every folder', async () => {
  expect(t('shared.undo')).toBe('Desfazer');
  expect(t('shell.new_lead')).toBe('Novo lead');
  await useLanguage('es');
  expect(language()).toBe('es');
  expect(t('shared.undo')).toBe('Deshacer');
  expect(document.documentElement.lang).toBe('es');
});

test('keys made from codes can be asked about', () => {
  expect(hasKey('error.disk_full')).toBe(true);
  expect(hasKey('error.no_such_thing')).toBe(false);
});

test.each([
  ['pt-PT', 'pt-BR'],
  ['es-AR', 'es'],
  ['EN', 'en'],
  ['de', 'pt-BR'],
  ['', 'pt-BR'],
])('%s is served in %s', (tag, expected) => {
  expect(nearestLanguage(tag)).toBe(expected);
});
