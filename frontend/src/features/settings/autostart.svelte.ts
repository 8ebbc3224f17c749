import { api, type Autostart } from '../../bridge';

/** Whether the program starts with this PC, where that can be chosen. Reactive. */
class WithThePC {
  #state = $state.raw<Autostart>({ offered: false, on: false });

  get offered(): boolean {
    return this.#state.offered;
  }
  get on(): boolean {
    return this.#state.on;
  }

  async load(): Promise<void> {
    this.#state = await api.Native.Autostart();
  }

  async choose(on: boolean): Promise<void> {
    await api.Native.SetAutostart(on);
    await this.load();
  }
}

export const autostart = new WithThePC();
