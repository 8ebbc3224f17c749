import type { Refusal } from './settings';

/** No server, on its way, at work, or one that should be on and isn't. */
export type ServerPhase = 'off' | 'starting' | 'on' | 'failed';

/** This PC as the server of its shop. */
export interface ServerStatus {
  phase: ServerPhase;
  /** Why it isn't on. */
  failure: Refusal | null;
  /** This PC's name; while it is off, a proposal. */
  pc: string;
  /** `host:port` where other PCs reach it; '' while it isn't on. */
  address: string;
  /** TCP, by which it syncs; 0 while it isn't on. */
  port: number;
  /** UDP, by which it is found; 0 when it isn't. */
  search: number;
  /** PCs that are connected to it, this one among them. */
  pcs: number;
  /** What was given out and is still good, or was used. */
  code: ShortCode | null;
}

/** Good for one PC, and for a while. */
export interface ShortCode {
  /** `XXXX-XXXX` */
  text: string;
  /** Whose PC it lets in. */
  userId: string;
  /** ms UTC */
  given: number;
  expires: number;
  /** A PC in the network has asked for it, with whatever code. */
  asked: boolean;
  /** A PC has joined by it. */
  used: boolean;
}

/** Somebody by the id, or somebody new by name. */
export interface Admitted {
  userId: string;
  name: string;
  role: string;
}

declare module './api' {
  interface Api {
    ShopServer: {
      /** Ask again on the event `server`. */
      Status(): Promise<ServerStatus>;
      /** name is this PC's, as others see it. */
      Start(name: string): Promise<void>;
      Stop(): Promise<void>;
      GiveCode(person: Admitted): Promise<ShortCode>;
      WithdrawCode(): Promise<void>;
    };
  }
}

declare module './events' {
  interface Events {
    /** This PC as the shop's server may have changed: ask ShopServer.Status again. */
    server: null;
  }
}
