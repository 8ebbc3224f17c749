package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"patio/backend/crm"
)

// The writer's statements are prepared once and kept; the caller holds writing.

func (s *Store) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if st := s.prepared[query]; st != nil {
		return st, nil
	}
	if s.writer == nil {
		return nil, errClosed
	}
	st, err := s.writer.PrepareContext(ctx, query)
	if err == nil {
		s.prepared[query] = st
	}
	return st, err
}

func (s *Store) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := s.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (s *Store) stmt(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := s.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}

// row is a query of one row; an error of preparing shows when it is scanned.
func (s *Store) row(ctx context.Context, query string, args ...any) *sql.Row {
	st, err := s.prepare(ctx, query)
	if err != nil {
		return s.writer.QueryRowContext(ctx, query, args...)
	}
	return st.QueryRowContext(ctx, args...)
}

// query reads through the pool of readers, with statements kept. Read the rows
// to their end or close them before the next query: a restore waits for them.
func (s *Store) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s.swapping.RLock()
	defer s.swapping.RUnlock()
	if s.readDB == nil {
		return nil, errClosed
	}
	if st, ok := s.readers.Load(query); ok {
		return st.(*sql.Stmt).QueryContext(ctx, args...)
	}
	st, err := s.readDB.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if other, loaded := s.readers.LoadOrStore(query, st); loaded {
		_ = st.Close()
		st = other.(*sql.Stmt)
	}
	return st.QueryContext(ctx, args...)
}

// one reads one row through the readers into dest; sql.ErrNoRows when none.
func (s *Store) one(ctx context.Context, query string, args []any, dest ...any) error {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(rows.Err(), sql.ErrNoRows)
	}
	return rows.Scan(dest...)
}

// fail turns a driver's failure into an Error that tells the user what to do,
// and says in the log what was being done.
func (s *Store) fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	var ours *crm.Error
	if errors.As(err, &ours) {
		return err
	}
	code := s.codeOf(err)
	if s.outOfRoom(code, err) {
		code = crm.CodeDiskFull
	}
	switch {
	case code == crm.CodeInternal && errors.Is(err, context.Canceled):
		code = crm.CodeCancelled
	case code == crm.CodeCorrupt:
		s.noteDamage(doing, err)
	case code == crm.CodeDiskFull:
		s.dropBallast()
	}
	s.log.Error().Str("doing", doing).Str("code", string(code)).Err(err).Msg("store failed")
	return crm.NewError(code, "").Because(err)
}

// codeOf names a failure of ours, of SQLite or of the file system.
func codeOf(err error) crm.Code {
	var ours *crm.Error
	if errors.As(err, &ours) {
		return ours.Code
	}
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL:
			return crm.CodeDiskFull
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
			return crm.CodeReadOnly
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return crm.CodeCorrupt
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return crm.CodeLocked
		case sqlite3.SQLITE_IOERR:
			if e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE || strings.Contains(e.Error(), "disk is full") {
				return crm.CodeDiskFull
			}
		}
	}
	switch {
	case outOfSpace(err):
		return crm.CodeDiskFull
	case errors.Is(err, fs.ErrPermission):
		return crm.CodeReadOnly
	}
	return crm.CodeInternal
}

// queryIn is query for those who bring no context of their own.
func (s *Store) queryIn(ctx context.Context) func(string, ...any) (*sql.Rows, error) {
	return func(q string, args ...any) (*sql.Rows, error) { return s.query(ctx, q, args...) }
}
