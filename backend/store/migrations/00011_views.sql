-- +goose Up

-- Filters that people keep under a name.
CREATE TABLE views (
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL, pipeline INTEGER NOT NULL, user INTEGER NOT NULL,
  shared INTEGER NOT NULL, pos INTEGER NOT NULL,
  filter TEXT NOT NULL            -- JSON
) STRICT;

-- +goose Down
SELECT 1;
