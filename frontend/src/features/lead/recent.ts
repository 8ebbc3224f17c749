import { keep, remember } from '../../shared/stores';

const KEPT = 'recentLeads';
const MOST = 10;

/** Leads opened last on this device, the latest first. */
export function recentLeads(): string[] {
  return remember<string[]>(KEPT, []);
}

/** Notes that a lead was opened. */
export function noteOpened(id: string): void {
  keep(KEPT, [id, ...recentLeads().filter((other) => other !== id)].slice(0, MOST));
}
