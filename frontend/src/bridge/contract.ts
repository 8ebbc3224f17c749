/**
 * Holds the shapes of this folder to those that Go generates (`make bindings`):
 * svelte-check fails at `agreed` when a method, a field or a type differs. What
 * is hand-written may say more, such as which words a string can be.
 */
import type { Api } from './api';

type Generated = {
  Agenda: typeof import('./wailsjs/go/api/Agenda');
  Activities: typeof import('./wailsjs/go/api/Activities');
  Attachments: typeof import('./wailsjs/go/api/Attachments');
  Backups: typeof import('./wailsjs/go/api/Backups');
  Board: typeof import('./wailsjs/go/api/Board');
  Contacts: typeof import('./wailsjs/go/api/Contacts');
  Duplicates: typeof import('./wailsjs/go/api/Duplicates');
  Device: typeof import('./wailsjs/go/api/Device');
  History: typeof import('./wailsjs/go/api/History');
  Leads: typeof import('./wailsjs/go/api/Leads');
  Native: typeof import('./wailsjs/go/api/Native');
  Reminders: typeof import('./wailsjs/go/api/Reminders');
  Search: typeof import('./wailsjs/go/api/Search');
  Session: typeof import('./wailsjs/go/api/Session');
  Settings: typeof import('./wailsjs/go/api/Settings');
  Setup: typeof import('./wailsjs/go/api/Setup');
  Sheets: typeof import('./wailsjs/go/api/Sheets');
  ShopServer: typeof import('./wailsjs/go/api/ShopServer');
  Sync: typeof import('./wailsjs/go/api/Sync');
};

/** A type with its finer words taken off: what Go can tell of it. */
type Rough<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly (infer U)[]
        ? Rough<U>[]
        : T extends object
          ? { [K in keyof T]-?: Rough<NonNullable<T[K]>> }
          : T;

/** What a method answers or takes without agreement, or nothing. */
type Clash<H, G> = H extends (...args: infer HA) => Promise<infer HR>
  ? G extends (...args: infer GA) => Promise<infer GR>
    ? Rough<HA> extends Rough<GA>
      ? Rough<GR> extends Rough<HR>
        ? never
        : 'answer'
      : HR extends void
        ? never
        : 'arguments'
    : 'missing in Go'
  : never;

type Clashes = {
  [S in keyof Api & keyof Generated]: {
    [M in keyof Api[S]]: M extends keyof Generated[S]
      ? Clash<Api[S][M], Generated[S][M]> extends never
        ? never
        : `${S}.${M & string}: ${Clash<Api[S][M], Generated[S][M]>}`
      : `${S}.${M & string}: missing in Go`;
  }[keyof Api[S]];
}[keyof Api & keyof Generated];

type Unknown = Exclude<keyof Api, keyof Generated>;

/** Names what clashes when something does. */
export const agreed: [Clashes | Unknown] extends [never] ? true : Clashes | Unknown = true;
