-- Workspace first in every key.
CREATE TABLE IF NOT EXISTS workspaces (
  ws BYTEA PRIMARY KEY, name TEXT NOT NULL, epoch BYTEA NOT NULL, past BYTEA NOT NULL, seq BIGINT NOT NULL, token BIGINT NOT NULL,
  hub BIGINT NOT NULL, last_grant BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS commits (ws BYTEA NOT NULL, seq BIGINT NOT NULL, token BIGINT NOT NULL, PRIMARY KEY (ws, seq));
-- scopes: ids one behind the other, as in places.
CREATE TABLE IF NOT EXISTS records (
  ws BYTEA NOT NULL, id BYTEA NOT NULL, kind BIGINT NOT NULL, scopes BYTEA NOT NULL, seq BIGINT NOT NULL, state BYTEA NOT NULL,
  PRIMARY KEY (ws, id)
);
CREATE INDEX IF NOT EXISTS records_changed ON records(ws, seq);
-- The scopes that a record is in, at its sequence, and those that it left.
CREATE TABLE IF NOT EXISTS places (
  ws BYTEA NOT NULL, id BYTEA NOT NULL, scope BYTEA NOT NULL, seq BIGINT NOT NULL, gone BOOLEAN NOT NULL,
  PRIMARY KEY (ws, id, scope)
);
CREATE INDEX IF NOT EXISTS places_changed ON places(ws, scope, seq);
-- Who refers to whom; a parent needs not be there.
CREATE TABLE IF NOT EXISTS refs (ws BYTEA NOT NULL, child BYTEA NOT NULL, parent BYTEA NOT NULL, PRIMARY KEY (ws, child, parent));
CREATE INDEX IF NOT EXISTS refs_below ON refs(ws, parent, child);
CREATE TABLE IF NOT EXISTS erased (ws BYTEA NOT NULL, id BYTEA NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (ws, id));
CREATE INDEX IF NOT EXISTS erased_changed ON erased(ws, seq);
-- A device and an invite are read and written whole; CBOR.
CREATE TABLE IF NOT EXISTS devices (ws BYTEA NOT NULL, replica BIGINT NOT NULL, device BYTEA NOT NULL, PRIMARY KEY (ws, replica));
CREATE TABLE IF NOT EXISTS invites (ws BYTEA NOT NULL, hash BYTEA NOT NULL, invite BYTEA NOT NULL, PRIMARY KEY (ws, hash));
-- Files that lie in the hub's folder. loose: ms UTC since when no living record names one, 0 while one does. puts: the
-- hashes of the secrets of the devices that brought it, one behind the other.
CREATE TABLE IF NOT EXISTS blobs (
  ws BYTEA NOT NULL, blob BYTEA NOT NULL, size BIGINT NOT NULL, loose BIGINT NOT NULL, puts BYTEA NOT NULL,
  PRIMARY KEY (ws, blob)
);
CREATE INDEX IF NOT EXISTS blobs_loose ON blobs(ws, loose) WHERE loose > 0;
-- Which records name which files; one needs not be there. word: zeros once it is good, before whose it is.
CREATE TABLE IF NOT EXISTS names (
  ws BYTEA NOT NULL, id BYTEA NOT NULL, blob BYTEA NOT NULL, word BYTEA NOT NULL,
  PRIMARY KEY (ws, id, blob)
);
CREATE INDEX IF NOT EXISTS names_of ON names(ws, blob, id);
