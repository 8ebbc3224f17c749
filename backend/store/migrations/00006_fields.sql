-- +goose Up

-- Fields that a dealer adds to leads and contacts, and what those hold of them.
CREATE TABLE fields (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  target TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, required INTEGER NOT NULL,
  on_card INTEGER NOT NULL, on_list INTEGER NOT NULL, pos INTEGER NOT NULL, retired INTEGER NOT NULL
) STRICT;
CREATE TABLE field_choices (
  owner INTEGER NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL,
  pos   INTEGER NOT NULL,         -- below 0: offered no more
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE lead_values (
  owner INTEGER NOT NULL,
  field INTEGER NOT NULL,         -- ref
  value TEXT NOT NULL,
  num   INTEGER,                  -- derived: ten-thousandths of a number; NULL of any other value
  match TEXT NOT NULL,            -- derived: the value folded, cut after 1,000 characters
  PRIMARY KEY (owner, field)
) STRICT, WITHOUT ROWID;
-- With row ids, which lead_values has none of: so a row on a page that no tree
-- leads to any more is told from one of those.
CREATE TABLE contact_values (
  rid INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL, field INTEGER NOT NULL, value TEXT NOT NULL, num INTEGER, match TEXT NOT NULL,
  UNIQUE (owner, field)
) STRICT;

-- +goose Down
SELECT 1;
