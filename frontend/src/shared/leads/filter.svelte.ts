import type { Filter } from '../../bridge';
import { keep, remember } from '../stores/device';

const KEPT = 'filters';

/** A filter that narrows to a pipeline ('' for all of them) and to nothing else. */
export function openFilter(pipelineId: string): Filter {
  return {
    pipelineId,
    stageIds: [],
    ownerIds: [],
    sourceIds: [],
    tagIds: [],
    createdFrom: '',
    createdTo: '',
    unread: false,
    activity: '',
    quiet: false,
    archived: false,
    importId: '',
    timeframes: [],
    qualifications: [],
    fields: [],
  };
}

/** How many of a filter's fields narrow anything; pipeline and archive are places, not filters. */
export function narrowedFields(filter: Filter): number {
  return [
    filter.stageIds.length > 0,
    filter.ownerIds.length > 0,
    filter.sourceIds.length > 0,
    filter.tagIds.length > 0,
    filter.createdFrom !== '' || filter.createdTo !== '',
    filter.unread,
    filter.activity !== '',
    filter.quiet,
    filter.importId !== '',
    filter.timeframes.length > 0,
    filter.qualifications.length > 0,
    ...(filter.fields ?? []),
  ].filter(Boolean).length;
}

/** The filter of each pipeline, the same on board and list; kept on this device. Reactive. */
class Filters {
  // undefined until something changes: the device's state is read when asked,
  // because it is not there yet when this module loads.
  #changed = $state.raw<Readonly<Record<string, Partial<Filter>>> | undefined>(undefined);

  get #all(): Readonly<Record<string, Partial<Filter>>> {
    return this.#changed ?? remember<Record<string, Partial<Filter>>>(KEPT, {});
  }

  of(pipelineId: string): Filter {
    return { ...openFilter(pipelineId), ...this.#all[pipelineId] };
  }

  change(pipelineId: string, changes: Partial<Omit<Filter, 'pipelineId'>>): void {
    this.#put(pipelineId, { ...this.#all[pipelineId], ...changes });
  }

  clear(pipelineId: string): void {
    this.#put(pipelineId, {});
  }

  #put(pipelineId: string, filter: Partial<Filter>): void {
    this.#changed = { ...this.#all, [pipelineId]: filter };
    keep(KEPT, this.#changed);
  }
}

export const filters = new Filters();
