-- +goose Up

CREATE TABLE attachments (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  lead_id BLOB NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL, hash TEXT NOT NULL,
  created_at INTEGER NOT NULL, created_by INTEGER NOT NULL
) STRICT;

-- What this device knows of attachments' files beside what lies in the folder.
CREATE TABLE files (
  hash    TEXT PRIMARY KEY,       -- as in attachments
  unnamed INTEGER,                -- ms UTC since when no living attachment has named it
  sent    BLOB,                   -- the generation of the hub that is known to have it; NULL: none
  purge   INTEGER                 -- 1: it is to go with what was purged
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
