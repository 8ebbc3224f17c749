-- +goose Up

-- What a hub last told of a record, and what of it waits to be told. All of it
-- is NULL in a database that never joined. Columns that come later are never
-- NOT NULL: rows of before are shorter, and a salvage reads them as they lie.
ALTER TABLE sync_records ADD COLUMN hub BLOB;          -- the record's vector as the hub last told it; NULL: it never did
ALTER TABLE sync_records ADD COLUMN scopes BLOB;       -- as the hub last told them: a byte, then 16 for each; NULL: it never told any of it
ALTER TABLE sync_records ADD COLUMN seq INTEGER;       -- of the last row that was taken
ALTER TABLE sync_records ADD COLUMN waits INTEGER;     -- n of the last own write when anything waits; the longest waiting has the least
ALTER TABLE sync_records ADD COLUMN pending BLOB;      -- the fields that wait, where the dots alone don't tell: an element that was taken out has none
ALTER TABLE sync_records ADD COLUMN whole INTEGER;     -- 1: all of it is told next time
ALTER TABLE sync_records ADD COLUMN kept INTEGER;      -- its rows in sync_values
ALTER TABLE sync_records ADD COLUMN conflicts INTEGER; -- fields of which a person is to choose a value, and one more when it was deleted while it was edited
CREATE INDEX sync_records_waits ON sync_records(waits) WHERE waits IS NOT NULL;
CREATE INDEX sync_records_scopes ON sync_records(scopes) WHERE scopes IS NOT NULL;
CREATE INDEX sync_records_conflicts ON sync_records(conflicts) WHERE conflicts > 0;

-- Live values that no domain row holds: those that lost against the one that
-- is shown, those of fields and kinds that this program doesn't know, and those
-- that their column can't hold as they were written.
CREATE TABLE sync_values (
  record BLOB NOT NULL, fid INTEGER NOT NULL, sub TEXT NOT NULL, replica INTEGER NOT NULL, n INTEGER NOT NULL,
  value  BLOB NOT NULL,           -- as it is told
  PRIMARY KEY (record, fid, sub, replica, n)
) STRICT, WITHOUT ROWID;

-- This replica's state in sync; no row before it joined.
CREATE TABLE sync_meta (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  ahead INTEGER NOT NULL,         -- ms to add to this clock for the hub's
  rest BLOB NOT NULL,             -- the client's own
  sent BLOB                       -- a batch that waits for its answer, as it was first sent
) STRICT;

-- Records that were dropped here. Under this replica's number nobody may make
-- them again: they would have no memory of their writes.
CREATE TABLE sync_evicted (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- What people wrote and the hub refused, until somebody has read it.
CREATE TABLE sync_refused (
  id     INTEGER PRIMARY KEY,
  record BLOB NOT NULL, kind INTEGER NOT NULL, fid INTEGER NOT NULL, sub TEXT NOT NULL,
  value  BLOB NOT NULL,           -- as it was told
  clock  INTEGER NOT NULL,        -- of the write
  reason TEXT NOT NULL,           -- a code of the hub's
  at     INTEGER NOT NULL         -- ms UTC of its filing
) STRICT;

-- +goose Down
SELECT 1;
