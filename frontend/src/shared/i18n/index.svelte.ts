import '../activities/strings';
import '../facts/strings';
import '../leads/strings';
import '../strings';
import '../sync/strings';
import type { Key } from './keys';
import { fill, type Message, type Params } from './message';

export type { Key } from './keys';
export type { Message, Params } from './message';

export const LANGUAGES = ['pt-BR', 'en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** How each language calls itself: never translated. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  'pt-BR': 'Português (Brasil)',
  en: 'English',
  es: 'Español',
};

// One chunk a language (vite.config.ts). What a start shows in the first one comes
// with the program, so that most people's first picture waits for no other file;
// what only other pages say follows. Of the others only the chosen one is fetched.
const first = import.meta.glob<Record<string, Message>>(
  [
    '../strings/pt-BR.json',
    '../activities/strings/pt-BR.json',
    '../facts/strings/pt-BR.json',
    '../leads/strings/pt-BR.json',
    '../sync/strings/pt-BR.json',
    '../../shell/strings/pt-BR.json',
    '../../features/{board,conflicts,lead,list,reminders}/strings/pt-BR.json',
  ],
  { import: 'default', eager: true },
);
const later = import.meta.glob<Record<string, Message>>(
  [
    '../../features/*/strings/pt-BR.json',
    '!../../features/{board,conflicts,lead,list,reminders}/strings/pt-BR.json',
  ],
  { import: 'default' },
);
const others = import.meta.glob<Record<string, Message>>(
  [
    '../strings/{en,es}.json',
    '../activities/strings/{en,es}.json',
    '../facts/strings/{en,es}.json',
    '../leads/strings/{en,es}.json',
    '../sync/strings/{en,es}.json',
    '../../shell/strings/{en,es}.json',
    '../../features/*/strings/{en,es}.json',
  ],
  { import: 'default' },
);

let current = $state<Language>('pt-BR');
let catalogue = $state.raw<Words>({});

/** The language on the screen; reactive. */
export function language(): Language {
  return current;
}

/** The language that fits a tag best: `es-AR` → es, anything unknown → pt-BR. */
export function nearestLanguage(tag: string): Language {
  const base = tag.toLowerCase().split('-')[0];
  return LANGUAGES.find((known) => known.toLowerCase().split('-')[0] === base) ?? 'pt-BR';
}

type Words = Readonly<Record<string, Message>>;

function show(next: Language, parts: readonly Words[]) {
  catalogue = Object.assign({}, ...parts) as Words;
  current = next;
  if (typeof document !== 'undefined') document.documentElement.lang = next;
}

let all: Promise<void> | undefined;

/** Fetches a language's strings and puts them on the screen. */
export function useLanguage(next: Language): Promise<void> {
  const mine = Object.entries(next === 'pt-BR' ? later : others).filter(([path]) =>
    path.endsWith(`/${next}.json`),
  );
  const asked = Promise.all(mine.map(([, load]) => load())).then((parts) => {
    // Another one was chosen meanwhile.
    if (all === asked) show(next, next === 'pt-BR' ? [...Object.values(first), ...parts] : parts);
  });
  asked.catch(() => {
    if (all === asked) all = undefined; // asked for again by who needs it
  });
  return (all = asked);
}

/** Puts on the screen what a start shows, as soon as it can: the rest by `allWords`. */
export async function startLanguage(next: Language): Promise<void> {
  if (next !== 'pt-BR') return useLanguage(next);
  show(next, Object.values(first));
}

/** Waits until every page of the chosen language has its words. */
export function allWords(): Promise<void> {
  return all ?? useLanguage(current);
}

/** The sentence of key in the chosen language. */
export function t(key: Key, params: Params = {}): string {
  return fill(catalogue[key] ?? key, params, current);
}

/** True when key has a sentence: for keys made from what Go sends, such as error codes. */
export function hasKey(key: string): key is Key {
  return key in catalogue;
}
