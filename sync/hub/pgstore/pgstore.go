// Package pgstore keeps a hub's workspaces in PostgreSQL, or in what speaks its
// protocol. Several hubs may share one database.
package pgstore

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"patio/sync/hub"
	"patio/sync/record"
)

//go:embed schema.sql
var schema string

// schemaLock keeps two hubs that start at once from making the tables together.
const schemaLock = 0x7061_7469_6f // "patio"

// Store is a hub.Store in a database.
type Store struct {
	pool *pgxpool.Pool

	mu       sync.Mutex
	together map[record.ID]*turns // by workspace, whose row a write locks
}

// turns are those in which a workspace is written. Here writes wait for each
// other without a connection each.
type turns struct {
	hub.Together[*line]
	writing int // who uses them now
}

// commitWithin is how long a commit may take, with all that it keeps.
const commitWithin = time.Minute

// Open connects to a database, as "postgres://user@host/name", and makes the
// tables that are missing.
func Open(ctx context.Context, address string) (*Store, error) {
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, err
	}
	s := &Store{pool: pool, together: map[record.ID]*turns{}}
	err = pgx.BeginFunc(ctx, pool, func(t pgx.Tx) error {
		if _, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(schemaLock)); err != nil {
			return err
		}
		_, err := t.Exec(ctx, schema)
		return err
	})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("make hub tables: %w", err)
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	s.pool.Close()
	return nil
}

// Create makes a workspace.
func (s *Store) Create(ctx context.Context, workspace record.ID, h hub.Head) error {
	done, err := s.pool.Exec(ctx, "INSERT INTO workspaces(ws,name,epoch,past,seq,token,hub,last_grant) VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT DO NOTHING",
		workspace[:], h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant))
	if err == nil && done.RowsAffected() == 0 {
		err = hub.ErrExists
	}
	return err
}

// Workspaces answers the ids of all.
func (s *Store) Workspaces(ctx context.Context) ([]record.ID, error) {
	rows, err := s.pool.Query(ctx, "SELECT ws FROM workspaces ORDER BY ws")
	return ids(rows, err)
}

// Write runs f while it holds the workspace's row, which its sequence comes
// from, until the commit.
func (s *Store) Write(ctx context.Context, workspace record.ID, f func(hub.Tx) error) error {
	t := s.enter(workspace)
	defer s.leave(workspace, t)
	return t.Run(ctx, func(l *line) error {
		return run(l, workspace, " FOR UPDATE", func(t *tx) error { return f(t) })
	})
}

func (s *Store) enter(workspace record.ID) *turns {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.together[workspace]
	if t == nil {
		t = &turns{Together: hub.Together[*line]{Commit: s.commit}}
		s.together[workspace] = t
	}
	t.writing++
	return t
}

// leave forgets turns that nobody uses: whoever knocks could name workspaces
// that there are none of.
func (s *Store) leave(workspace record.ID, t *turns) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.writing--; t.writing == 0 {
		delete(s.together, workspace)
	}
}

// commit runs writes in one transaction. One that fails is taken back alone.
func (s *Store) commit(writes []func(*line) error) []error {
	ctx, cancel := context.WithTimeout(context.Background(), commitWithin)
	defer cancel()
	errs := make([]error, len(writes))
	failed := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(t pgx.Tx) error {
		l := newLine(ctx, t)
		if len(writes) == 1 {
			if err := writes[0](l); err != nil {
				return err
			}
			return l.flush()
		}
		for i, write := range writes {
			var err error
			if errs[i], err = alone(l, write); err != nil {
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

// alone runs a write that can be taken back without the others. failed says that
// it could not be.
func alone(l *line, write func(*line) error) (err, failed error) {
	l.exec("SAVEPOINT one")
	l.asked = false
	if err = write(l); err == nil {
		l.exec("RELEASE one")
		err = l.flush()
	}
	if err == nil {
		return nil, nil
	}
	sent := l.asked
	l.forget()
	if sent {
		l.exec("ROLLBACK TO one")
		failed = l.flush()
	}
	return err, failed
}

// Read runs f on one snapshot.
func (s *Store) Read(ctx context.Context, workspace record.ID, f func(hub.View) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(t pgx.Tx) error {
		return run(newLine(ctx, t), workspace, "", func(t *tx) error { return f(t) })
	})
}

func run(l *line, workspace record.ID, lock string, f func(*tx) error) error {
	x := &tx{line: l, ws: workspace[:]}
	if l.head != nil {
		x.head = *l.head
	} else if err := x.readHead(lock); err != nil {
		return err
	}
	if err := f(x); err != nil {
		return err
	}
	l.head = &x.head
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

// split reads what joined wrote.
func split(b []byte) (list []record.ID) {
	for id := range slices.Chunk(b, len(record.ID{})) {
		list = append(list, record.ID(id))
	}
	return list
}

// ids reads a column of ids.
func ids(rows pgx.Rows, failed error) ([]record.ID, error) {
	if failed != nil {
		return nil, failed
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (record.ID, error) {
		var b []byte
		if err := row.Scan(&b); err != nil {
			return record.ID{}, err
		}
		return record.ID(b), nil
	})
}
