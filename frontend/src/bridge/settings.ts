import type { Done, Reason, Shop, Source, Tag, User } from './records';

/** What the first run asks. */
export interface First {
  /** pt-BR, en or es. */
  language: string;
  shopName: string;
  userName: string;
}

/** A whole, checked copy of the database at one moment. */
export interface Snapshot {
  id: string;
  /** ms UTC */
  at: number;
  bytes: number;
  /** `daily`, `hourly`, `migration`, `manual`, `restore`, `join`. */
  kind: string;
}

/** What a person should know of the copies. */
export interface BackupStatus {
  /** The second folder, '' when none was picked. */
  folder: string;
  /** The newest first. */
  snapshots: Snapshot[];
  /** ms UTC of the newest, 0 when there is none. */
  lastAt: number;
  /** ms UTC of the newest in the second folder, 0 when there is none. */
  copiedAt: number;
  /** Why the last automatic copy failed. */
  error: Refusal | null;
}

/** An error that is part of an answer: a code, the field it is about, values for its sentence. */
export interface Refusal {
  code: string;
  field?: string;
  params?: Record<string, string>;
}

declare module './api' {
  interface Api {
    Setup: {
      Start(first: First): Promise<void>;
      AddSample(): Promise<Done>;
      ClearSample(): Promise<Done>;
    };
    /** An empty id makes a new one. */
    Settings: {
      SaveShop(shop: Shop): Promise<Done>;
      SaveUser(user: User): Promise<Done>;
      SaveSource(source: Source): Promise<Done>;
      SaveTag(tag: Tag): Promise<Done>;
      SaveReason(reason: Reason): Promise<Done>;
      ShowPipeline(id: string, shown: boolean): Promise<Done>;
    };
    Backups: {
      Status(): Promise<BackupStatus>;
      Make(): Promise<Snapshot>;
      /** How many leads a copy holds. */
      Leads(snapshotID: string): Promise<number>;
      Restore(snapshotID: string): Promise<void>;
      RestoreFile(handle: string): Promise<void>;
      /** The second folder; '' for none. */
      SetFolder(handle: string): Promise<BackupStatus>;
    };
  }
}
