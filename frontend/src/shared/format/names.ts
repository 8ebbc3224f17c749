import { language } from '../i18n/index.svelte';
import { remembered } from './locale';

const collator = remembered((locale) => new Intl.Collator(locale));

/** Orders records as a person looks a name up in the chosen language; for sort(). */
export function byName(a: { name: string }, b: { name: string }): number {
  return collator(language()).compare(a.name, b.name);
}
