import type { Card, Contact, Done } from './records';

/** A contact with its leads, the newest first. */
export interface Known {
  contact: Contact;
  /** The first few. */
  leads: Card[];
  /** Of all its leads. */
  count: number;
}

/** document, email, phone: the same; name: a similar one with the same vehicle. */
export type LikelyReason = 'document' | 'email' | 'phone' | 'name';

/** Two contacts that may be one, and why. */
export interface LikelyPair {
  /** It stays. */
  contact: Known;
  other: Known;
  /** The strongest first. */
  reasons: LikelyReason[];
  /** Their names are similar: who shares but a phone may be family. */
  alike: boolean;
}

export interface LikelyPairs {
  pairs: LikelyPair[];
  /** Of all that nobody decided yet. */
  count: number;
}

/** How two contacts become one. Phones, e-mails and leads of both stay. */
export interface MergeChoice {
  contactId: string;
  otherId: string;
  /** Whose value stays, by field: contactId or otherId. */
  keep: Record<string, string>;
}

/** What is being typed of a contact, as typed. */
export interface TypedContact {
  phone: string;
  email: string;
  document: string;
  /** Whose it is; '' of a new one. */
  contactId: string;
}

declare module './api' {
  interface Api {
    Duplicates: {
      /** Goes through the whole base; the event `job` of kind duplicates tells how far it is. */
      Search(): Promise<number>;
      /** A part of what the last search found and nobody decided yet. */
      Pairs(offset: number, limit: number): Promise<LikelyPairs>;
      /** Who has the same phone, e-mail or document already. */
      Known(typed: TypedContact): Promise<Known[]>;
      Merge(choice: MergeChoice): Promise<Done>;
      /** Takes a contact out of the one that it was merged into. */
      Separate(contactID: string): Promise<Done>;
      /** Remembers that two contacts are two. */
      Apart(contactID: string, otherID: string): Promise<Done>;
    };
  }
}
