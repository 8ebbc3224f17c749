import { beforeAll, expect, test } from 'vitest';
import { Failure } from '../../bridge';
import { useLanguage } from '../i18n/index.svelte';
import { explain } from '.';

beforeAll(() => useLanguage('pt-BR'));

test('a code becomes a sentence that says what to do', () => {
  expect(explain(new Failure('disk_full')).text).toMatch(/disco está cheio.*Libere espaço/);
  expect(explain(new Failure('bridge.http', { params: { status: '401' } })).text).toContain('401');
});

test('a field may have a sentence of its own', () => {
  expect(explain(new Failure('invalid', { field: 'phone' })).text).toContain('DDD');
  expect(explain(new Failure('invalid', { field: 'colour' })).text).toMatch(/^Este valor/);
});

test('an unknown code gets the general sentence and keeps its details', () => {
  const { text, details } = explain(
    new Failure('moon.full', { call: 'Leads.Move', params: { log: '7f' } }),
  );
  expect(text).toContain('copie os detalhes');
  expect(details).toBe('code: moon.full\ncall: Leads.Move\nlog: 7f');
});

test('what is no failure of ours is told as one', () => {
  expect(explain(new TypeError('x is undefined')).details).toContain('x is undefined');
  expect(explain('{"code":"locked"}').text).toContain('Outro Pátio');
});
