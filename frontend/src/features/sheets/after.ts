import { api, Failure, type Job } from '../../bridge';
import { undo } from '../../shared/stores';
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
 * Takes back what the import of a file brought in. Undo takes back the last
 * operation, so it is refused when something else was done since: that would
 * be taken back instead.
 */
export async function undoImport(fileName: string): Promise<void> {
  const [last] = await api.History.List(1);
  if (last?.label !== 'import' || last.undone || last.params?.file !== fileName)
    throw new Failure('sheets.undo_not_last');
  await undo();
}
