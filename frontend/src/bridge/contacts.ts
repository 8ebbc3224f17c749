import type { Activity, Card, Contact, Done } from './records';

/** A contact as lists show it, with what its leads come to. Those in the archive count. */
export interface ContactRow {
  id: string;
  /** "person" or "company" */
  type: string;
  name: string;
  company: string;
  companyId: string;
  /** The first, E.164. */
  phone: string;
  /** The first. */
  email: string;
  city: string;
  /** YYYY-MM-DD */
  birthday: string;
  leads: number;
  sold: number;
  soldCents: number;
  /** ms UTC, 0 for never */
  lastContact: number;
}

/** Everything that a contact's page shows. */
export interface ContactView {
  contact: Contact;
  row: ContactRow;
  /** The newest first, those in the archive too. */
  leads: Card[];
  /** By due. */
  planned: Activity[];
  /** The leads that the contact brought. */
  referred: Card[];
  /** Where a person works, as far as it is linked. */
  company?: ContactRow;
  /** Who works for a company. */
  people: ContactRow[];
  /** Who has the company's name and no link. */
  named: ContactRow[];
  /** What was merged into it. */
  merged: Contact[];
}

export interface ContactPage {
  rows: ContactRow[];
  /** The key of the page that follows; '' when there is none. */
  next: string;
}

/** A contact with what those whom it brought came to. */
export interface Referrer {
  contact: ContactRow;
  leads: number;
  sold: number;
  soldCents: number;
}

/** A contact's next birthday. */
export interface Birthday {
  contact: ContactRow;
  /** YYYY-MM-DD, this one's. */
  day: string;
  /** On that day; 0 when the year of birth isn't known. */
  age: number;
}

/** For which company people work: a known one, a new one by its name, or with neither none. */
export interface Employment {
  contactIds: string[];
  companyId: string;
  name: string;
}

declare module './api' {
  interface Api {
    Contacts: {
      Get(id: string): Promise<ContactView>;
      /** What was done with its leads before a moment (ms UTC, 0 for now), the newest first. */
      Happened(id: string, before: number, limit: number): Promise<Activity[]>;
      /** Those that have leads, by name; after '' for the first page. */
      List(after: string, limit: number): Promise<ContactPage>;
      /** By what a person remembers of them or of their leads. */
      Find(text: string, limit: number): Promise<ContactRow[]>;
      /** Those whose names hold a text, by name. */
      Companies(holding: string, limit: number): Promise<ContactRow[]>;
      /** Within some days from a day on (YYYY-MM-DD). */
      Birthdays(from: string, days: number): Promise<Birthday[]>;
      /** Who brought the leads of a span of days; '' for open. */
      Referrers(from: string, to: string): Promise<Referrer[]>;
      Employ(e: Employment): Promise<Done>;
    };
  }
}
