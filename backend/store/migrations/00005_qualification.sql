-- +goose Up

-- Made again at every start, now with the pipeline where the lead stands.
DROP INDEX IF EXISTS leads_converted;

-- Records that were purged and whose traces are still to go: old values in the
-- audit log, the write-ahead log, older snapshots.
CREATE TABLE purges (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT 1;
