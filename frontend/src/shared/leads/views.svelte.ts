import type { Filter } from '../../bridge';
import { keep, remember } from '../stores/device';
import { session } from '../stores/session.svelte';
import { filters } from './filter.svelte';

/** The views above board and list: all of a pipeline, or what needs somebody. */
export const VIEWS = ['all', 'mine', 'overdue', 'none', 'unread'] as const;
export type View = (typeof VIEWS)[number];

/** The view of a name in the address; `all` for any other. */
export function viewOf(name: string | undefined): View {
  return VIEWS.find((view) => view === name) ?? 'all';
}

/** A filter narrowed to a view. What the view says wins over what the filter says of the same field. */
export function inView(filter: Filter, view: View, actingUserId: string): Filter {
  switch (view) {
    case 'mine':
      return { ...filter, ownerIds: [actingUserId] };
    case 'overdue':
    case 'none':
      return { ...filter, activity: view };
    case 'unread':
      return { ...filter, unread: true };
    default:
      return filter;
  }
}

/** The pipeline and the view that board and list show; kept on this device. Reactive. */
class Viewing {
  #pipeline = $state<string | undefined>(undefined);
  #view = $state<View | undefined>(undefined);

  /** The pipeline last shown; the first one when that is gone or hidden. */
  get pipelineId(): string {
    const wanted = this.#pipeline ?? remember('pipeline', '');
    const all = session.state.pipelines.filter((pipeline) => !pipeline.retired);
    return (all.find((pipeline) => pipeline.id === wanted) ?? all[0])?.id ?? '';
  }

  get view(): View {
    return this.#view ?? viewOf(remember('view', 'all'));
  }

  /** What the pipeline's filter and the view let through. */
  get filter(): Filter {
    return inView(filters.of(this.pipelineId), this.view, session.state.actingUserId);
  }

  go(pipelineId: string, view: View): void {
    if (pipelineId !== this.pipelineId) {
      this.#pipeline = pipelineId;
      keep('pipeline', pipelineId);
    }
    if (view !== this.view) {
      this.#view = view;
      keep('view', view);
    }
  }
}

export const viewing = new Viewing();
