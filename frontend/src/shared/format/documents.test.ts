import { expect, test } from 'vitest';
import { cepMask, documentMask, documentText, plateMask, plateText } from '.';

test.each([
  ['52998224725', '529.982.247-25'],
  ['08370779000149', '08.370.779/0001-49'],
  ['12ABC34501DE35', '12.ABC.345/01DE-35'],
  ['', ''],
  ['123', '123'],
])('the document %s is shown as "%s"', (stored, shown) => {
  expect(documentText(stored)).toBe(shown);
});

test.each([
  ['529', '529'],
  ['5299', '529.9'],
  ['529.982.247-25', '529.982.247-25'],
  ['529982247251', '52.998.224/7251'],
  ['12abc', '12.ABC'],
  ['12.abc.345/01de-35 ', '12.ABC.345/01DE-35'],
])('typing the document %s shows "%s"', (typed, shown) => {
  expect(documentMask(typed)).toBe(shown);
});

test.each([
  ['0131', '0131'],
  ['01310100', '01310-100'],
  ['01.310-100', '01310-100'],
  ['013101009', '01310-100'],
])('typing the postal code %s shows "%s"', (typed, shown) => {
  expect(cepMask(typed)).toBe(shown);
});

test.each([
  ['abc1234', 'ABC-1234'],
  ['abc-1d23', 'ABC1D23'],
  ['abc 12', 'ABC12'],
])('typing the plate %s shows "%s"', (typed, shown) => {
  expect(plateMask(typed)).toBe(shown);
});

test('a plate of either kind is shown as it stands on the car', () => {
  expect(plateText('ABC1234')).toBe('ABC-1234');
  expect(plateText('ABC1D23')).toBe('ABC1D23');
});
