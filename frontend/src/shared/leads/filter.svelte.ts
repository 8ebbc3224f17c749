import type { Filter, SavedView } from '../../bridge';
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
    winback: false,
    fields: [],
    or: [],
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
    filter.winback,
    ...(filter.fields ?? []),
    ...(filter.or ?? []),
  ].filter(Boolean).length;
}

/** What a saved view lets through, as it was saved; nothing narrows where that can't be read. */
export function savedFilter(view: SavedView): Filter {
  let kept: Partial<Filter> = {};
  try {
    const read: unknown = JSON.parse(view.filter);
    if (read && typeof read === 'object') kept = withoutNull(read);
  } catch {
    // A newer program's: it shows all until it is saved again.
  }
  return { ...openFilter(view.pipelineId), ...kept, pipelineId: view.pipelineId };
}

// A Go slice without entries arrives as null.
function withoutNull(read: object): Partial<Filter> {
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== null));
}

/**
 * The filter of each pipeline, the same on board and list, and what was changed
 * of a saved view and not saved yet; kept on this device. Reactive.
 */
class Filters {
  // undefined until something changes: the device's state is read when asked,
  // because it is not there yet when this module loads.
  #changed = $state.raw<Readonly<Record<string, Partial<Filter>>> | undefined>(undefined);

  get #all(): Readonly<Record<string, Partial<Filter>>> {
    return this.#changed ?? remember<Record<string, Partial<Filter>>>(KEPT, {});
  }

  /** A pipeline's filter; that of a saved view in its place. */
  of(pipelineId: string, view?: SavedView): Filter {
    if (view) {
      const changed = this.#all[view.id];
      return changed ? { ...openFilter(pipelineId), ...changed } : savedFilter(view);
    }
    return { ...openFilter(pipelineId), ...this.#all[pipelineId] };
  }

  change(pipelineId: string, changes: Partial<Omit<Filter, 'pipelineId'>>, view?: SavedView): void {
    const key = view?.id ?? pipelineId;
    const was = this.#all[key] ?? (view && savedFilter(view));
    this.#put(key, { ...was, ...changes, pipelineId });
  }

  clear(pipelineId: string, view?: SavedView): void {
    this.#put(view?.id ?? pipelineId, {});
  }

  /** True while a saved view shows something else than what was saved. */
  differs(view: SavedView): boolean {
    if (!this.#all[view.id]) return false;
    const text = (filter: Filter) => JSON.stringify(Object.entries(filter).sort());
    return text(this.of(view.pipelineId, view)) !== text(savedFilter(view));
  }

  /** Shows a saved view as it was saved. */
  reset(view: SavedView): void {
    const { [view.id]: _, ...others } = this.#all;
    this.#changed = others;
    keep(KEPT, others);
  }

  #put(key: string, filter: Partial<Filter>): void {
    this.#changed = { ...this.#all, [key]: filter };
    keep(KEPT, this.#changed);
  }
}

export const filters = new Filters();
