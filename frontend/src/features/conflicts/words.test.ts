import { beforeEach, expect, test } from 'vitest';
import type { Conflict } from '../../bridge';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { byRecord, conflictField, conflictText, recordName, writer } from './words';

beforeEach(() => useLanguage('pt-BR'));

const conflict = (id: string, field: string, element = ''): Conflict => ({
  kind: 'contacts',
  id,
  field,
  element,
  key: `1/${element}`,
  values: [],
});

test('a record’s conflicts stand together, in the order in which they came', () => {
  const found = byRecord([conflict('b', 'city'), conflict('a', 'city'), conflict('b', 'zip')]);
  expect(found.map(({ record, conflicts }) => [record.id, conflicts.length])).toEqual([
    ['b', 2],
    ['a', 1],
  ]);
});

test('a record is called by its customer, else by its kind', () => {
  const about = { name: 'Rui Prado', leadId: '' };
  expect(recordName({ kind: 'contacts', id: 'a' }, about)).toBe('Cliente · Rui Prado');
  expect(recordName({ kind: 'contacts', id: 'a' })).toBe('Cliente');
  expect(recordName({ kind: '', id: 'a' })).toBe('Registro');
});

test.each([
  ['city', '', 'Cidade'],
  ['role', '', 'Função'],
  ['phones', '+5511985270593', 'Telefone de (11) 98527-0593'],
  ['something', '', 'Outro campo'],
])('%s %s is called %s', (field, element, name) => {
  expect(conflictField({ field, element })).toBe(name);
});

test.each([
  ['valueCents', '', '4200000', 'R$ 42.000'],
  ['retired', '', '1', 'Sim'],
  ['retired', '', '0', 'Não'],
  ['city', '', '', '(vazio)'],
  ['archivedAt', '', '0', '(vazio)'],
  ['phones', '+5511985270593', 'esposa', 'esposa'],
])('%s %s %s reads %s', (field, element, value, text) => {
  expect(conflictText(field, element, value).replace(/\u00a0/g, ' ')).toBe(text);
});

test('who wrote it is this PC, another, or the server', () => {
  const value = {
    value: '',
    write: '',
    at: 0,
    replica: 70_000,
    here: true,
    device: '',
    userId: '',
  };
  expect(writer(value)).toMatch(/^Este PC · /);
  expect(writer({ ...value, here: false })).toMatch(/^Outro PC · /);
  expect(writer({ ...value, here: false, replica: 32_769 })).toMatch(/^O servidor · /);
  expect(writer({ ...value, here: false, device: 'PC do pátio' })).toMatch(/^PC do pátio · /);
});
