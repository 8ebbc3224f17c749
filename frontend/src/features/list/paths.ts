import type { View } from '../../shared/leads/views.svelte';

/** The address of the list of a pipeline in a view. */
export function listPath(pipelineId: string, view: View): string {
  return `#/list/${pipelineId}${view === 'all' ? '' : `?view=${view}`}`;
}

/** The address of a pipeline's archive. */
export function archivePath(pipelineId: string): string {
  return `#/list/${pipelineId}?view=archived`;
}
