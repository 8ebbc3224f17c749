import type { ListRequest } from '../../bridge';

/** A list of leads as it stands on the screen: what an export of it holds. */
export interface ShownList {
  /** Its filter and sort; offset and limit don't count. */
  request: ListRequest;
  /** In the order shown; ids as backend/transfer knows them, e.g. `name`, `stageSince`, `nextDue`. */
  columns: readonly { id: string; title: string }[];
  /** How many leads it holds. */
  count: number;
}

/** The list that the page shows now; undefined on pages without one. Reactive. */
class Shown {
  #list = $state.raw<ShownList | undefined>(undefined);

  get list(): ShownList | undefined {
    return this.#list;
  }

  /** Called by the page's effect; the answer takes the list away again. */
  put(list: ShownList): () => void {
    this.#list = list;
    return () => {
      if (this.#list === list) this.#list = undefined;
    };
  }
}

export const shown = new Shown();
