// Package store keeps the CRM in one SQLite file: it opens and checks it,
// writes it in transactions that carry dots, undo and audit, and answers the
// board's, the list's and the search's questions.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// Config says where a store lives and what it takes from outside.
type Config struct {
	Dir string           // the data folder; made when missing
	Log zerolog.Logger   // never gets what a record holds
	Now func() time.Time // nil: the wall clock

	Bare bool // a new database stays without the ready records: another's come

	// Grace is how long after Open the background work of the start waits:
	// checking the file and taking the day's snapshot would slow the first screen.
	Grace time.Duration

	// Progress hears of a start that takes long: a phase ("check", "snapshot",
	// "migrate", "recover", "salvage"), and how much of it is done; total is 0
	// where it isn't known. It is called before Open returns only; nil for none.
	Progress func(phase string, done, total int)
}

// Store is the open database of one workspace. Its methods may be called from
// any goroutine; there is one writer and a pool of readers.
type Store struct {
	dir  string
	log  zerolog.Logger
	now  func() time.Time
	lock *fileLock

	writeDB  *sql.DB
	writer   *sql.Conn
	writing  sync.Mutex
	prepared map[string]*sql.Stmt // on the writer; guarded by writing
	readDB   *sql.DB
	readers  sync.Map     // SQL → *sql.Stmt
	file     string       // that writer and readers have open
	swapping sync.RWMutex // held by a restore while it replaces the file under the readers

	tables  map[crm.Kind]*table
	byType  map[reflect.Type]*table
	replica vv.Replica
	counter uint64     // guarded by writing
	clock   record.HLC // guarded by writing
	joins   joins      // guarded by writing
	commits atomic.Int64

	refs      refs
	events    events
	indexer   indexer
	workspace workspaceCache
	actor     atomic.Value // string
	readOnly  error
	openedMu  sync.Mutex
	opened    Opened

	migrations fs.FS
	bare       bool
	layouts    sync.Map // schema version → the columns that the migrations make
	progress   func(phase string, done, total int)
	files      sync.Mutex // held by who reads the database file apart from writer and readers, or replaces it
	snaps      snapshots
	ballast    ballast
	damage     damage
	background background
	purging    sync.Mutex   // held by who clears what a purge left
	filing     sync.RWMutex // read-held between an attachment's file and its record; held by who removes files
}

// Opened tells what happened at the start that a person must know.
type Opened struct {
	Fresh     bool      // the database was made just now
	Unclean   bool      // the last run didn't close it
	Recovered *Recovery // the database was damaged
}

// FileName is the database's name in the data folder.
const FileName = "patio.db"

// Open locks the data folder, opens and checks its database and brings its
// schema up to date. Errors: locked, read_only, database.too_new, disk_full,
// database.corrupt when there was nothing to recover from.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	return openWith(ctx, cfg, ownMigrations())
}

// openWith is Open with migrations of the caller's.
func openWith(ctx context.Context, cfg Config, migrations fs.FS) (*Store, error) {
	s, err := takeFolder(cfg, migrations)
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		_ = s.Close()
		return nil, err
	}
	s.startBackground(cfg.Grace)
	return s, nil
}

// takeFolder takes a data folder for a store that has no database open yet.
func takeFolder(cfg Config, migrations fs.FS) (*Store, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	var err error
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, makeFailure(cfg.Dir, err)
	}
	if err := checkFolder(cfg.Dir); err != nil {
		return nil, err
	}
	lock, err := lockFolder(cfg.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{
		dir: cfg.Dir, log: cfg.Log, now: cfg.Now, lock: lock, prepared: map[string]*sql.Stmt{},
		tables: map[crm.Kind]*table{}, byType: map[reflect.Type]*table{}, migrations: migrations, bare: cfg.Bare, progress: cfg.Progress,
	}
	s.actor.Store("")
	for _, t := range registry() {
		s.tables[t.kind], s.byType[t.typ] = t, t
	}
	return s, nil
}

