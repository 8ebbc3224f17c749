import { beforeAll, expect, test } from 'vitest';
import { useLanguage } from '../../shared/i18n/index.svelte';
import { reviewRow } from './factories';
import { cellsOf, duplicateText, fieldText, reasonText, refusedTexts, warningText } from './words';

beforeAll(() => useLanguage('pt-BR'));

// Intl puts a no-break space after R$.
const plain = (text: string) => text.replace(/\u00a0/g, ' ');

test('a refusal says what stood in the cell and where', () => {
  expect(reasonText({ code: 'required', field: 'name' })).toBe('Sem nome.');
  expect(reasonText({ code: 'lead.needs_contact', field: 'phone' })).toMatch(/^Sem telefone/);
  expect(
    reasonText({
      code: 'lead.needs_contact',
      field: 'phone',
      params: { column: 'Celular', value: '99999' },
    }),
  ).toMatch(/“99999”.*Celular/);
  expect(reasonText({ code: 'plate.invalid', field: 'plate' })).toMatch(/placa/);
});

test('a refused row’s reason in the downloaded sheet waits for no value', () => {
  for (const text of Object.values(refusedTexts())) expect(text).not.toMatch(/\{/);
});

test('a warning names the column and the value', () => {
  expect(
    warningText({ code: 'date.invalid', params: { column: 'Data', value: '31/02/2026' } }),
  ).toMatch(/^Data: .*31\/02\/2026/);
});

test('a duplicate says what it fills, and nothing about what no person reads', () => {
  const row = reviewRow({
    changes: [
      { field: 'valueCents', old: '0', new: '6650000' },
      { field: 'contact.emails', old: '', new: 'a@b.com' },
      { field: 'rank', old: 'a', new: 'b' },
    ],
  });
  expect(plain(duplicateText(row))).toBe('Completa valor: R$ 66.500 · e-mail: a@b.com');
  expect(duplicateText(reviewRow())).toMatch(/nada novo/);
  expect(duplicateText(reviewRow({ sameAs: 7 }))).toMatch(/linha 7/);
});

test('a row is shown as it was understood', () => {
  const { who, what } = cellsOf(reviewRow());
  expect(who).toEqual({ main: 'Patrícia Assunção', below: '(11) 98527-0593' });
  expect(what.main).toBe('Jeep Compass · ABC-1234');
  expect(plain(what.below)).toBe('R$ 142.000');
});

test('a field without a name here is shown by its own', () => {
  expect(fieldText('phone')).toBe('Telefone');
  expect(fieldText('shoe_size')).toBe('shoe_size');
});
