import type { CustomField, Done, Reason, SavedView, Shop, Source, Tag, User } from './records';

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

/** The fields of a stage that change. */
export interface StagePatch {
  name?: string;
  kind?: string;
  /** A token of the palette, '' for none. */
  color?: string;
  staleDays?: number;
  /** Percent, of an open stage. */
  probability?: number;
}

/** How many leads stand in a stage. */
export interface StageLeads {
  /** On the boards. */
  living: number;
  archived: number;
}

/** What the rules of a workspace can be. */
export interface Choices {
  /** ISO 4217 */
  currencies: string[];
  /** Fields that new leads may need. */
  required: string[];
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
      /** At an index among those in use of its kind. */
      PlaceReason(id: string, index: number): Promise<Done>;
      /** It begins with the stages of the ready one of its kind. */
      AddPipeline(name: string, kind: string): Promise<Done>;
      RenamePipeline(id: string, name: string): Promise<Done>;
      /** A type never changes; choices are offered in the order in which they stand. */
      SaveField(field: CustomField): Promise<Done>;
      OrderFields(ids: string[]): Promise<Done>;
      /** A new one, without an id, is the acting person's. */
      SaveView(view: SavedView): Promise<Done>;
      /** At an index among the tabs of its pipeline. */
      PlaceView(id: string, index: number): Promise<Done>;
      DeleteView(id: string): Promise<Done>;
      ShowPipeline(id: string, shown: boolean): Promise<Done>;
      /** At an index among all pipelines. */
      PlacePipeline(id: string, index: number): Promise<Done>;
      AddStage(pipelineID: string, name: string): Promise<Done>;
      UpdateStage(id: string, patch: StagePatch): Promise<Done>;
      /** At an index among the stages of its pipeline. */
      PlaceStage(id: string, index: number): Promise<Done>;
      /** Keeps a deleted stage that is shown because leads stand there. */
      RestoreStage(id: string): Promise<Done>;
      /** Who would have to move if it were deleted. */
      StageLeads(id: string): Promise<StageLeads>;
      /** Moves its leads to another stage of its pipeline, '' when there are none. */
      DeleteStage(id: string, to: string): Promise<Done>;
      SaveRule(key: string, value: string): Promise<Done>;
      Choices(): Promise<Choices>;
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
