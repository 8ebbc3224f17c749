import type { Breakdown, Filter, ListRequest, Selection } from './filters';
import type {
  Activity,
  Card,
  Contact,
  Done,
  Entry,
  FieldValue,
  Lead,
  TimelineItem,
} from './records';

/** A page of the list with the totals of all that match. */
export interface ListView {
  rows: Card[];
  count: number;
  sumCents: number;
  /** Not counted: there may be more than these rows. */
  partial?: boolean;
}

/** Everything that the lead page shows but the timeline. */
export interface LeadView {
  card: Card;
  lead: Lead;
  contact: Contact;
  /** By due. */
  planned: Activity[];
  /** Other leads of the contact. */
  others: Card[];
  /** Who brought the lead; '' of nobody, or of one that is not here. */
  referrer: string;
  /** What was merged into the contact. */
  merged: Contact[];
}

/** A part of a lead's history, newest first. */
export interface TimelinePage {
  items: TimelineItem[];
  more: boolean;
}

export type EntryKind = 'note' | 'message' | 'action' | 'stage' | 'edit' | 'file';

/** Narrows a lead's history. */
export interface TimelineFilter {
  /** Empty for all. */
  kinds: EntryKind[];
  /** Words that an entry has all of; accents and case don't count. */
  text: string;
}

/** A lead as it is typed in. Name and a phone or an e-mail are needed, or contactId. */
export interface NewLead {
  name: string;
  phone: string;
  email: string;
  company: string;
  vehicle: string;
  plate: string;
  subject: string;
  valueCents: number;
  sourceId: string;
  ownerId: string;
  /** '' for the first stage of the sales pipeline. */
  stageId: string;
  /** '' for the first shop. */
  shopId: string;
  timeframe: string;
  tags: string[];
  note: string;
  /** Of custom fields, the lead's and the contact's. */
  values?: FieldValue[];
  /** A further lead of a known contact; name, phone and e-mail are then ignored. */
  contactId: string;
  /** With contactId: the lead that this one came of; '' for none. */
  originLeadId: string;
  /** The id of the contact who brought it; '' for nobody. */
  referredBy: string;
}

/** The fields of a lead that change. Plate as typed. */
export type LeadPatch = Partial<
  Pick<
    Lead,
    | 'valueCents'
    | 'ownerId'
    | 'sourceId'
    | 'shopId'
    | 'subject'
    | 'vehicle'
    | 'plate'
    | 'timeframe'
    | 'qualification'
    | 'reasonId'
    | 'reasonNote'
    | 'tags'
    | 'referredBy'
  >
> & { values?: FieldValue[] };

/** The fields of a contact that change. Document, CEP, phones and e-mails as typed. */
export type ContactPatch = Partial<
  Pick<
    Contact,
    'type' | 'name' | 'company' | 'document' | 'city' | 'address' | 'zip' | 'birthday'
  > & { phones: Entry[]; emails: Entry[] }
> & { values?: FieldValue[] };

/** Puts leads into a stage, or elsewhere in theirs. */
export interface MoveRequest {
  ids: string[];
  stageId: string;
  /** The lead that will stand directly above; '' for none. */
  afterId: string;
  /** The lead that will stand directly below; '' for none. */
  beforeId: string;
  /** With neither of them: on top instead of at the end. */
  toTop: boolean;
  /** Won, lost and discarded stages ask for one. */
  reasonId: string;
  reasonNote: string;
}

/** How qualified leads go on as opportunities. What is absent each lead keeps. */
export interface Conversion {
  /** An open stage of a sales pipeline. */
  stageId: string;
  valueCents?: number;
  vehicle?: string;
}

/** An activity, planned with a due hour or day, or done. */
export interface NewActivity {
  leadId: string;
  kind: string;
  title: string;
  body: string;
  /** ms UTC */
  dueAt: number;
  /** YYYY-MM-DD, when it has no hour. */
  dueDay: string;
  done: boolean;
  /** '' for who acts. */
  userId: string;
  outcome: string;
  channel: string;
  /** As an activity has it. */
  remind: number;
}

