import { api, type SavedView } from '../../bridge';
import { session, toastDone, toastFailure } from '../stores';
import { filters } from './filter.svelte';
import { savedViews, viewing } from './views.svelte';

/** The question under which name a view is kept: a new one, or one that is there. */
class ViewAsk {
  #current = $state.raw<{ view: SavedView } | undefined>(undefined);

  get current(): { view: SavedView } | undefined {
    return this.#current;
  }

  ask(view: SavedView): void {
    this.#current = { view };
  }

  close(): void {
    this.#current = undefined;
  }
}

export const viewAsk = new ViewAsk();

/** Asks for the name of a view that keeps what the page shows. */
export function askView(): void {
  const { pipelineId, filter } = viewing;
  viewAsk.ask({
    id: '',
    name: '',
    pipelineId,
    userId: session.state.actingUserId,
    shared: false,
    pos: 0,
    filter: JSON.stringify(filter),
  });
}

/** Keeps in a view what it shows now. */
export async function saveView(view: SavedView): Promise<void> {
  const filter = filters.of(view.pipelineId, view);
  await said(async () => {
    const done = await api.Settings.SaveView({ ...view, filter: JSON.stringify(filter) });
    await session.load();
    filters.reset(view);
    return done;
  });
}

/** Puts a view so many tabs further along. */
export async function moveView(view: SavedView, by: number): Promise<void> {
  const at = savedViews(view.pipelineId).findIndex(({ id }) => id === view.id);
  await said(() => api.Settings.PlaceView(view.id, Math.max(0, at + by)));
}

/** Whether a view has another one beside it. */
export function hasBeside(view: SavedView | undefined, by: number): boolean {
  if (!view) return false;
  const all = savedViews(view.pipelineId);
  return all[all.findIndex(({ id }) => id === view.id) + by] !== undefined;
}

/** Deletes a view; undoing it brings the tab back. */
export async function deleteView(view: SavedView): Promise<void> {
  await said(() => api.Settings.DeleteView(view.id));
}

async function said(write: () => ReturnType<typeof api.Settings.SaveView>): Promise<void> {
  try {
    toastDone(await write());
  } catch (thrown) {
    toastFailure(thrown);
  }
}
