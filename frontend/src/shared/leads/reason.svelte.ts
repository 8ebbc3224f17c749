import type { Stage } from '../../bridge';

export interface ChosenReason {
  reasonId: string;
  reasonNote: string;
}

interface Ask {
  stage: Stage;
  /** Whose lead it is when it is one; how many when there are several. */
  name: string;
  count: number;
  answer: (reason: ChosenReason | undefined) => void;
}

/** The question why leads go where they end. One at a time; its dialog is drawn by an overlay. */
class ReasonAsk {
  #current = $state.raw<Ask | undefined>(undefined);

  get current(): Ask | undefined {
    return this.#current;
  }

  /** The reason that the person chose; undefined when they gave up. */
  ask(stage: Stage, name: string, count: number): Promise<ChosenReason | undefined> {
    this.give(undefined);
    return new Promise((answer) => {
      this.#current = { stage, name, count, answer };
    });
  }

  give(reason: ChosenReason | undefined): void {
    const asked = this.#current;
    this.#current = undefined;
    asked?.answer(reason);
  }
}

export const reasonAsk = new ReasonAsk();

/** True for stages whose leads need a reason to enter. */
export function needsReason(stage: Stage): boolean {
  return stage.kind === 'won' || stage.kind === 'lost' || stage.kind === 'discarded';
}
