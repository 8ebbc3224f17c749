import { beforeAll, expect, test } from 'vitest';
import { Failure } from '../../bridge';
import { useLanguage } from '../i18n/index.svelte';
import { explain } from '.';

beforeAll(() => useLanguage('pt-BR'));

test('a code becomes a sentence that says what to do', () => {
  expect(explain(new Failure('disk_full')).text).toMatch(/disco está cheio.*Libere espaço/);
  expect(explain(new Failure('bridge.http', { params: { status: '401' } })).text).toContain('401');
});

test('a field without a sentence of its own gets that of the code', () => {
  expect(explain(new Failure('invalid', { field: 'colour' }))).toMatchObject({
    text: expect.stringMatching(/^Este valor/) as string,
    field: 'colour',
  });
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
