import type { Review } from '../../bridge';
import { count } from '../../shared/format';
import { language, t } from '../../shared/i18n/index.svelte';
import { fieldName } from '../../shared/leads/fields';

/** Names of a list that are shown before "and so on". */
const NAMED = 6;

/** What an import would make beside leads, in sentences: people, sources, tags. */
export function madeText({ people, sources, tags }: Review): string[] {
  return [
    sentence('sheets.made.people', people),
    sentence('sheets.made.sources', sources),
    sentence('sheets.made.tags', tags),
  ].filter((text) => text !== '');
}

function sentence(
  key: 'sheets.made.people' | 'sheets.made.sources' | 'sheets.made.tags',
  names: readonly string[] | null,
): string {
  if (!names || names.length === 0) return '';
  const shown = names.slice(0, NAMED).join(', ');
  return t(key, {
    count: names.length,
    names: names.length > NAMED ? t('sheets.made.more', { names: shown }) : shown,
  });
}

/** "Veículo (12), Origem (3)" as a sentence: what new leads lack that the workspace asks for; '' for nothing. */
export function lackingText({ lacking }: Pick<Review, 'lacking'>): string {
  const fields = Object.entries(lacking).map(([field, n]) => `${fieldName(field)} (${count(n)})`);
  if (fields.length === 0) return '';
  const list = new Intl.ListFormat(language(), { type: 'conjunction' }).format(fields);
  return t('sheets.lacking', { fields: list });
}
