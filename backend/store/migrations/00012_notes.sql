-- +goose Up

-- Title, body and outcome of each living activity, folded; three letters only,
-- as in search. The rowid is the activity's.
CREATE VIRTUAL TABLE notes USING fts5(text, tokenize = 'trigram', detail = none, content = '', contentless_delete = 1);
INSERT INTO notes(notes, rank) VALUES ('secure-delete', 1);
-- How far the index has come: activities with a greater rid wait for it. So a
-- new one costs a save nothing, and an older database is filled bit by bit.
CREATE TABLE notes_upto (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  upto INTEGER NOT NULL
) STRICT;
INSERT INTO notes_upto VALUES (1, 0);
-- Earlier ones whose text is another one now, or gone.
CREATE TABLE notes_queue (
  activity INTEGER PRIMARY KEY
) STRICT;

-- +goose Down
SELECT 1;
