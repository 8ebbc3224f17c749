import type { Done } from './records';
import type { Refusal } from './settings';

/**
 * What the sync of this device is at: no device of a workspace, in agreement as
 * far as is known, speaking with the hub, not reaching it, refused by it, or
 * stopped until somebody says yes to what would go from here.
 */
export type SyncPhase = 'off' | 'idle' | 'syncing' | 'offline' | 'stopped' | 'removals';

/** How this device agrees with the others. */
export interface SyncStatus {
  phase: SyncPhase;
  /** Why it stopped, or what failed last. */
  failure: Refusal | null;
  /** This installation is a device of a workspace. */
  joined: boolean;
  /** The data belong to a workspace that this installation is no device of. */
  detached: boolean;
  /** This device's name. */
  device: string;
  /** `host:port` */
  hub: string;
  /** Records with changes that the hub hasn't taken. */
  waiting: number;
  /** ms UTC of the oldest of them, 0 when not known. */
  since: number;
  /** ms UTC of the last whole agreement, 0 before the first of this run. */
  synced: number;
  /** Records in which a person is to choose. */
  conflicts: number;
  /** Writes that the hub refused and nobody has read. */
  refused: number;
}

/** A field of which somebody is to choose a value. */
export interface Conflict {
  /** The record's table: `leads`, `contacts` … */
  kind: string;
  id: string;
  /** json name; `deleted` of a deletion */
  field: string;
  /** Of a set: the phone, e-mail or tag. */
  element: string;
  /** Names the field to who resolves it. */
  key: string;
  /** The one that is shown first. */
  values: ConflictValue[];
}

export interface ConflictValue {
  /** As a timeline shows it. */
  value: string;
  /** Names the write to who resolves the conflict. */
  write: string;
  /** ms UTC */
  at: number;
  /** The PC that wrote it, and whether it was this one. */
  replica: number;
  here: boolean;
  /** What another PC is called; '' when not known. */
  device: string;
  /** Who acted; of what another PC wrote, whose that is; '' when not known. */
  userId: string;
}

/** A PC of the workspace. */
export interface SyncDevice {
  number: number;
  name: string;
  /** Whose it is; '' of nobody. */
  userId: string;
  state: 'active' | 'revoked';
  /** This PC. */
  here: boolean;
  /** ms UTC */
  joined: number;
  /** ms UTC, when the hub last heard of it; 0 never. */
  seen: number;
}

/** The PCs of the workspace as the hub last told them. */
export interface SyncDevices {
  /** By name. */
  list: SyncDevice[];
  /** This PC may revoke others. */
  manages: boolean;
  /** ms UTC, when; 0 never. */
  told: number;
  /** Why it is not of now. */
  failure: Refusal | null;
}

/** What a person wrote and the hub did not take. */
export interface RefusedWrite {
  id: number;
  /** '' of one that this program doesn't know */
  kind: string;
  recordId: string;
  field: string;
  element: string;
  value: string;
  /** ms UTC of the write */
  at: number;
  /** ms UTC of its refusal */
  filed: number;
  /** A code with a sentence of its own. */
  reason: string;
}

/** Names a record by its table and its id. */
export interface RecordRef {
  kind: string;
  id: string;
}

/** Whom a record is about; '' for nobody, or none that is there. */
export interface Customer {
  name: string;
  leadId: string;
}

declare module './api' {
  interface Api {
    Sync: {
      /** Ask again on the event `sync`. */
      Status(): Promise<SyncStatus>;
      /** anew begins with the hub's leads: those that are here stay in a backup. */
      Join(code: string, name: string, anew: boolean): Promise<void>;
      Leave(): Promise<void>;
      /** Asks the hub; where that isn't reached, the answer is as it was last told. */
      Devices(): Promise<SyncDevices>;
      /** Ends another PC's access. */
      RevokeDevice(number: number): Promise<void>;
      Now(): Promise<void>;
      AllowRemovals(): Promise<void>;
      Conflicts(): Promise<Conflict[]>;
      /** choice is the write of one of the values; of a deletion, '' keeps the record. */
      Resolve(id: string, key: string, choice: string): Promise<Done>;
      Refused(): Promise<RefusedWrite[]>;
      DismissRefused(id: number): Promise<void>;
      RewriteRefused(id: number): Promise<Done>;
      /** In the order of what was asked. */
      Customers(records: RecordRef[]): Promise<Customer[]>;
    };
  }
}
