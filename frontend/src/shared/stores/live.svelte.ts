import { on, type Change } from '../../bridge';

/**
 * Records on the screen that follow the database: loaded at once, loaded again
 * when a commit touches them. What was there stays until the new answer comes;
 * an older answer never overwrites a newer one.
 */
export class Live<T> {
  #value = $state.raw<T | undefined>(undefined);
  #failure = $state.raw<unknown>(undefined);
  #load: () => Promise<T>;
  #turn = 0;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** undefined until the first answer. */
  get value(): T | undefined {
    return this.#value;
  }
  /** What the last load threw; undefined when it went well. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Puts a value on the screen ahead of Go's answer (an optimistic change). */
  show(value: T): void {
    this.#turn += 1;
    this.#value = value;
  }

  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const value = await this.#load();
      if (turn !== this.#turn) return;
      this.#value = value;
      this.#failure = undefined;
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    }
  }
}

/**
 * A Live bound to the component that calls this: loads now, whenever what `load`
 * reads (reactively, before its first await) changes, and after each commit that
 * `touches` what is shown. Commits whose `all` is set always count.
 */
export function live<T>(load: () => Promise<T>, touches: (change: Change) => boolean): Live<T> {
  const it = new Live(load);
  $effect(() => {
    void it.refresh();
  });
  $effect(() => {
    let frame = 0;
    // However many commits fall into a frame, they are one load.
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        void it.refresh();
      });
    };
    const offs = [
      () => cancelAnimationFrame(frame),
      on('change', (change) => {
        if (change.all || touches(change)) soon();
      }),
      on('events.lost', soon),
    ];
    return () => offs.forEach((off) => off());
  });
  return it;
}
