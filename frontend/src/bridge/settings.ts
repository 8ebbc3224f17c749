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
  /** `daily`, `hourly`, `migration`, `manual`, `restore`. */
  kind: string;
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
  }
}
