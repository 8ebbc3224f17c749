import type { Card, Done, Selection } from '../../bridge';

/** What of a lead the dialog begins with. */
export type Converting = Pick<Card, 'id' | 'name' | 'valueCents' | 'vehicle'>;

interface Ask {
  chosen: Selection;
  count: number;
  /** The lead when it is one. */
  lead: Converting | undefined;
  answer: (done: Done | undefined) => void;
}

/** The question how qualified leads go on in sales. One at a time; its dialog is drawn by an overlay. */
class ConvertAsk {
  #current = $state.raw<Ask | undefined>(undefined);

  get current(): Ask | undefined {
    return this.#current;
  }

  /** What was done; undefined when the person gave up. */
  ask(chosen: Selection, count: number, lead?: Converting | undefined): Promise<Done | undefined> {
    this.give(undefined);
    return new Promise((answer) => {
      this.#current = { chosen, count, lead, answer };
    });
  }

  give(done: Done | undefined): void {
    const asked = this.#current;
    this.#current = undefined;
    asked?.answer(done);
  }
}

export const convertAsk = new ConvertAsk();
