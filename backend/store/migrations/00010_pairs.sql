-- +goose Up

CREATE TABLE pairs (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  contact_id BLOB NOT NULL, into_id BLOB, apart_at INTEGER NOT NULL, taken TEXT NOT NULL
) STRICT;
CREATE INDEX pairs_contact ON pairs(contact_id);
CREATE INDEX pairs_into ON pairs(into_id);

-- The contact as whom a lead is shown: its own, or what that was merged into.
ALTER TABLE leads ADD COLUMN person BLOB;         -- derived
UPDATE guard SET open = 1 WHERE one = 1;
UPDATE leads SET person = contact_id;
UPDATE guard SET open = 0 WHERE one = 1;

-- Made at every start, now of the person.
DROP INDEX IF EXISTS leads_contact;

-- +goose Down
SELECT 1;
