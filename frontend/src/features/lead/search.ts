import Archive from '@lucide/svelte/icons/archive';
import StickyNote from '@lucide/svelte/icons/sticky-note';
import UserRound from '@lucide/svelte/icons/user-round';
import { api, type Card, type Hit } from '../../bridge';
import type { FoundRecord, SearchProvider } from '../../shared/feature';
import { dayLabel, dayOf, phone, plateText } from '../../shared/format';
import { t } from '../../shared/i18n/index.svelte';
import { aboutLine, activityName } from '../../shared/leads/card';
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
    pending.leads = left;
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
  note: () => (pending.leads > 0 ? t('lead.search.pending', { count: pending.leads }) : undefined),
};

/** Notes shown: who wants more says more. */
const NOTES = 8;

/** Activities for the palette: found by what somebody wrote of them. */
export const noteSearch: SearchProvider = {
  group: 'lead.search.notes',
  async find(query, limit) {
    const { hits, pending: left } = await api.Search.Notes(query, Math.min(limit, NOTES));
    pending.notes = left;
    return (hits ?? []).map(({ card, activityId, kind, at, snippet }) => ({
      id: activityId,
      title: card.name,
      subtitle: [
        activityName(kind),
        at > 0 && dayLabel(dayOf(at, session.zone), dayOf(Date.now(), session.zone)),
        card.archivedAt > 0 && t('lead.archived'),
      ]
        .filter(Boolean)
        .join(' · '),
      snippet,
      icon: card.archivedAt ? Archive : StickyNote,
      open: () => router.go(`/lead/${card.id}`),
    }));
  },
  note: () =>
    pending.notes > 0 ? t('lead.search.notes_pending', { count: pending.notes }) : undefined,
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
