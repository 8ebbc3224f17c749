import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../shared/i18n/index.svelte';
import type { Message } from '../shared/i18n/message';
import { sources } from './sources';

type Catalogue = Record<string, Message>;

const files = import.meta.glob<Catalogue>('../**/strings/*.json', {
  import: 'default',
  eager: true,
});

// Keys that are put together at run time from what Go sends.
const MADE_AT_RUN_TIME = [/^error\./, /^op\./];

const folders = new Map<string, Map<string, Catalogue>>();
for (const [path, catalogue] of Object.entries(files)) {
  const [, folder, language] = /^\.\.\/(.+)\/strings\/([\w-]+)\.json$/.exec(path)!;
  const languages = folders.get(folder!) ?? new Map<string, Catalogue>();
  languages.set(language!, catalogue);
  folders.set(folder!, languages);
}

const textsOf = (message: Message) =>
  typeof message === 'string' ? [message] : (Object.values(message as object) as string[]);
const paramsOf = (message: Message) =>
  [
    ...new Set(
      textsOf(message).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1])),
    ),
  ].sort();

describe.each([...folders])('%s', (folder, languages) => {
  const original = languages.get('pt-BR')!;

  test('speaks every language with the same keys', () => {
    expect([...languages.keys()].sort()).toEqual([...LANGUAGES].sort());
    for (const [language, catalogue] of languages) {
      expect(Object.keys(catalogue), language).toEqual(Object.keys(original));
    }
  });

  test('has the same parameters and the same kind of message in every language', () => {
    for (const [language, catalogue] of languages) {
      for (const [key, message] of Object.entries(catalogue)) {
        expect(paramsOf(message), `${language} ${key}`).toEqual(paramsOf(original[key]!));
        expect(typeof message, `${language} ${key}`).toBe(typeof original[key]);
      }
    }
  });

  test('gives every plural its other form, its zero and its count', () => {
    for (const [language, catalogue] of languages) {
      for (const [key, message] of Object.entries(catalogue)) {
        if (typeof message === 'string') continue;
        expect(Object.keys(message), `${language} ${key}`).toEqual(
          expect.arrayContaining(['zero', 'one', 'other']),
        );
      }
    }
  });

  test('has no empty sentence', () => {
    for (const [language, catalogue] of languages) {
      for (const [key, message] of Object.entries(catalogue)) {
        for (const text of textsOf(message)) expect(text.trim(), `${language} ${key}`).not.toBe('');
      }
    }
  });

  test('begins its keys with its own name', () => {
    const name = folder.split('/').at(-1)!;
    const foreign = Object.keys(original).filter(
      (key) =>
        !key.startsWith(`${name}.`) &&
        !(name === 'shared' && /^(error|op)\./.test(key)) &&
        !key.startsWith(`error.${name}.`),
    );
    expect(foreign).toEqual([]);
  });
});

const keys = [...folders.values()].flatMap((languages) => Object.keys(languages.get('pt-BR')!));
const code = sources.map(({ text }) => text).join('\n');

test('no key stands in two folders', () => {
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});

test('every key that the code asks for exists', () => {
  const asked = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1]!);
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((key) => !keys.includes(key))).toEqual([]);
});

test('no key is unused', () => {
  const literals = new Set(
    [...code.matchAll(/['"]([\w]+(?:\.[\w]+)+)['"]/g)].map((match) => match[1]!),
  );
  const beginnings = [...code.matchAll(/`([\w]+(?:\.[\w]+)*\.)\$\{/g)].map((match) => match[1]!);
  const unused = keys.filter(
    (key) =>
      !literals.has(key) &&
      !beginnings.some((beginning) => key.startsWith(beginning)) &&
      !MADE_AT_RUN_TIME.some((pattern) => pattern.test(key)),
  );
  expect(unused).toEqual([]);
});
