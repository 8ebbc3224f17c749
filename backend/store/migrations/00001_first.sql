-- +goose Up

-- Tables are STRICT: a flipped bit that turns an amount into a text is found by
-- SQLite's quick check.

-- Ids are UUIDs, 16 bytes. Small entities (users, stages, tags …) are referred
-- to by a local integer instead, so that indexes on leads stay narrow; refs is
-- the translation and is never synced.
CREATE TABLE refs (
  ref INTEGER PRIMARY KEY,
  id  BLOB NOT NULL UNIQUE
) STRICT;

-- This copy as a replica: its number, its write counter, its last clock.
CREATE TABLE replica (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  number  INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  clock   INTEGER NOT NULL
) STRICT;

-- What sync knows of each record beside its values: version vector, dots,
-- life (sync/record). One row a record. digest is the CRC-32C of the state and
-- the record's synced values: a flipped bit in either shows.
CREATE TABLE sync_records (
  id     BLOB PRIMARY KEY,
  kind   INTEGER NOT NULL,
  state  BLOB NOT NULL,
  digest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only Transact opens the guard; the triggers at the end refuse any other
-- write to a synced table.
CREATE TABLE guard (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  open INTEGER NOT NULL
) STRICT;
INSERT INTO guard VALUES (1, 0);

-- Values of this device only: who acts, theme, widths, scroll.
CREATE TABLE device (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Every operation: the audit log (append-only, chained) and what undo needs.
CREATE TABLE operations (
  seq     INTEGER PRIMARY KEY,
  id      BLOB NOT NULL,
  label   TEXT NOT NULL,
  params  TEXT NOT NULL,          -- JSON object
  user    INTEGER NOT NULL,       -- ref, 0 when nobody had been chosen
  at      INTEGER NOT NULL,       -- ms UTC
  grp     BLOB,                   -- operations that undo as one, such as an import's chunks
  undo    INTEGER NOT NULL,       -- 0 can't be undone, 1 can, 2 is itself an undo
  undoes  INTEGER,                -- seq of the operation that this one undid
  undone  INTEGER,                -- seq of the operation that undid this one
  last_n  INTEGER NOT NULL,       -- the replica's write counter after it: finds the operation of a dot
  changes BLOB NOT NULL,          -- per record: fields, old and new values, dots
  salt    BLOB NOT NULL,          -- so that a digest tells nothing of purged values
  digest  BLOB NOT NULL,          -- SHA-256(salt, changes)
  chain   BLOB NOT NULL           -- SHA-256(previous chain, this row's facts, digest)
) STRICT;
CREATE INDEX operations_group ON operations(grp) WHERE grp IS NOT NULL;
CREATE INDEX operations_n ON operations(last_n);
CREATE INDEX operations_undo ON operations(undo, seq) WHERE undone IS NULL AND undo > 0;

CREATE TABLE shops (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, timezone TEXT NOT NULL, phone TEXT NOT NULL, city TEXT NOT NULL, document TEXT NOT NULL
) STRICT;
CREATE TABLE users (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, role TEXT NOT NULL, retired INTEGER NOT NULL
) STRICT;
CREATE TABLE sources (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, retired INTEGER NOT NULL
) STRICT;
CREATE TABLE tags (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, color TEXT NOT NULL, retired INTEGER NOT NULL
) STRICT;
CREATE TABLE reasons (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL, name TEXT NOT NULL, retired INTEGER NOT NULL
) STRICT;
CREATE TABLE pipelines (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, kind TEXT NOT NULL, pos INTEGER NOT NULL, retired INTEGER NOT NULL
) STRICT;
CREATE TABLE stages (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  pipeline INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, pos INTEGER NOT NULL, stale_days INTEGER NOT NULL
) STRICT;
CREATE TABLE settings (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  key TEXT NOT NULL, value TEXT NOT NULL
) STRICT;

CREATE TABLE contacts (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  type TEXT NOT NULL, name TEXT NOT NULL, company TEXT NOT NULL, document TEXT NOT NULL,
  city TEXT NOT NULL, address TEXT NOT NULL, zip TEXT NOT NULL, birthday TEXT NOT NULL,
  merged_into BLOB, created_at INTEGER NOT NULL,
  phone TEXT NOT NULL,            -- derived: the first phone
  email TEXT NOT NULL             -- derived: the first e-mail
) STRICT;
CREATE INDEX contacts_document ON contacts(document) WHERE document <> '';
-- match is what a duplicate shares: DDD and the last 8 digits; the address.
CREATE TABLE contact_phones (
  owner INTEGER NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL, pos INTEGER NOT NULL, match TEXT NOT NULL,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_phones_match ON contact_phones(match);
CREATE TABLE contact_emails (
  owner INTEGER NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL, pos INTEGER NOT NULL, match TEXT NOT NULL,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_emails_match ON contact_emails(match);

CREATE TABLE leads (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  contact_id BLOB NOT NULL, stage INTEGER NOT NULL, rank TEXT NOT NULL, stage_since INTEGER NOT NULL,
  owner INTEGER NOT NULL, source INTEGER NOT NULL, shop INTEGER NOT NULL,
  value_cents INTEGER NOT NULL, currency TEXT NOT NULL, subject TEXT NOT NULL, vehicle TEXT NOT NULL,
  plate TEXT NOT NULL, timeframe TEXT NOT NULL, qualification TEXT NOT NULL, archived_at INTEGER NOT NULL,
  reason INTEGER NOT NULL, reason_note TEXT NOT NULL, created_at INTEGER NOT NULL, created_by INTEGER NOT NULL,
  created_via TEXT NOT NULL, created_note TEXT NOT NULL, converted_from INTEGER NOT NULL, origin_lead BLOB,
  -- derived
  live INTEGER NOT NULL,          -- 1: neither deleted nor archived; 2: archived; 0: deleted
  pipeline INTEGER NOT NULL, sort_name TEXT NOT NULL, fresh INTEGER NOT NULL,
  next_due INTEGER NOT NULL, next_id BLOB, last_contact INTEGER NOT NULL,
  tag_refs TEXT NOT NULL          -- " 3 7 ": the tags' refs, each between spaces
) STRICT;
-- By tag only: a lead's own tags stand in its tag_refs.
CREATE TABLE lead_tags (
  owner INTEGER NOT NULL, tag INTEGER NOT NULL,
  PRIMARY KEY (tag, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  lead_id BLOB NOT NULL, seen_at INTEGER NOT NULL
) STRICT;
CREATE TABLE activities (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  lead_id BLOB NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
  due_at INTEGER NOT NULL, due_day TEXT NOT NULL, done_at INTEGER NOT NULL, outcome TEXT NOT NULL,
  user INTEGER NOT NULL, channel TEXT NOT NULL, inbound INTEGER NOT NULL, created_at INTEGER NOT NULL,
  created_by INTEGER NOT NULL,
  due INTEGER NOT NULL            -- derived
) STRICT;
CREATE TABLE events (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  lead_id BLOB NOT NULL, op TEXT NOT NULL, user INTEGER NOT NULL, at INTEGER NOT NULL, changes TEXT NOT NULL
) STRICT;

-- Counts of living leads, kept by Transact, with tag 0 and once more for each
-- tag. They answer the heads of board and list.
CREATE TABLE lead_totals (
  tag   INTEGER NOT NULL,         -- ref; 0: whatever the tags
  stage INTEGER NOT NULL, owner INTEGER NOT NULL,
  fresh INTEGER NOT NULL,         -- 1: new or with an unread reply
  idle  INTEGER NOT NULL,         -- 1: nothing planned
  n     INTEGER NOT NULL,
  cents INTEGER NOT NULL,
  PRIMARY KEY (tag, stage, owner, fresh, idle)
) STRICT, WITHOUT ROWID;

-- One row a lead: name, company, e-mails, phones, plate, document, vehicle,
-- subject; folded. It holds which three letters occur in which lead and no
-- text: a third of the size of one with positions and texts, and a deletion
-- takes 0.2 ms instead of 12. secure-delete is set as everywhere, though such a
-- table drops what is deleted when it merges.
CREATE VIRTUAL TABLE search USING fts5(text, tokenize = 'trigram', detail = none, content = '', contentless_delete = 1);
INSERT INTO search(search, rank) VALUES ('secure-delete', 1);
-- Leads whose text is not in the index, or is another one there.
CREATE TABLE search_queue (
  lead INTEGER PRIMARY KEY,
  text TEXT                       -- searched as it stands here; '' of a deleted one; NULL: not read yet, after a load
) STRICT;

-- A spreadsheet on its way in: enough to go on after a kill.
CREATE TABLE imports (
  id       BLOB PRIMARY KEY,
  name     TEXT NOT NULL,          -- the file's name as the user knows it
  state    TEXT NOT NULL,          -- running, done, failed, cancelled
  spec     TEXT NOT NULL,          -- JSON: mapping, options, where the copy lies
  row      INTEGER NOT NULL,       -- rows of the file that are committed
  total    INTEGER NOT NULL,
  counts   TEXT NOT NULL,          -- JSON: created, merged, refused
  at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE import_leads (
  import BLOB NOT NULL, lead INTEGER NOT NULL,
  PRIMARY KEY (import, lead)
) STRICT, WITHOUT ROWID;
CREATE TABLE import_mappings (
  signature TEXT PRIMARY KEY,      -- of the headers
  mapping   TEXT NOT NULL          -- JSON
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
