import { api, inWindow, type Drawing, type DrawMode } from '../../bridge';

const NOWHERE: Drawing = {
  choices: [],
  running: 'software',
  next: 'software',
  trial: false,
  failed: '',
};

/** How the window draws: a matter of this device, and of some systems only. Reactive. */
class WindowDrawing {
  #state = $state.raw(NOWHERE);

  /** Empty where nothing can be chosen. */
  get choices(): readonly DrawMode[] {
    return this.#state.choices;
  }
  /** What is on trial counts as chosen. */
  get chosen(): DrawMode {
    return this.#state.trial ? this.#state.running : this.#state.next;
  }
  get trial(): boolean {
    return this.#state.trial;
  }
  get running(): DrawMode {
    return this.#state.running;
  }
  /** The last start's trial went unanswered. */
  get failed(): boolean {
    return this.#state.failed !== '';
  }
  /** The choice comes with the next start. */
  get waiting(): boolean {
    return this.chosen !== this.#state.running;
  }

  async load(): Promise<void> {
    if (inWindow()) this.#state = await api.Native.Drawing();
  }

  async choose(mode: DrawMode): Promise<void> {
    await api.Native.ChooseDrawing(mode);
    this.#state = await api.Native.Drawing();
  }

  /** It has been read that the last start's trial went unanswered. */
  dismiss(): void {
    this.#state = { ...this.#state, failed: '' };
  }
}

export const drawing = new WindowDrawing();
