import { beforeEach, expect, test } from 'vitest';
import { useTransport, type Conflict } from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { editorOf, writeAnother } from './another';

beforeEach(() => useLanguage('pt-BR'));

const conflict = (kind: string, field: string, values: string[], element = ''): Conflict => ({
  kind,
  id: 'a',
  field,
  element,
  key: '6/',
  values: values.map((value, i) => ({
    value,
    write: `${i}.1`,
    at: 0,
    replica: i,
    here: false,
    userId: '',
    device: '',
  })),
});

test.each([
  ['leads', 'valueCents', '42.500', 4_250_000],
  ['leads', 'valueCents', '', 0],
  ['leads', 'valueCents', 'nada', undefined],
  ['leads', 'vehicle', 'Kombi', 'Kombi'],
  ['contacts', 'birthday', '24/12/1980', '1980-12-24'],
  ['contacts', 'birthday', '99/99', undefined],
])('%s %s reads %s as %s', (kind, field, text, value) => {
  expect(editorOf(conflict(kind, field, []))?.read(text)).toBe(value);
});

test.each([
  ['leads', 'stageId', ''],
  ['leads', 'tags', 'a'],
  ['contacts', 'phones', '+5511985270593'],
  ['users', 'name', ''],
])('of %s %s only the values can be chosen', (kind, field, element) => {
  expect(editorOf(conflict(kind, field, [], element))).toBeUndefined();
});

test('another value is written over both; one of the two is chosen', async () => {
  const calls: unknown[] = [];
  useTransport((struct, method, args) => {
    calls.push([struct, method, ...args]);
    return Promise.resolve({});
  });
  const both = conflict('leads', 'valueCents', ['4000000', '4500000']);
  const editor = editorOf(both)!;
  await writeAnother(both, editor, editor.read('42.500')!);
  await writeAnother(both, editor, editor.read('45.000')!);
  expect(calls).toEqual([
    ['Leads', 'Update', 'a', { valueCents: 4_250_000 }],
    ['Sync', 'Resolve', 'a', '6/', '1.1'],
  ]);
});
