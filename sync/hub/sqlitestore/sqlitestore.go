// Package sqlitestore keeps a hub's workspaces in one SQLite file.
package sqlitestore

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"slices"

	_ "modernc.org/sqlite" // the driver

	"patio/sync/hub"
	"patio/sync/record"
)

//go:embed schema.sql
var schema string

// Store is a hub.Store in one file.
type Store struct {
	write *sql.DB // one connection
	read  *sql.DB
}

// readers is how many snapshots are read at once.
const readers = 8

// Open opens the file, and makes it when there is none.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{}
	var err error
	if s.write, err = sql.Open("sqlite", source(path, "_txlock=immediate")); err != nil {
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", source(path, "_txlock=deferred")); err != nil {
		return nil, errors.Join(err, s.write.Close())
	}
	s.write.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(readers)
	if _, err := s.write.ExecContext(ctx, schema); err != nil {
		return nil, errors.Join(fmt.Errorf("make hub tables: %w", err), s.Close())
	}
	return s, nil
}

// source names the file to the driver; a commit is on the disk when it returns.
func source(path, lock string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() + "?" + lock +
		"&_dqs=0&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=journal_size_limit(67108864)" +
		"&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=secure_delete(1)"
}

// Close closes the file.
func (s *Store) Close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// Backup writes a copy of all that is committed into a new file.
func (s *Store) Backup(ctx context.Context, path string) error {
	_, err := s.read.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// Create makes a workspace.
func (s *Store) Create(ctx context.Context, workspace record.ID, h hub.Head) error {
	res, err := s.write.ExecContext(ctx, "INSERT INTO workspaces(ws,name,epoch,past,seq,token,hub,last_grant) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
		workspace[:], h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, hub.ErrExists)
	}
	return nil
}

// joined writes ids one behind the other.
func joined(list []record.ID) []byte {
	out := []byte{}
	for i := range list {
		out = append(out, list[i][:]...)
	}
	return out
}

// Workspaces answers the ids of all.
func (s *Store) Workspaces(ctx context.Context) ([]record.ID, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT ws FROM workspaces ORDER BY ws")
	if err != nil {
		return nil, err
	}
	return ids(rows)
}

// Write runs f in one transaction of the only writer.
func (s *Store) Write(ctx context.Context, workspace record.ID, f func(hub.Tx) error) error {
	return run(ctx, s.write, workspace, func(t *tx) error { return f(t) })
}

// Read runs f on one snapshot.
func (s *Store) Read(ctx context.Context, workspace record.ID, f func(hub.View) error) error {
	return run(ctx, s.read, workspace, func(t *tx) error { return f(t) })
}

func run(ctx context.Context, db *sql.DB, workspace record.ID, f func(*tx) error) (err error) {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = t.Rollback() // what went wrong is told already
		}
	}()
	var there bool
	if err := t.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM workspaces WHERE ws=?)", workspace[:]).Scan(&there); err != nil {
		return err
	}
	if !there {
		return hub.ErrNoWorkspace
	}
	if err := f(&tx{ctx: ctx, tx: t, ws: workspace[:]}); err != nil {
		return err
	}
	return t.Commit()
}

// split reads what joined wrote.
func split(b []byte) (list []record.ID) {
	for id := range slices.Chunk(b, len(record.ID{})) {
		list = append(list, record.ID(id))
	}
	return list
}

// ids reads a column of ids and closes rows.
func ids(rows *sql.Rows) (out []record.ID, err error) {
	err = each(rows, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		out = append(out, record.ID(b))
		return nil
	})
	return out, err
}
