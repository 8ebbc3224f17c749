package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"patio/backend/crm"
)

// checkQuickly looks through the file table by table, telling its progress,
// before anything uses it: after a stop that wasn't clean.
func (s *Store) checkQuickly(ctx context.Context, conn querier) error {
	tables, err := readColumn(ctx, conn, "SELECT name FROM sqlite_schema WHERE type='table' AND rootpage>0 ORDER BY rootpage")
	if err != nil {
		return err
	}
	tables = append(tables, "sqlite_schema") // with it goes the list of free pages
	for i, table := range tables {
		s.tell("check", i, len(tables))
		if err := pragmaCheck(ctx, conn, fmt.Sprintf(`PRAGMA quick_check("%s")`, table)); err != nil {
			return err
		}
	}
	s.tell("check", len(tables), len(tables))
	return nil
}

// checkWholly compares every index with its table, too, and the tables with
// those that the program makes. It is for a file that was found damaged while
// in use.
func (s *Store) checkWholly(ctx context.Context, conn querier) error {
	s.tell("check", 0, 0)
	if err := pragmaCheck(ctx, conn, "PRAGMA integrity_check"); err != nil {
		return err
	}
	return s.checkLayout(ctx, conn)
}

// querier is what a connection and a pool have in common.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// pragmaCheck runs one of SQLite's checks; anything but "ok" is damage.
func pragmaCheck(ctx context.Context, conn querier, pragma string) error {
	found, err := readColumn(ctx, conn, pragma)
	if err != nil {
		return err
	}
	if len(found) == 1 && found[0] == "ok" {
		return nil
	}
	return crm.NewError(crm.CodeCorrupt, "", "check", fmt.Sprint(len(found))).Because(errors.New(strings.Join(found[:min(len(found), 5)], "; ")))
}

// readColumn reads a query's only column as text.
func readColumn(ctx context.Context, conn querier, query string, args ...any) ([]string, error) {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// aside calls f with a connection of its own that can't write, so that a long
// look at the database keeps nobody waiting. A restore waits for it.
func (s *Store) aside(ctx context.Context, f func(*sql.DB) error) (err error) {
	s.files.Lock()
	defer s.files.Unlock()
	return s.asideLocked(ctx, f)
}

func (s *Store) asideLocked(_ context.Context, f func(*sql.DB) error) (err error) {
	if s.closed() {
		return errClosed
	}
	db, err := sql.Open("sqlite", asideDSN(s.path(), false))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	return f(db)
}

func (s *Store) closed() bool {
	s.swapping.RLock()
	defer s.swapping.RUnlock()
	return s.readDB == nil
}

// checkInBackground checks a file that was closed cleanly while it is in use.
func (s *Store) checkInBackground(ctx context.Context) {
	s.noteCheck(ctx, s.aside(ctx, func(db *sql.DB) error {
		if err := pragmaCheck(ctx, db, "PRAGMA quick_check"); err != nil {
			return err
		}
		return s.checkLayout(ctx, db)
	}))
}

// noteCheck keeps what a check in the background found.
func (s *Store) noteCheck(ctx context.Context, err error) {
	switch {
	case err == nil || ctx.Err() != nil:
	case s.codeOf(err) == crm.CodeCorrupt:
		s.noteDamage("check in background", err)
	default:
		s.log.Error().Err(err).Msg("background check failed")
	}
}

const digestBatch = 200

// checkDigests holds every record's values against its digest and finds the
// flipped bits that leave the file's structure whole. batch runs each step,
// which reads some hundred of them from the database that it is given.
func (s *Store) checkDigests(ctx context.Context, batch func(context.Context, func(*sql.DB) error) error) error {
	records, bad, err := s.badDigests(ctx, batch)
	switch {
	case err != nil || len(bad) == 0:
		return err
	case len(bad) > max(20, records/100):
		// A disk that flips that many bits would have torn the trees, too: it was
		// written from outside, and a recovery would undo that.
		s.log.Error().Int("wrong", len(bad)).Int("records", records).Str("first", bad[0].id).Msg("digests don't fit")
		return nil
	}
	return crm.NewError(crm.CodeCorrupt, "", "records", fmt.Sprint(len(bad))).Because(fmt.Errorf("digest of %s %s is wrong", bad[0].t.name, bad[0].id))
}

// recordID names a record.
type recordID struct {
	t  *table
	id string
}

// badDigests answers how many records there are, and those whose values aren't
// the ones that were written.
func (s *Store) badDigests(ctx context.Context, batch func(context.Context, func(*sql.DB) error) error) (records int, bad []recordID, err error) {
	for _, t := range registry() {
		t = s.tables[t.kind]
		for rid := int64(0); ; {
			n := 0
			err := batch(ctx, func(db *sql.DB) error {
				var ids []string
				var err error
				n, rid, ids, err = s.digestBatch(ctx, db, t, rid)
				for _, id := range ids {
					bad = append(bad, recordID{t, id})
				}
				return err
			})
			if err != nil {
				return 0, nil, fmt.Errorf("check digests of %s: %w", t.name, err)
			}
			records += n
			if n < digestBatch {
				break
			}
		}
	}
	return records, bad, nil
}

// direct runs a step of a check on the readers.
func (s *Store) direct(_ context.Context, f func(*sql.DB) error) error { return f(s.readDB) }

// digestBatch checks some records in one read transaction.
func (s *Store) digestBatch(ctx context.Context, db *sql.DB, t *table, after int64) (n int, last int64, bad []string, err error) {
	// A transaction that is cancelled is rolled back in its own time, and its
	// connection might outlive the writer's, who writes the log back.
	tx, err := db.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, 0, nil, err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	query := func(q string, args ...any) (*sql.Rows, error) { return tx.QueryContext(ctx, q, args...) }
	rows, err := query(t.selectSQL+" WHERE rid>? ORDER BY rid LIMIT ?", after, digestBatch)
	if err != nil {
		return 0, 0, nil, err
	}
	list, err := scanRows(s, t, rows)
	if err != nil {
		return 0, 0, nil, err
	}
	for _, f := range list {
		if err := errors.Join(ctx.Err(), readSets(t, f.rid, f.v, query, s)); err != nil {
			return 0, 0, nil, err
		}
		var state []byte
		var digest int64
		err := tx.QueryRowContext(ctx, "SELECT state,digest FROM sync_records WHERE id=?", blob(f.id)).Scan(&state, &digest)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return 0, 0, nil, err
		}
		if err != nil || digest != t.digest(f.v, state) {
			bad = append(bad, f.id)
		}
		last = f.rid
	}
	return len(list), last, bad, nil
}

// checkDigestsInBackground takes a sixth of a processor at most, and keeps
// nobody waiting who wants a snapshot.
func (s *Store) checkDigestsInBackground(ctx context.Context) {
	s.noteCheck(ctx, s.checkDigests(ctx, func(ctx context.Context, f func(*sql.DB) error) error {
		start := time.Now()
		err := s.aside(ctx, f)
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Since(start)):
		}
		return errors.Join(err, ctx.Err())
	}))
}
