import type { View } from '../../shared/leads';

/** The address of a pipeline's board in a view. */
export function boardPath(pipelineId: string, view: View): string {
  return `#/board/${pipelineId}${view === 'all' ? '' : `?view=${view}`}`;
}
