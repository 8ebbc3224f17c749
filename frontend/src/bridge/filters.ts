import type { Card } from './records';

/** Filter narrows board and list alike. Empty fields don't filter; values of one field are alternatives, fields are conjoined. */
export interface Filter {
  pipelineId: string;
  stageIds: string[];
  /** "" stands for "nobody" */
  ownerIds: string[];
  sourceIds: string[];
  /** any of them */
  tagIds: string[];
  /** YYYY-MM-DD, inclusive, in the workspace's zone */
  createdFrom: string;
  /** YYYY-MM-DD, inclusive */
  createdTo: string;
  unread: boolean;
  /** "", "overdue", "today", "later", "none" */
  activity: string;
  /** no contact with the customer for as many days as the workspace says */
  quiet: boolean;
  /** the archive instead of the living */
  archived: boolean;
  /** leads of one import */
  importId: string;
  /** see Temperature */
  timeframes: string[];
  /** levels */
  qualifications: string[];
  /** not sold, and by now the customer may want to buy */
  winback?: boolean;
  /** all of them */
  fields?: FieldFilter[];
  /** at least one of them, too; their own pipeline, archive and alternatives don't count */
  or?: Filter[];
}

/** Narrows by a custom field, or by a standard one under its json name, of the lead or of its contact. Which part counts depends on the field's type. */
export interface FieldFilter {
  fieldId: string;
  /** of texts, phones and addresses: what they contain */
  text: string;
  /** of numbers, amounts and dates: inclusive, as they are kept */
  from: string;
  to: string;
  /** of choices and yes or no: any of them, '' for what holds nothing */
  any: string[] | null;
}

/** Breakdown counts the leads that match by what is known of how they will buy. What nobody said of a lead is counted nowhere. */
export interface Breakdown {
  /** by timeframe */
  timeframes: Record<string, Totals>;
  /** by level */
  qualifications: Record<string, Totals>;
}

/** ListRequest asks for a page of the list. */
export interface ListRequest {
  filter: Filter;
  sort: string;
  desc: boolean;
  offset: number;
  /** at most 200 */
  limit: number;
}

/** Totals counts leads and adds up their values. */
export interface Totals {
  count: number;
  sumCents: number;
}

/** StageView is one stage of the board: what it holds and its first cards. */
export interface StageView {
  stageId: string;
  count: number;
  sumCents: number;
  cards: Card[];
}

/** Selection names the leads of a bulk action: by id, or all that match. */
export interface Selection {
  ids: string[];
  /** used when IDs is empty */
  filter: Filter | null;
}
