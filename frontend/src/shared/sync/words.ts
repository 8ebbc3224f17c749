import type { SyncStatus } from '../../bridge';
import { explain } from '../errors';
import { momentLabel } from '../format';
import { t } from '../i18n/index.svelte';

/** How a state looks: all is well, work goes on, waiting for the network, or for a person. */
export type SyncTone = 'fine' | 'busy' | 'away' | 'stopped';

export interface SyncWords {
  tone: SyncTone;
  /** A few words for the top bar. */
  chip: string;
  /** One or two sentences. */
  sentence: string;
}

/** A state of sync in plain words. */
export function syncWords(status: SyncStatus): SyncWords {
  if (status.detached)
    return { tone: 'stopped', chip: t('sync.chip.detached'), sentence: t('sync.state.detached') };
  if (!status.joined)
    return { tone: 'fine', chip: t('sync.chip.alone'), sentence: t('sync.state.alone') };
  switch (status.phase) {
    case 'offline':
      return {
        tone: 'away',
        chip: t('sync.chip.offline', { count: status.waiting }),
        sentence: t('sync.state.offline'),
      };
    case 'stopped':
    case 'removals':
      return {
        tone: 'stopped',
        chip: t('sync.chip.stopped', { why: why(status) }),
        sentence: stopped(status),
      };
  }
  // In agreement only once all that is here has gone.
  return status.phase === 'idle' && status.synced > 0 && status.waiting === 0
    ? { tone: 'fine', chip: t('sync.chip.synced'), sentence: t('sync.state.synced') }
    : { tone: 'busy', chip: t('sync.chip.syncing'), sentence: t('sync.state.syncing') };
}

function why({ phase, failure }: SyncStatus): string {
  if (phase === 'removals') return t('sync.why.removals');
  switch (failure?.code) {
    case 'sync.revoked':
    case 'sync.unknown_device':
      return t('sync.why.code');
    case 'sync.client_old':
      return t('sync.why.client_old');
    case 'sync.hub_old':
      return t('sync.why.hub_old');
    case 'sync.certificate':
      return t('sync.why.certificate');
    default:
      return t('sync.why.other');
  }
}

function stopped({ phase, failure }: SyncStatus): string {
  const { removed, held } = failure?.params ?? {};
  if (phase === 'removals' && removed && held)
    return t('sync.removals', { removed: Number(removed), held: Number(held) });
  return explain(failure ?? undefined).text;
}

/** What waits and since when; '' for nothing. */
export function waitingText(status: SyncStatus, zone: string, now: number): string {
  const { waiting: count, since } = status;
  if (count === 0) return '';
  return since > 0
    ? t('sync.waiting_since', { count, when: momentLabel(since, zone, now) })
    : t('sync.waiting', { count });
}

/** When this device last agreed with the hub. */
export function lastText(status: SyncStatus, zone: string, now: number): string {
  return status.synced > 0
    ? t('sync.last', { when: momentLabel(status.synced, zone, now) })
    : t('sync.last_never');
}
