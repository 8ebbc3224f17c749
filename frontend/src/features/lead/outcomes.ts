import { t, type Key } from '../../shared/i18n/index.svelte';

// What is most often said of each kind, so that one click says it.
const OUTCOMES: Readonly<Record<string, readonly Key[]>> = {
  call: ['lead.outcome.talked', 'lead.outcome.no_answer', 'lead.outcome.call_back'],
  message: ['lead.outcome.replied', 'lead.outcome.no_reply'],
  email: ['lead.outcome.replied', 'lead.outcome.no_reply'],
  visit: ['lead.outcome.came', 'lead.outcome.no_show', 'lead.outcome.postponed'],
  test_drive: ['lead.outcome.liked', 'lead.outcome.disliked', 'lead.outcome.no_show'],
};

/** Outcomes that are one click away for a kind of activity. */
export function outcomes(kind: string): string[] {
  return (OUTCOMES[kind] ?? []).map((key) => t(key));
}
