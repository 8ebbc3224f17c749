import { expect, test } from 'vitest';
import { assign, columnsOf, howFound, requirements } from './mapping';
import { column, sheetView } from './factories';

const fields = (columns: readonly { field: string }[]) => columns.map(({ field }) => field);

test('a lead needs a name and a way to reach it', () => {
  expect(requirements([column('name'), column('note')])).toEqual({ name: true, reachable: false });
  expect(requirements([column('company'), column('email')])).toEqual({
    name: true,
    reachable: true,
  });
  expect(requirements([])).toEqual({ name: false, reachable: false });
});

test('a field that only one column can be moves; the column that had it becomes a note', () => {
  const columns = columnsOf(sheetView(['name', 'phone', 'note']));
  expect(fields(assign(columns, 2, 'name', ['phone', 'note']))).toEqual(['note', 'phone', 'name']);
  expect(fields(assign(columns, 2, 'phone', ['phone', 'note']))).toEqual([
    'name',
    'phone',
    'phone',
  ]);
});

test('giving a column what it has changes nothing', () => {
  const columns = columnsOf(sheetView(['name', 'phone']));
  expect(assign(columns, 0, 'name', [])).toEqual(columns);
});

test('the table says how a meaning was found', () => {
  expect(howFound(column('name'), false)).toBe('proposed');
  expect(howFound(column('name'), true)).toBe('remembered');
  expect(howFound(column('note'), true)).toBe('none');
  expect(howFound({ ...column('note'), field: 'city' }, true)).toBe('chosen');
});
