import { api, on, type ServerStatus } from '../../bridge';
import { Live } from '../../shared/stores';

/** Before Go has answered, and on a PC that is no server. */
const OFF: ServerStatus = {
  phase: 'off',
  failure: null,
  pc: '',
  address: '',
  port: 0,
  search: 0,
  pcs: 0,
  code: null,
};

/** This PC as the shop's server, as Go says it. Reactive. */
class ShopServer {
  #live = new Live(() => api.ShopServer.Status());

  get status(): ServerStatus {
    return this.#live.value ?? OFF;
  }
  /** It is the server, or should be. */
  get here(): boolean {
    return this.status.phase !== 'off';
  }

  refresh(): Promise<void> {
    return this.#live.refresh();
  }

  /** Follows Go; the answer stops it. */
  follow(): () => void {
    const again = () => void this.refresh();
    again();
    const offs = [on('server', again), on('sync', again), on('events.lost', again)];
    return () => offs.forEach((off) => off());
  }
}

export const server = new ShopServer();
