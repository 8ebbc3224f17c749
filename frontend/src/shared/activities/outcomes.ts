import { t, type Key } from '../i18n/index.svelte';

// What is most often said of each kind, so that one click says it.
const OUTCOMES: Readonly<Record<string, readonly Key[]>> = {
  call: [
    'activities.outcome.talked',
    'activities.outcome.no_answer',
    'activities.outcome.call_back',
  ],
  message: ['activities.outcome.replied', 'activities.outcome.no_reply'],
  email: ['activities.outcome.replied', 'activities.outcome.no_reply'],
  visit: ['activities.outcome.came', 'activities.outcome.no_show', 'activities.outcome.postponed'],
  test_drive: [
    'activities.outcome.liked',
    'activities.outcome.disliked',
    'activities.outcome.no_show',
  ],
};

/** Outcomes that are one click away for a kind of activity. */
export function outcomes(kind: string): string[] {
  return (OUTCOMES[kind] ?? []).map((key) => t(key));
}
