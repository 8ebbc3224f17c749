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
	write, read      *sql.DB
	writing, reading lines
	together         hub.Together[*line]
}

// readers is how many snapshots are read at once.
const readers = 8

// Pages that a connection keeps in memory, in kilobytes: the one that writes,
// and each of those that read.
const (
	writerCache = 32_000
	readerCache = 8_000
)

// Open opens the file, and makes it when there is none.
func Open(ctx context.Context, path string) (_ *Store, err error) {
	s := &Store{}
	s.together.Commit = s.commit
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.write, err = sql.Open("sqlite", source(path, writerCache)); err != nil {
		return nil, err
	}
	if s.read, err = sql.Open("sqlite", source(path, readerCache)); err != nil {
		return nil, err
	}
	if _, err := s.write.ExecContext(ctx, schema); err != nil {
		return nil, fmt.Errorf("make hub tables: %w", err)
	}
	if s.writing, err = newLines(ctx, s.write, 1); err != nil {
		return nil, err
	}
	s.reading, err = newLines(ctx, s.read, readers)
	return s, err
}

// source names the file to the driver; a commit is on the disk when it returns.
func source(path string, cache int) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() +
		"?_dqs=0&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=journal_size_limit(67108864)" +
		fmt.Sprintf("&_pragma=temp_store(MEMORY)&_pragma=cache_size(-%d)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)&_pragma=secure_delete(1)", cache)
}

// Close closes the file.
func (s *Store) Close() error {
	err := errors.Join(s.reading.close(), s.writing.close())
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// Backup writes a copy of all that is committed into a new file.
func (s *Store) Backup(ctx context.Context, path string) error {
	_, err := s.read.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

// Create makes a workspace.
func (s *Store) Create(ctx context.Context, workspace record.ID, h hub.Head) error {
	return s.together.Run(ctx, func(l *line) error {
		ctx := context.WithoutCancel(ctx)
		res, err := l.exec(ctx, "INSERT INTO workspaces(ws,name,epoch,past,seq,token,hub,last_grant) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
			workspace[:], h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, hub.ErrExists)
		}
		return nil
	})
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
	return s.together.Run(ctx, func(l *line) error {
		return l.in(ctx, workspace, func(t *tx) error { return f(t) })
	})
}

// Read runs f on one snapshot.
func (s *Store) Read(ctx context.Context, workspace record.ID, f func(hub.View) error) error {
	return s.reading.run(ctx, "BEGIN", func(ctx context.Context, l *line) error {
		return l.in(ctx, workspace, func(t *tx) error { return f(t) })
	})
}

// in runs f on a workspace.
func (l *line) in(ctx context.Context, workspace record.ID, f func(*tx) error) error {
	t := &tx{ctx: context.WithoutCancel(ctx), line: l, ws: workspace[:]}
	if err := t.readHead(); err != nil {
		return err
	}
	return f(t)
}

// commit runs writes in one transaction. One that fails is taken back alone.
func (s *Store) commit(writes []func(*line) error) []error {
	errs := make([]error, len(writes))
	failed := s.writing.run(context.Background(), "BEGIN IMMEDIATE", func(ctx context.Context, l *line) error {
		if len(writes) == 1 {
			return writes[0](l)
		}
		for i, write := range writes {
			if _, err := l.exec(ctx, "SAVEPOINT one"); err != nil {
				return err
			}
			if errs[i] = write(l); errs[i] != nil {
				if _, err := l.exec(ctx, "ROLLBACK TO one"); err != nil {
					return err
				}
			}
			if _, err := l.exec(ctx, "RELEASE one"); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range errs {
		if errs[i] == nil {
			errs[i] = failed
		}
	}
	return errs
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
