import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SyncDevice } from '../../bridge';
import { bytesText } from '../../shared/format';
import { found } from './devices';
import { LIBRARIES } from './libraries';
import { retiredNamed, sorted, type Named } from './roster';
import { sectionOf, SECTIONS } from './sections';

const named = (name: string, retired = false): Named => ({ id: name, name, retired });

test('a list is searched without accents, the retired apart', () => {
  const records = [named('São Paulo'), named('Feirão'), named('OLX', true)];
  expect(sorted(records, 'sao').used.map(({ name }) => name)).toEqual(['São Paulo']);
  expect(sorted(records, '').retired.map(({ name }) => name)).toEqual(['OLX']);
});

test('names come in the order of the language', () => {
  const records = ['Preço', 'Ágio', 'Atendimento'].map((name) => named(name));
  expect(sorted(records, '').used.map(({ name }) => name)).toEqual([
    'Ágio',
    'Atendimento',
    'Preço',
  ]);
});

test('PCs are found by name or person, this one first', () => {
  const pc = (name: string, userId: string, more: Partial<SyncDevice> = {}): SyncDevice => ({
    number: name.length,
    name,
    userId,
    state: 'active',
    here: false,
    joined: 0,
    seen: 0,
    ...more,
  });
  const list = [
    pc('Balcão', 'Rui'),
    pc('Pátio', 'Conceição', { here: true }),
    pc('Velho', 'Rui', { state: 'revoked' }),
    pc('Água Verde', 'Bia'),
  ];
  const names = (query: string) => {
    const { active, revoked } = found(list, query, ({ userId }) => userId);
    return [active, revoked].map((some) => some.map(({ name }) => name));
  };
  expect(names('')).toEqual([['Pátio', 'Água Verde', 'Balcão'], ['Velho']]);
  expect(names('rui')).toEqual([['Balcão'], ['Velho']]);
  expect(names('conceicao')).toEqual([['Pátio'], []]);
  expect(names('agua')).toEqual([['Água Verde'], []]);
});

test('adding a name that was retired brings that one back', () => {
  const records = [named('Feirão', true), named('OLX')];
  expect(retiredNamed(records, ' feirao ')?.id).toBe('Feirão');
  expect(retiredNamed(records, 'OLX')).toBeUndefined();
});

test.each([
  [0, '0 bytes'],
  [812_400, '812 kB'],
  [4_200_000, '4,2 MB'],
  [38_000_000, '38 MB'],
])('%i bytes read "%s"', (bytes, text) => {
  expect(bytesText(bytes, 'pt-BR').replace(/\u00a0/g, ' ')).toBe(text);
});

test('an unknown section opens the first', () => {
  expect(sectionOf('backups').id).toBe('backups');
  expect(sectionOf('nowhere')).toBe(SECTIONS[0]);
  expect(sectionOf(undefined)).toBe(SECTIONS[0]);
});

// Modules that the program's own Go files import; tests may use more.
function goModules(): string[] {
  const imports = ['app', 'backend', 'sync'].flatMap((folder) =>
    readdirSync(`../${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.go') && !path.includes('test'))
      .flatMap((path) => [
        ...readFileSync(`../${folder}/${path}`, 'utf8').matchAll(
          /^\t(?:\w+ )?"([\w-]+\.[^"]+)"$/gm,
        ),
      ]),
  );
  return [...new Set(imports.map((match) => match[1]!))];
}

test('every library that the program is built with stands in its list of licences', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const modules = goModules();
  expect(modules.length).toBeGreaterThan(5);
  const listed = (name: string) => LIBRARIES.some((library) => name.startsWith(library.name));
  expect([...Object.keys(dependencies), ...modules].filter((name) => !listed(name))).toEqual([]);
});
