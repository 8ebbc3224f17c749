import { api, type Job } from '../../bridge';
import { takeBack } from '../../shared/stores';
import { jobs } from './jobs.svelte';

/** Goes on with an import that was interrupted. */
export async function goOn(job: Job): Promise<void> {
  await api.Sheets.Resume(job.id);
  await jobs.load();
}

/** Gives up what is left of an interrupted import; what is in stays. */
export async function giveUp(job: Job): Promise<void> {
  await api.Sheets.Discard(job.id);
  jobs.forget(job.id);
}

/**
 * Takes back what an import brought in; what was changed since stays. False
 * when it couldn't, which was said.
 */
export async function undoImport(importID: string): Promise<boolean> {
  return takeBack(() => api.History.UndoImport(importID), 'shared.undone');
}
