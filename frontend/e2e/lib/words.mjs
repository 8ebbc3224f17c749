import { readFile } from 'node:fs/promises';

const CATALOGUES = [
  'shared/strings',
  'shared/activities/strings',
  'shared/facts/strings',
  'shared/leads/strings',
  'shared/sync/strings',
  'shell/strings',
  'features/agenda/strings',
  'features/board/strings',
  'features/contacts/strings',
  'features/conflicts/strings',
  'features/lead/strings',
  'features/list/strings',
  'features/settings/strings',
  'features/sheets/strings',
];

/**
 * The words of a language by their keys, as the pages say them.
 * @param {string} language
 * @returns {Promise<(key: string, params?: Record<string, string>) => string>}
 */
export async function wordsOf(language) {
  /** @type {Record<string, unknown>} */
  const all = {};
  for (const folder of CATALOGUES) {
    const file = new URL(`../../src/${folder}/${language}.json`, import.meta.url);
    Object.assign(all, JSON.parse(await readFile(file, 'utf8')));
  }
  return (key, params = {}) => {
    const text = all[key];
    if (typeof text !== 'string') throw new Error(`${key} is no plain text in ${language}`);
    return text.replace(/\{(\w+)\}/g, (hole, name) => params[name] ?? hole);
  };
}
