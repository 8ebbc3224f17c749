import { expect, test } from 'vitest';
import { sources } from './sources';

// Who may import what: everything flows down, and features meet in shared only.
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  bridge: ['bridge'],
  shared: ['shared', 'bridge'],
  shell: ['shell', 'features', 'shared', 'bridge'],
  gallery: ['gallery', 'shell', 'shared', 'bridge'],
  'main.ts': ['shell', 'shared', 'bridge'],
};

/** Imports that break the rules, as "from → to". */
function breaches(files: readonly { path: string; text: string }[]): string[] {
  return files.flatMap(({ path, text }) =>
    importsOf(text)
      .filter((target) => target.startsWith('.'))
      .map((target) => resolve(path, target))
      .filter((target) => !allowed(path, target))
      .map((target) => `${path} → ${target}`),
  );
}

function allowed(from: string, to: string): boolean {
  const [top, name] = from.split('/');
  const [toTop, toName] = to.split('/');
  if (top === 'features')
    return (toTop === 'features' && toName === name) || toTop === 'shared' || toTop === 'bridge';
  return (ALLOWED[top!] ?? []).includes(toTop!) || to === 'app.css';
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport|import\(|declare module)\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1]!,
  );
}

function resolve(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

test('features import shared and bridge, never each other', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(breaches(sources)).toEqual([]);
});

test('a breach is found', () => {
  const board = { path: 'features/board/Board.svelte', text: "import { x } from '../leads/x';" };
  const low = { path: 'bridge/client.ts', text: "import '../shared/ui';" };
  const fine = {
    path: 'features/board/a.ts',
    text: "import { b } from './b'; import { t } from '../../shared/i18n';",
  };
  expect(breaches([board, low, fine])).toEqual([
    'features/board/Board.svelte → features/leads/x',
    'bridge/client.ts → shared/ui',
  ]);
});

test('no source writes markup or evaluates text', () => {
  const forbidden =
    /\.innerHTML|\.outerHTML|insertAdjacentHTML|\{@html|\beval\(|new Function\(|<style[^>]*>\s*\{@|\sstyle="/;
  expect(sources.filter(({ text }) => forbidden.test(text)).map(({ path }) => path)).toEqual([]);
});
