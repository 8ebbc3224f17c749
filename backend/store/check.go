package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

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

// checkWholly compares every index with its table, too. It is for a file that
// was found damaged while in use.
func (s *Store) checkWholly(ctx context.Context, conn querier) error {
	s.tell("check", 0, 0)
	return pragmaCheck(ctx, conn, "PRAGMA integrity_check")
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
	err := s.aside(ctx, func(db *sql.DB) error { return pragmaCheck(ctx, db, "PRAGMA quick_check") })
	switch {
	case err == nil || ctx.Err() != nil:
	case codeOf(err) == crm.CodeCorrupt:
		s.noteDamage("check in background", err)
	default:
		s.log.Error().Err(err).Msg("background check failed")
	}
}
