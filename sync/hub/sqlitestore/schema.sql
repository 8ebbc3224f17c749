-- Workspace first in every key.
CREATE TABLE IF NOT EXISTS workspaces (
  ws BLOB PRIMARY KEY, name TEXT NOT NULL, epoch BLOB NOT NULL, past BLOB NOT NULL, seq INTEGER NOT NULL, token INTEGER NOT NULL,
  hub INTEGER NOT NULL, last_grant INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (ws BLOB NOT NULL, seq INTEGER NOT NULL, token INTEGER NOT NULL, PRIMARY KEY (ws, seq)) STRICT, WITHOUT ROWID;
-- scopes: ids one behind the other, as in places.
CREATE TABLE IF NOT EXISTS records (
  ws BLOB NOT NULL, id BLOB NOT NULL, kind INTEGER NOT NULL, scopes BLOB NOT NULL, seq INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY (ws, id)
) STRICT;
CREATE INDEX IF NOT EXISTS records_changed ON records(ws, seq);
-- The scopes that a record is in, at its sequence, and those that it left.
CREATE TABLE IF NOT EXISTS places (
  ws BLOB NOT NULL, id BLOB NOT NULL, scope BLOB NOT NULL, seq INTEGER NOT NULL, gone INTEGER NOT NULL,
  PRIMARY KEY (ws, id, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS places_changed ON places(ws, scope, seq);
-- Who refers to whom; a parent needs not be there.
CREATE TABLE IF NOT EXISTS refs (ws BLOB NOT NULL, child BLOB NOT NULL, parent BLOB NOT NULL, PRIMARY KEY (ws, child, parent)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refs_below ON refs(ws, parent, child);
CREATE TABLE IF NOT EXISTS erased (ws BLOB NOT NULL, id BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (ws, id)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS erased_changed ON erased(ws, seq);
-- A device and an invite are read and written whole; CBOR.
CREATE TABLE IF NOT EXISTS devices (ws BLOB NOT NULL, replica INTEGER NOT NULL, device BLOB NOT NULL, PRIMARY KEY (ws, replica)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS invites (ws BLOB NOT NULL, hash BLOB NOT NULL, invite BLOB NOT NULL, PRIMARY KEY (ws, hash)) STRICT, WITHOUT ROWID;
-- Files that lie beside the database. loose: ms UTC since when no living record names one, 0 while one does. puts: the
-- hashes of the secrets of the devices that brought it, one behind the other.
CREATE TABLE IF NOT EXISTS blobs (
  ws BLOB NOT NULL, blob BLOB NOT NULL, size INTEGER NOT NULL, loose INTEGER NOT NULL, puts BLOB NOT NULL,
  PRIMARY KEY (ws, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blobs_loose ON blobs(ws, loose) WHERE loose > 0;
-- Which records name which files; one needs not be there. word: zeros once it is good, before whose it is.
CREATE TABLE IF NOT EXISTS names (
  ws BLOB NOT NULL, id BLOB NOT NULL, blob BLOB NOT NULL, word BLOB NOT NULL,
  PRIMARY KEY (ws, id, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS names_of ON names(ws, blob, id);
