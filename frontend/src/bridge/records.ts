/**
 * The records as Go sends them (backend/crm). Ids are UUIDs, '' for none; money
 * is cents; times are ms UTC, 0 for none; days are `YYYY-MM-DD`.
 */

import type { Attachment } from './attachments';

/** Shop is one store of the dealer. A lead's shop gives its scope. */
export interface Shop {
  id: string;
  name: string;
  /** IANA; "" is the workspace's */
  timezone: string;
  /** E.164 */
  phone: string;
  city: string;
  /** CNPJ */
  document: string;
}

/** User is a person who acts. Users are retired, not deleted: history names them. */
export interface User {
  id: string;
  name: string;
  role: string;
  retired: boolean;
}

/** Source is where a lead came from. Its id is derived from its folded name, so that two PCs which both make "Feirão" make one. */
export interface Source {
  id: string;
  name: string;
  retired: boolean;
}

/** Tag labels leads. Its id is derived from its folded name. */
export interface Tag {
  id: string;
  name: string;
  /** a token of the palette: "slate", "amber" … */
  color: string;
  retired: boolean;
}

/** Reason says why a lead was won, lost or discarded. */
export interface Reason {
  id: string;
  /** the StageKind it explains */
  kind: string;
  name: string;
  retired: boolean;
  /** among those of its kind; 0 until somebody put them in order */
  pos: number;
}

/** Pipeline is an ordered set of up to MaxStages stages. */
export interface Pipeline {
  id: string;
  name: string;
  kind: string;
  pos: number;
  /** a ready template that is not shown yet */
  retired: boolean;
}

/** Stage is a step of a pipeline. */
export interface Stage {
  id: string;
  pipelineId: string;
  name: string;
  kind: string;
  pos: number;
  /** days until a card looks aged; 0 never */
  staleDays: number;
  /** a token of the palette, as a tag's; "" none */
  color: string;
  /** of a sale in percent, of an open stage; 0: nobody said */
  probability: number;
}

/** Entry is one element of a contact's phones or e-mails, or of a field's choices. */
export interface Entry {
  /** E.164 phone, lower-case e-mail, or a choice's id: the element's identity */
  key: string;
  /** free text: "trabalho", "esposa"; a phone's extension stands here too; a choice's name */
  label: string;
  /** order of display, the first is the one that is called */
  pos: number;
}

/** What a custom field is of. */
export type FieldTarget = 'lead' | 'contact';

/** How a custom field keeps a value: backend/crm/fields.go. */
export type FieldType =
  'text' | 'longText' | 'number' | 'money' | 'date' | 'bool' | 'choice' | 'multi' | 'phone' | 'url';

/** A field that the dealer added to leads or contacts. Its type never changes. */
export interface CustomField {
  id: string;
  target: FieldTarget;
  type: FieldType;
  name: string;
  /** of people who type; a sheet and a hub may leave it out */
  required: boolean;
  onCard: boolean;
  onList: boolean;
  pos: number;
  retired: boolean;
  /** A choice that is offered no more has a pos below 0. */
  choices: Entry[] | null;
}

/** A filter that somebody keeps under a name: a tab above the board and the list of its pipeline. */
export interface SavedView {
  id: string;
  name: string;
  pipelineId: string;
  /** who made it; sees it alone unless it is shared */
  userId: string;
  shared: boolean;
  pos: number;
  /** JSON Filter; its pipeline doesn't count */
  filter: string;
}

/** What a lead or a contact holds of one custom field; '' once it was emptied. */
export interface FieldValue {
  fieldId: string;
  value: string;
}

/** Contact is a person or a company that has leads. */
export interface Contact {
  id: string;
  /** "person" or "company" */
  type: string;
  name: string;
  company: string;
  /** CPF or CNPJ, no punctuation */
  document: string;
  city: string;
  address: string;
  /** CEP, 8 digits */
  zip: string;
  /** YYYY-MM-DD */
  birthday: string;
  /** another contact as whom it is shown; '' for none */
  mergedInto: string;
  /** ms UTC */
  createdAt: number;
  phones: Entry[];
  emails: Entry[];
  /** The company's own record; company stands without one, too. */
  companyId: string;
  values: FieldValue[] | null;
}

/** Lead is one contact's interest. It stands in one stage of one pipeline. */
export interface Lead {
  id: string;
  contactId: string;
  stageId: string;
  rank: string;
  /** ms UTC of the entry into the stage */
  stageSince: number;
  ownerId: string;
  sourceId: string;
  shopId: string;
  valueCents: number;
  /** ISO 4217 */
  currency: string;
  /** not every negotiation is about a car */
  subject: string;
  vehicle: string;
  /** as written, upper case, no dash */
  plate: string;
  /** see Temperature */
  timeframe: string;
  qualification: string;
  /** ms UTC, 0 when not archived */
  archivedAt: number;
  reasonId: string;
  reasonNote: string;
  createdAt: number;
  createdBy: string;
  /** "manual", "import", "sample" */
  createdVia: string;
  createdNote: string;
  convertedFrom: string;
  originLeadId: string;
  /** The contact who brought this one. */
  referredBy: string;
  /** tag ids */
  tags: string[];
  values: FieldValue[] | null;
  /** the contact's name, folded */
  /** the contact as whom it is shown: its own, or what that was merged into */
  personId: string;
  /** that one's name, folded */
  sortName: string;
  pipelineId: string;
  /** see Fresh* */
  fresh: number;
  /** ms UTC of the earliest planned activity, 0 when none */
  nextDue: number;
  /** that activity */
  nextId: string;
  /** ms UTC of the last done call, visit, message …, 0 when none */
  lastContact: number;
}

