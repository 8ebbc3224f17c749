import { api, on, type SyncStatus } from '../../bridge';
import { Live } from '../stores/live.svelte';

/** Before Go has answered, and on a PC that works alone. */
export const ALONE: SyncStatus = {
  phase: 'off',
  failure: null,
  joined: false,
  detached: false,
  device: '',
  hub: '',
  waiting: 0,
  since: 0,
  synced: 0,
  conflicts: 0,
  refused: 0,
};

// A sync after a write takes a moment that nobody has to be told of.
const CALM_MS = 800;

/** How this device agrees with the others, as Go says it. Reactive. */
export class Syncing {
  #live = new Live(() => api.Sync.Status());
  /** What is shown while a sync has only begun. */
  #before = $state.raw<SyncStatus | undefined>(undefined);
  #calm: ReturnType<typeof setTimeout> | undefined;

  get status(): SyncStatus {
    return this.#before ?? this.#live.value ?? ALONE;
  }

  /** Asks Go again. */
  async refresh(): Promise<void> {
    const shown = this.status;
    await this.#live.refresh();
    const now = this.#live.value;
    if (now?.phase !== 'syncing' || !shown.joined || shown.phase === 'syncing') {
      clearTimeout(this.#calm);
      this.#calm = undefined;
      this.#before = undefined;
    } else if (this.#calm === undefined) {
      this.#before = shown;
      this.#calm = setTimeout(() => (this.#before = undefined), CALM_MS);
    }
  }

  /** Follows Go; the answer stops it. */
  start(): () => void {
    let frame = 0;
    // However many events fall into a frame, they are one question.
    const soon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        void this.refresh();
      });
    };
    void this.refresh();
    const offs = [on('sync', soon), on('change', soon), on('events.lost', soon)];
    return () => {
      cancelAnimationFrame(frame);
      offs.forEach((off) => off());
    };
  }
}

export const syncing = new Syncing();