/** The fields of an activity that change. dueAt and dueDay are one: setting one clears the other. */
export type ActivityPatch = Partial<
  Pick<Activity, 'kind' | 'title' | 'body' | 'dueAt' | 'dueDay' | 'userId' | 'outcome' | 'remind'>
>;

export interface Hit {
  card: Card;
  /** What matched: name, phone, email, company, plate, vehicle, document … */
  field: string;
}

export interface Found {
  hits: Hit[];
  /** Leads of a running import that can't be found yet. */
  pending: number;
}

export interface NoteHit {
  card: Card;
  activityId: string;
  kind: string;
  /** When it was done, else is due, else was written; ms UTC. */
  at: number;
  snippet: { text: string; found: boolean }[];
}

export interface FoundNotes {
  hits: NoteHit[];
  /** Activities that can't be found yet: of a load, or of an older version's database. */
  pending: number;
}

declare module './api' {
  interface Api {
    Leads: {
      /** The first page at once, not counted where counting takes long. */
      First(request: ListRequest): Promise<ListView>;
      Query(request: ListRequest): Promise<ListView>;
      /** Counts what matches by temperature and by level. */
      Breakdown(filter: Filter): Promise<Breakdown>;
      Get(id: string): Promise<LeadView>;
      /** Cards by id in that order, without those that are gone. */
      Cards(ids: string[]): Promise<Card[]>;
      /** What happened before a time (ms UTC, 0 for the newest). */
      Timeline(id: string, before: number, limit: number): Promise<TimelinePage>;
      /** Timeline for the entries that a filter lets through. */
      FindInTimeline(
        id: string,
        filter: TimelineFilter,
        before: number,
        limit: number,
      ): Promise<TimelinePage>;
      Create(lead: NewLead): Promise<Done>;
      Update(id: string, patch: LeadPatch): Promise<Done>;
      UpdateContact(contactID: string, patch: ContactPatch): Promise<Done>;
      Move(move: MoveRequest): Promise<Done>;
      MoveAll(sel: Selection, stageID: string, reasonID: string, note: string): Promise<Done>;
      /** Moves qualified leads into a sales pipeline, on top. */
      Convert(sel: Selection, conversion: Conversion): Promise<Done>;
      EditAll(sel: Selection, patch: LeadPatch): Promise<Done>;
      /** Without a person each lead's owner does it. */
      PlanAll(sel: Selection, activity: NewActivity): Promise<Done>;
      Assign(sel: Selection, ownerID: string): Promise<Done>;
      Tag(sel: Selection, add: string[], remove: string[]): Promise<Done>;
      Archive(sel: Selection): Promise<Done>;
      Unarchive(sel: Selection): Promise<Done>;
      Delete(sel: Selection): Promise<Done>;
      /** Removes leads of the archive for good. */
      Purge(sel: Selection): Promise<Done>;
      Seen(id: string): Promise<void>;
      MarkUnread(id: string): Promise<Done>;
      /** Logs that the customer answered. */
      Replied(id: string, text: string): Promise<Done>;
      /** Calls or writes and logs it. A left params.url is for the page to open. */
      Reach(id: string, channel: string, to: string): Promise<Done>;
    };
    Activities: {
      Add(activity: NewActivity): Promise<Done>;
      Update(id: string, patch: ActivityPatch): Promise<Done>;
      Complete(id: string, outcome: string): Promise<Done>;
      Reopen(id: string): Promise<Done>;
      Delete(id: string): Promise<Done>;
    };
    Search: {
      Find(text: string, limit: number): Promise<Found>;
      /** Activities by what was written of them. */
      Notes(text: string, limit: number): Promise<FoundNotes>;
    };
  }
}
