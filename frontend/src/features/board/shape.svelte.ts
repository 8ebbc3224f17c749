import type { Stage } from '../../bridge';
import { keep, remember } from '../../shared/stores';

type Look = 'open' | 'collapsed' | 'hidden';

const KEPT = 'board.stages';

/**
 * Which stages are open, collapsed to a strip or hidden, on this device. A stage
 * that nobody touched is open; where lost leads end, it is a strip when there is
 * no room for all. Reactive.
 */
class Shape {
  #changed = $state.raw<Readonly<Record<string, Look>> | undefined>(undefined);

  get #looks(): Readonly<Record<string, Look>> {
    return this.#changed ?? remember<Record<string, Look>>(KEPT, {});
  }

  of(stage: Pick<Stage, 'id' | 'kind'>, roomForAll: boolean): Look {
    const byItself = !roomForAll && (stage.kind === 'lost' || stage.kind === 'discarded');
    return this.#looks[stage.id] ?? (byItself ? 'collapsed' : 'open');
  }

  hidden(stage: Pick<Stage, 'id'>): boolean {
    return this.#looks[stage.id] === 'hidden';
  }

  set(stageId: string, look: Look): void {
    this.#changed = { ...this.#looks, [stageId]: look };
    keep(KEPT, this.#changed);
  }
}

export const shape = new Shape();