// connect opens writer and readers on a database file and reads the PRAGMAs back.
func (s *Store) connect(ctx context.Context, path string) error {
	var err error
	s.file = path
	if s.writeDB, err = sql.Open("sqlite", dsn(path, false)); err != nil {
		return err
	}
	s.writeDB.SetMaxOpenConns(1)
	if s.writer, err = s.writeDB.Conn(ctx); err != nil {
		return err
	}
	if err := checkPragmas(ctx, s.writer, pragmas); err != nil {
		return err
	}
	if s.readDB, err = sql.Open("sqlite", dsn(path, true)); err != nil {
		return err
	}
	s.readDB.SetMaxOpenConns(readers)
	s.readDB.SetMaxIdleConns(readers)
	reader, err := s.readDB.Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(checkPragmas(ctx, reader, readerPragmas()), reader.Close())
}

// readers is the size of the reading pool.
const readers = 4

// disconnect closes writer and readers; a clean close truncates the log.
func (s *Store) disconnect() error {
	var errs []error
	s.readers.Range(func(k, st any) bool {
		errs = append(errs, st.(*sql.Stmt).Close())
		s.readers.Delete(k)
		return true
	})
	for _, st := range s.prepared {
		errs = append(errs, st.Close())
	}
	s.prepared = map[string]*sql.Stmt{}
	if s.readDB != nil {
		errs = append(errs, s.readDB.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.writeDB != nil {
		errs = append(errs, s.writeDB.Close())
	}
	s.readDB, s.writer, s.writeDB = nil, nil, nil
	return errors.Join(errs...)
}

// Close waits for the running write, closes the database and frees the folder.
func (s *Store) Close() error {
	s.stopBackground()
	s.stopSearch()
	s.writing.Lock()
	defer s.writing.Unlock()
	s.swapping.Lock()
	defer s.swapping.Unlock()
	open := s.readDB != nil
	err := s.disconnect()
	if open && err == nil && s.Damage() == nil {
		err = s.lock.mark(stateClean)
	}
	return errors.Join(err, s.lock.release())
}

// errClosed answers calls that come after Close.
var errClosed = errors.New("store: closed")

// Dir answers the data folder.
func (s *Store) Dir() string { return s.dir }

// Opened tells what happened at the start.
func (s *Store) Opened() Opened {
	s.openedMu.Lock()
	defer s.openedMu.Unlock()
	return s.opened
}

// Now answers the store's clock.
func (s *Store) Now() time.Time { return s.now() }

func (s *Store) tableOf(t reflect.Type) *table {
	if t := s.byType[t]; t != nil {
		return t
	}
	panic("store: " + t.String() + " is not in the registry")
}

// loadReplica reads this copy's number and counter, drawing a number the
// first time: a workspace without a hub names itself.
func (s *Store) loadReplica(ctx context.Context) error {
	var number, counter, clock int64
	err := s.writer.QueryRowContext(ctx, "SELECT number,counter,clock FROM replica WHERE one=1").Scan(&number, &counter, &clock)
	if errors.Is(err, sql.ErrNoRows) {
		number = int64(drawNumber())
		_, err = s.writer.ExecContext(ctx, "INSERT INTO replica(one,number,counter,clock) VALUES (1,?,0,0)", number)
	}
	if err != nil {
		return err
	}
	s.replica, s.counter, s.clock = vv.Replica(number), uint64(counter), record.HLC(clock)
	return s.loadJoins(ctx)
}

// state reads a record's dots; a record that never had any has an empty state.
func (s *Store) state(ctx context.Context, id string) (*record.State, error) {
	var b []byte
	err := s.row(ctx, "SELECT state FROM sync_records WHERE id=?", blob(id)).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return &record.State{}, nil
	}
	if err != nil {
		return nil, err
	}
	st, err := record.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("record %s: %w", id, err)
	}
	return st, nil
}
