import type { Card } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';

interface Unseen {
  card: Card;
  /** '' for nobody. */
  owner: string;
  /** Those that have no place on the card. */
  tags: readonly string[];
  /** What the card holds of the shop's own fields, with their names. */
  own: readonly string[];
  /** The three ages, a line each. */
  ages: string;
}

/** What a card shows by a weight, a letter or on hover only, for screen readers. */
export function spoken({ card, owner, tags, own, ages }: Unseen): string {
  return [
    t('board.owner', { name: owner || t('leads.nobody') }),
    card.company,
    ...tags,
    ...own,
    ...ages.split('\n'),
  ]
    .filter(Boolean)
    .join('. ');
}
