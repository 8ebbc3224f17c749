import type { Done, Selection } from '../../bridge';
import { syncing } from '../sync/status.svelte';

interface Ask {
  chosen: Selection;
  count: number;
  /** Whose lead it is when it is one. */
  name: string;
  answer: (done: Done | undefined) => void;
}

/** The question whether leads of the archive are to go for good; its dialog is drawn by an overlay. */
class PurgeAsk {
  #current = $state.raw<Ask | undefined>(undefined);

  get current(): Ask | undefined {
    return this.#current;
  }

  /** What several PCs have, only the server erases from all of them. */
  get offered(): boolean {
    return !syncing.status.joined;
  }

  /** What was done; undefined when the person gave up. */
  ask(chosen: Selection, count: number, name = ''): Promise<Done | undefined> {
    this.give(undefined);
    return new Promise((answer) => {
      this.#current = { chosen, count, name, answer };
    });
  }

  give(done: Done | undefined): void {
    const asked = this.#current;
    this.#current = undefined;
    asked?.answer(done);
  }
}

export const purgeAsk = new PurgeAsk();
