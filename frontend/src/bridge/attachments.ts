import type { Done } from './records';

/** A photo or a document of a lead. */
export interface Attachment {
  id: string;
  leadId: string;
  /** As people know it, ending as its kind of file does. */
  name: string;
  /** Of its bytes: "image/jpeg", "application/pdf" … */
  mime: string;
  /** Bytes. */
  size: number;
  hash: string;
  /** ms UTC */
  createdAt: number;
  createdBy: string;
}

/** An attachment, and whether its file is in this PC. */
export interface Attached {
  attachment: Attachment;
  here: boolean;
}

declare module './api' {
  interface Api {
    Attachments: {
      /** What is attached to a lead, the latest first. */
      Of(leadID: string): Promise<Attached[]>;
      /** Attaches the file behind a handle. */
      Add(leadID: string, handle: string): Promise<Done>;
      /** Attaches bytes that the page has, in base64. */
      Paste(leadID: string, name: string, data: string): Promise<Done>;
      /** Its ending stays. */
      Rename(id: string, name: string): Promise<Done>;
      Delete(id: string): Promise<Done>;
      /** Shows it in the system's viewer. Use `shell.openAttachment` rather than this. */
      Open(id: string): Promise<void>;
      /** Writes its file where a handle says. */
      Save(id: string, handle: string): Promise<void>;
    };
  }
}