/** Activity is something done or planned with a lead. A note is one, too. */
export interface Activity {
  id: string;
  leadId: string;
  kind: string;
  title: string;
  body: string;
  /** ms UTC; with an hour */
  dueAt: number;
  /** YYYY-MM-DD; without an hour */
  dueDay: string;
  /** ms UTC, 0 while planned */
  doneAt: number;
  outcome: string;
  /** who does or did it */
  userId: string;
  /** "phone", "whatsapp", "email", "" */
  channel: string;
  inbound: boolean;
  createdAt: number;
  createdBy: string;
  /** minutes before; 0 never, -1 at the hour itself */
  remind: number;
  /** derived: DueAt, or the end of DueDay in the shop's zone; 0 when done or undated */
  due: number;
}

/** FieldChange is one old → new of an event. Ids stay ids; the window names them. */
export interface FieldChange {
  /** json name of the entity's field */
  field: string;
  old: string;
  new: string;
}

/** Card is a lead as board, list and search show it: one row, no joins left to the window. Ids of users, sources, stages and tags are named from the workspace that the window holds. */
export interface Card {
  id: string;
  contactId: string;
  stageId: string;
  name: string;
  company: string;
  /** first phone, E.164 */
  phone: string;
  /** first e-mail */
  email: string;
  city: string;
  vehicle: string;
  plate: string;
  subject: string;
  valueCents: number;
  ownerId: string;
  sourceId: string;
  shopId: string;
  reasonId: string;
  timeframe: string;
  qualification: string;
  tags: string[];
  fresh: number;
  createdAt: number;
  stageSince: number;
  lastContact: number;
  archivedAt: number;
  /** next activity; "" when none */
  nextId: string;
  /** its kind */
  nextKind: string;
  /** its title */
  nextTitle: string;
  /** ms UTC when it has an hour */
  nextAt: number;
  /** YYYY-MM-DD when it has none */
  nextDay: string;
  /** ms UTC after which it is overdue */
  nextDue: number;
  /** of custom fields that board or list show, the lead's and the contact's */
  values?: FieldValue[];
}

/** TimelineItem is one entry of a lead's history, newest first. */
export interface TimelineItem {
  id: string;
  /** "event", "activity", "attachment" or "created" */
  type: string;
  at: number;
  userId: string;
  /** of an event */
  op: string;
  /** of an event */
  changes: FieldChange[];
  /** of an activity */
  activity: Activity | null;
  /** of an attachment */
  attachment: Attachment | null;
}

/** Done answers every write: what was done, so that the window can say it and offer to undo it. Op is the operation's id, Label its name ("lead.move"). */
export interface Done {
  opId: string;
  label: string;
  params: Record<string, string>;
  /** leads that it made or changed, at most 100 */
  ids: string[];
  undo: boolean;
}

/** Change says what a committed operation touched, so that the window fetches only that. Empty lists with All mean "fetch everything you show". */
export interface Change {
  opId: string;
  label: string;
  kinds: string[];
  leadIds: string[];
  stageIds: string[];
  all: boolean;
}

/** What the window holds in memory: the workspace's small records, who acts, how the start went. */
export interface Workspace {
  users: User[];
  shops: Shop[];
  /** By position. */
  pipelines: Pipeline[];
  /** By position; deleted ones, too, as long as leads stand there. */
  stages: Stage[];
  /** By name. */
  sources: Source[];
  /** By name. */
  tags: Tag[];
  reasons: Reason[];
  /** Custom ones: of leads, then of contacts, each by position. */
  fields: CustomField[];
  /** The acting person's and the shared ones, by position. */
  views: SavedView[];
  /** Every deleted stage: history names them. */
  former: Stage[];
  /** `language`, `currency`, `zone`, `started`, `idle_days`, `retention_days`, `required.<field>` … */
  settings: Record<string, string>;
  /** Nobody has set it up yet. */
  firstRun: boolean;
  /** Sample data is present. */
  sample: boolean;
  version: string;
  /** The ready source of leads whom somebody brought. */
  referralSource: string;
  /** '' until somebody was chosen. */
  actingUserId: string;
  dataFolder: string;
  /** Set when the database was damaged and mended, until dismissed. */
  recovery: Recovery | null;
}

/** What became of a damaged database. */
export interface Recovery {
  /** ms UTC */
  at: number;
  /** Where the damaged files lie now, in the data folder. */
  folder: string;
  /** The copy that was restored, '' when there was none. */
  snapshot: string;
  /** Records read from the damaged file and written again. */
  salvaged: number;
  /** Records that are back as they were in the copy: an edit is lost. */
  older: number;
  /** Records written again though their checksum was wrong or lost. */
  doubtful: number;
  /** Pages that were not readable. */
  pages: number;
  /** Leads to look at, at most 200. */
  leadIds: string[];
  /** What was there and is gone: "leads:3", table and count. */
  lost: string[];
}

/** One operation in the list of what was done. */
export interface HistoryEntry {
  opId: string;
  label: string;
  params: Record<string, string>;
  /** ms UTC */
  at: number;
  userId: string;
  undone: boolean;
  /** It can be undone, once those after it are. */
  undo: boolean;
}
