-- Workspace first in every key.
CREATE TABLE IF NOT EXISTS workspaces (
  ws BYTEA PRIMARY KEY, name TEXT NOT NULL, epoch BYTEA NOT NULL, past BYTEA NOT NULL, seq BIGINT NOT NULL, token BIGINT NOT NULL,
  hub BIGINT NOT NULL, last_grant BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS commits (ws BYTEA NOT NULL, seq BIGINT NOT NULL, token BIGINT NOT NULL, PRIMARY KEY (ws, seq));
CREATE TABLE IF NOT EXISTS records (
  ws BYTEA NOT NULL, id BYTEA NOT NULL, kind BIGINT NOT NULL, scope BYTEA NOT NULL, seq BIGINT NOT NULL, state BYTEA NOT NULL,
  PRIMARY KEY (ws, id)
);
CREATE INDEX IF NOT EXISTS records_changed ON records(ws, scope, seq);
CREATE TABLE IF NOT EXISTS lefts (ws BYTEA NOT NULL, scope BYTEA NOT NULL, id BYTEA NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (ws, scope, id));
CREATE INDEX IF NOT EXISTS lefts_changed ON lefts(ws, scope, seq);
CREATE TABLE IF NOT EXISTS erased (ws BYTEA NOT NULL, id BYTEA NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (ws, id));
CREATE INDEX IF NOT EXISTS erased_changed ON erased(ws, seq);
-- A device and an invite are read and written whole; CBOR.
CREATE TABLE IF NOT EXISTS devices (ws BYTEA NOT NULL, replica BIGINT NOT NULL, device BYTEA NOT NULL, PRIMARY KEY (ws, replica));
CREATE TABLE IF NOT EXISTS invites (ws BYTEA NOT NULL, hash BYTEA NOT NULL, invite BYTEA NOT NULL, PRIMARY KEY (ws, hash));
