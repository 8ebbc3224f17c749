import type { ListRequest } from './filters';
import type { Card, FieldChange } from './records';
import type { Refusal } from './settings';

/** Long work: how far it is, and what became of it. */
export interface Job {
  id: string;
  /** `open`, `review`, `import`, `export`. */
  kind: string;
  /** The file's. */
  name: string;
  /** `running`, `ready` (a file that waits for the person), `done`, `failed`, `cancelled`, `paused`. */
  state: string;
  done: number;
  /** 0 while not known. */
  total: number;
  error?: Refusal | null;
  created: number;
  merged: number;
  refused: number;
}

/** One column of a file. */
export interface ColumnMap {
  header: string;
  /** What it means. */
  field: string;
  /** The first values that are not empty, at most 5. */
  values: string[];
}

/** A file as it was understood. */
export interface SheetView {
  jobId: string;
  name: string;
  format: string;
  encoding: string;
  separator: string;
  /** The workbook's sheet that was read, and all of them. */
  tab: string;
  tabs: string[];
  rows: number;
  blank: number;
  columns: ColumnMap[];
  /** All that a column can mean, in the order to offer. */
  fields: string[];
  /** Those that more than one column can be. */
  several: string[];
  /** The mapping is that of an earlier file with these headers. */
  remembered: boolean;
}

/** What the person chooses for a whole sheet. */
export interface ImportOptions {
  /** For rows that name no stage; '' is the first of the sales pipeline. */
  stageId: string;
  ownerId: string;
  sourceId: string;
  /** `fill`, `skip` or `create`. */
  duplicates: string;
}

/** What an import would do, before it does anything. */
export interface Review {
  rows: number;
  new: number;
  /** Rows that would go into a lead that is there. */
  duplicates: number;
  /** Of them: those that bring something. */
  fills: number;
  refused: number;
  /** Rows with a value that could not be read. */
  warned: number;
  /** New leads that lack what the workspace asks for, by field; they come in all the same. */
  lacking: Record<string, number>;
  /** The first rows of each kind. */
  newRows: ReviewRow[];
  duplicateRows: ReviewRow[];
  refusedRows: ReviewRow[];
  /** Who and what would be made. */
  people: string[];
  sources: string[];
  tags: string[];
}

export interface ReviewRow {
  /** As a spreadsheet program numbers it. */
  line: number;
  /** The parsed values; ids of what is there already. */
  lead: Card;
  /** What the row names: stage, owner, source. */
  names: Record<string, string>;
  /** What goes to notes. */
  notes: string[];
  /** Of a duplicate: the lead it is about, '' when an earlier row makes it. */
  leadId: string;
  /** Of a duplicate: the line that makes that lead, 0 for one in the store. */
  sameAs: number;
  /** `field` of the lead, `contact.field` of its contact. */
  changes: FieldChange[];
  /** Why it is refused. */
  reasons: Refusal[];
  warnings: Refusal[];
}

/** A column of an export: what it holds and its title. */
export interface ExportColumn {
  id: string;
  title: string;
}

export interface ExportAsk {
  list: ListRequest;
  columns: ExportColumn[];
  /** `csv` or `xlsx`. */
  format: string;
  /** Of a workbook's sheet. */
  title: string;
  /** hot, warm and cold in words. */
  words: Record<string, string>;
}

declare module './api' {
  interface Api {
    Sheets: {
      /** tab names a workbook's sheet, '' the first. */
      Open(handle: string, tab: string): Promise<SheetView>;
      /** fields in the order of the columns. Starts; the job is `ready` at its end. */
      Review(jobID: string, fields: string[], options: ImportOptions): Promise<void>;
      ReviewResult(jobID: string): Promise<Review>;
      /** Answers the import's id, by which its job and its leads are found. */
      Confirm(jobID: string): Promise<string>;
      Cancel(jobID: string): Promise<void>;
      Jobs(): Promise<Job[]>;
      Resume(jobID: string): Promise<void>;
      /** Forgets a job, or gives up what is left of an interrupted import. */
      Discard(jobID: string): Promise<void>;
      Refused(
        jobID: string,
        handle: string,
        format: string,
        title: string,
        texts: Record<string, string>,
      ): Promise<void>;
      Export(handle: string, ask: ExportAsk): Promise<void>;
      ExportAll(handle: string, ask: ExportAsk): Promise<void>;
    };
  }
}

declare module './events' {
  interface Events {
    /** A job moved on. */
    job: Job;
  }
}
