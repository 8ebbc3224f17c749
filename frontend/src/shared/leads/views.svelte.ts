import type { Filter, SavedView } from '../../bridge';
import { t } from '../i18n/index.svelte';
import { keep, remember } from '../stores/device';
import { session } from '../stores/session.svelte';
import { filters } from './filter.svelte';

/** The views above board and list: all of a pipeline, or what needs somebody. */
export const VIEWS = ['all', 'mine', 'overdue', 'none', 'unread', 'winback'] as const;

/** One of them, or the id of a saved one. */
export type View = (typeof VIEWS)[number] | (string & {});

/** The view of a name in a pipeline's address; `all` for any other. */
export function viewOf(name = '', pipelineId = ''): View {
  return (VIEWS as readonly string[]).includes(name) || savedView(name, pipelineId) ? name : 'all';
}

/** The saved view of an id, when it is one of a pipeline's. */
export function savedView(view: View, pipelineId: string): SavedView | undefined {
  const saved = session.view(view);
  return saved?.pipelineId === pipelineId ? saved : undefined;
}

/** The saved views of a pipeline, in the order of their tabs. */
export function savedViews(pipelineId: string): SavedView[] {
  return session.state.views.filter((view) => view.pipelineId === pipelineId);
}

/** Whether a pipeline has leads that can be won back. */
export function losesLeads(pipelineId: string): boolean {
  return session.stagesOf(pipelineId).some((stage) => stage.kind === 'lost');
}

/** What a view is called; '' for all of a pipeline. */
export function viewName(view: View): string {
  const ready = VIEWS.find((one) => one === view);
  if (ready === 'all') return '';
  return ready ? t(`leads.view.${ready}`) : (session.view(view)?.name ?? '');
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
    case 'winback':
      return { ...filter, winback: true };
    default:
      return filter;
  }
}

/** The pipeline and the view that board and list show; kept on this device. Reactive. */
class Viewing {
  #pipeline = $state<string | undefined>(undefined);
  #view = $state<View | undefined>(undefined);
  /** True while the list shows the archive, which no view narrows. */
  archive = $state(false);

  /** The pipeline last shown; the first one when that is gone or hidden. */
  get pipelineId(): string {
    const wanted = this.#pipeline ?? remember('pipeline', '');
    const all = session.state.pipelines.filter((pipeline) => !pipeline.retired);
    return (all.find((pipeline) => pipeline.id === wanted) ?? all[0])?.id ?? '';
  }

  get view(): View {
    return viewOf(this.#view ?? remember<string>('view', 'all'), this.pipelineId);
  }

  /** The saved view that is shown; undefined for the ready ones, and in the archive. */
  get saved(): SavedView | undefined {
    return this.archive ? undefined : savedView(this.view, this.pipelineId);
  }

  /** What the pipeline's filter and the view let through. */
  get filter(): Filter {
    return inView(filters.of(this.pipelineId, this.saved), this.view, session.state.actingUserId);
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
