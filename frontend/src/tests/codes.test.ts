import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LANGUAGES } from '../shared/i18n/index.svelte';

// Go sends codes and names of operations, never prose: each needs its sentence
// in every language, or the screen has nothing to say.
const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['app', 'backend', 'sync'];

// Said on a terminal, in English, by the command line itself.
const TERMINAL_ONLY = ['usage'];

// Rolled back, or no writes of this PC's: no operation of that name is ever kept.
const NEVER_KEPT = ['verify', 'digest', 'conflicts', 'sync'];

const catalogues = import.meta.glob<Record<string, unknown>>('../**/strings/*.json', {
  import: 'default',
  eager: true,
});

const goFiles = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.go') && !path.endsWith('_test.go'))
    .map((path) => join(folder, path)),
);

function found(pattern: RegExp): string[] {
  const matches = goFiles.flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(pattern)].map((match) => match[1]!),
  );
  return [...new Set(matches)].sort();
}

function keysOf(language: string): string[] {
  return Object.entries(catalogues)
    .filter(([path]) => path.endsWith(`/${language}.json`))
    .flatMap(([, catalogue]) => Object.keys(catalogue));
}

const codes = found(/\b(?:crm\.)?Code\s*=\s*"([\w.]+)"/g).filter(
  (code) => !TERMINAL_ONLY.includes(code),
);
const operations = [
  ...found(/\bLabel:\s*"([\w.]+)"/g),
  ...found(/\b[lL]abel\w*\s*:?=\s*"([\w.]+)"/g),
  ...found(/\blabel\w*(?:, [\w.]+)*\s*=\s*"([\w.]+)"/g),
  ...found(/\b(?:save|bulk|write|editActivity)\(ctx, s, "([\w.]+)"/g),
].filter((name) => !NEVER_KEPT.includes(name));

test.each(LANGUAGES)('every failure has its sentence in %s', (language) => {
  const keys = keysOf(language);
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.filter((code) => !keys.includes(`error.${code}`))).toEqual([]);
});

test.each(LANGUAGES)('every operation has its name in %s', (language) => {
  const keys = keysOf(language);
  expect(operations.length).toBeGreaterThan(25);
  expect(
    operations.filter((name) =>
      // "lead.reach." goes on with the channel
      name.endsWith('.')
        ? !keys.some((key) => key.startsWith(`op.${name}`))
        : !keys.includes(`op.${name}`),
    ),
  ).toEqual([]);
});
