import type { Card } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';
import {
  aboutLine,
  temperatureName,
  type Ageing,
  type Mark,
  type Temperature,
} from '../../shared/leads';

interface Shown {
  card: Card;
  mark: Mark;
  age: Ageing;
  value: string;
  source: string;
  owner: string;
  tags: readonly string[];
  warmth: Temperature | undefined;
}

/** A card as a screen reader says it: what is seen in it, its state first. */
export function spoken({ card, mark, age, value, source, owner, tags, warmth }: Shown): string {
  return [
    card.name,
    card.fresh > 0 ? t(card.fresh === 1 ? 'board.new' : 'board.unread') : '',
    aboutLine(card),
    value,
    warmth ? temperatureName(warmth) : '',
    mark.text,
    source,
    t('board.owner', { name: owner || t('leads.nobody') }),
    ...tags,
    t(age.stale ? 'board.stale' : 'board.since', { age: age.text }),
  ]
    .filter(Boolean)
    .join(', ');
}
