import Archive from '@lucide/svelte/icons/archive';
import UserRound from '@lucide/svelte/icons/user-round';
import { api, type Card, type Hit } from '../../bridge';
import type { FoundRecord, SearchProvider } from '../../shared/feature';
import { phone, plateText } from '../../shared/format';
import { t } from '../../shared/i18n/index.svelte';
import { aboutLine } from '../../shared/leads/card';
import { router } from '../../shared/router';
import { session } from '../../shared/stores';
import { recentLeads } from './recent';
import { pending } from './pending.svelte';
import { fieldName } from '../../shared/leads/fields';

/** Leads for the palette: found by what a person remembers of them, or opened last. */
export const leadSearch: SearchProvider = {
  group: 'lead.search.group',
  async find(query, limit) {
    const { hits, pending: left } = await api.Search.Find(query, limit);
    pending.count = left;
    return (hits ?? []).map((hit) => record(hit.card, matched(hit, query)));
  },
  recent: {
    group: 'lead.search.recent',
    async find(limit) {
      const ids = recentLeads().slice(0, limit);
      if (ids.length === 0) return [];
      const cards = await api.Leads.Cards(ids);
      return (cards ?? []).map((card) => record(card, ''));
    },
  },
  note: () => (pending.count > 0 ? t('lead.search.pending', { count: pending.count }) : undefined),
};

function record(card: Card, match: string): FoundRecord {
  const stage = card.archivedAt ? t('lead.archived') : session.stage(card.stageId)?.name;
  return {
    id: card.id,
    title: card.name,
    subtitle: [match, aboutLine(card), stage].filter(Boolean).join(' · '),
    icon: card.archivedAt ? Archive : UserRound,
    open: () => router.go(`/lead/${card.id}`),
  };
}

/** What matched, unless the line shows it anyway: "(11) 98527-0593", "CPF/CNPJ". */
export function matched({ card, field }: Hit, query: string): string {
  switch (field) {
    case 'phone': {
      // A further phone isn't on the card: then only its name is known here.
      const digits = query.replace(/\D/g, '');
      return card.phone.includes(digits) ? phone(card.phone) : fieldName('phones');
    }
    case 'email': {
      const word = query.trim().toLowerCase().split(/\s+/)[0]!;
      return card.email.includes(word) ? card.email : fieldName('emails');
    }
    case 'company':
      return card.company;
    case 'plate':
      return plateText(card.plate);
    case 'document':
      return fieldName('document');
    case 'subject':
      return card.subject;
    default:
      return '';
  }
}
