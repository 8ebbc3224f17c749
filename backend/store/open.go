package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // the driver
	sqlite3 "modernc.org/sqlite/lib"

	"patio/backend/crm"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// ownMigrations are the program's.
func ownMigrations() fs.FS {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // a name that is no path
	}
	return files
}

//go:embed indexes.sql
var indexSQL string

// partSuffix marks files that are being made: what bears it at a start was
// left by a kill and is worth nothing.
const partSuffix = ".part"

// start opens the database, and recovers one whose damage shows by then.
func (s *Store) start(ctx context.Context) error {
	if err := s.sweep(); err != nil {
		return err
	}
	err := s.finishRecovery(ctx)
	if err == nil {
		err = s.openChecked(ctx)
	}
	if err == nil {
		err = s.ready(ctx)
	}
	if crm.CodeOf(err) != crm.CodeCorrupt {
		return err
	}
	s.stopSearch()
	if err := s.recover(ctx, err); err != nil {
		return err
	}
	return s.ready(ctx)
}

// ready reads what the program holds in memory and fills a new database.
func (s *Store) ready(ctx context.Context) error {
	actor, err := s.Device(ctx, deviceActor)
	if err != nil {
		return err
	}
	s.actor.Store(actor)
	if s.opened.Recovered, err = s.recoveryNote(ctx); err != nil {
		return err
	}
	if !s.bare {
		if err := s.writeReady(ctx); err != nil {
			return err
		}
	}
	if err := s.adopt(ctx); err != nil {
		return err
	}
	return s.startSearch(ctx)
}

// path is where the database lies.
func (s *Store) path() string { return filepath.Join(s.dir, FileName) }

// sweep removes what a kill left half made.
func (s *Store) sweep() error {
	if err := os.RemoveAll(filepath.Join(s.dir, viewingFolder)); err != nil {
		s.log.Warn().Err(err).Msg("what was laid out for viewers stays until the next start") // one may have it open
	}
	for _, dir := range []string{s.dir, s.snapshotDir()} {
		list, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return folderFailure(dir, err)
		}
		for _, entry := range list {
			if entry.IsDir() || !strings.Contains(entry.Name(), partSuffix) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return folderFailure(dir, err)
			}
		}
	}
	return nil
}

// openChecked opens the file that is there: refuses one from a newer version
// with not a byte changed, checks it when the last run didn't close it, and
// migrates it. Code database.corrupt calls for a recovery.
func (s *Store) openChecked(ctx context.Context) error {
	log, logErr := os.Stat(s.path() + "-wal")
	s.opened.Unclean = s.lock.last != stateClean || logErr == nil && log.Size() > 0
	size := int64(0)
	if st, err := os.Stat(s.path()); err == nil {
		size = st.Size()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return folderFailure(s.dir, err)
	}
	if s.opened.Fresh = size == 0; s.opened.Fresh {
		s.opened.Unclean = false
		// SQLite takes an empty file for a new database. Where there are
		// snapshots it was one before.
		if list, err := s.listSnapshots(s.snapshotDir()); err != nil {
			return err
		} else if len(list) > 0 {
			return crm.NewError(crm.CodeCorrupt, "", "folder", s.dir).Because(errors.New("the database file is missing or empty"))
		}
	} else if size < 512 { // less than any page: SQLite would write over it
		return crm.NewError(crm.CodeCorrupt, "", "folder", s.dir).Because(fmt.Errorf("the database file has %d bytes", size))
	} else if err := s.refuseNewer(ctx); err != nil {
		return err
	}
	if err := s.lock.mark(stateOpen); err != nil {
		return folderFailure(s.dir, err)
	}
	if err := s.connect(ctx, s.path()); err != nil {
		return s.fail("open database", err)
	}
	check := s.checkQuickly
	if s.lock.last == stateDamaged {
		check = s.checkWholly
	}
	if s.opened.Unclean {
		if err := check(ctx, s.writer); err != nil {
			return s.fail("check database", err)
		}
	}
	if err := s.attach(ctx, s.beforeMigration); err != nil {
		return err
	}
	if s.lock.last == stateDamaged {
		if err := s.checkDigests(ctx, s.direct); err != nil {
			return s.fail("check records", err)
		}
		s.forgetDamage()
	}
	return nil
}

// attach brings the connected database's schema up to date and loads what the
// program holds of it in memory. before runs when there is something to migrate.
func (s *Store) attach(ctx context.Context, before func(context.Context) error) error {
	if err := s.migrate(ctx, before); err != nil {
		return err
	}
	if err := s.loadReplica(ctx); err != nil {
		return s.fail("read replica", err)
	}
	s.forgetWorkspace()
	return s.fail("read refs", s.refs.load(ctx, s.writer))
}

// refuseNewer reads the schema's version through a connection that can't write.
func (s *Store) refuseNewer(ctx context.Context) error {
	version, err := schemaVersion(ctx, asideDSN(s.path(), false))
	var failure *sqlite.Error
	if errors.As(err, &failure) && failure.Code() == sqlite3.SQLITE_READONLY_ROLLBACK {
		// The power went during the very first start, before the file had a
		// write-ahead log: only a writer can roll that back. migrate refuses a
		// newer one still.
		return nil
	}
	if err != nil {
		return s.fail("read schema version", err)
	}
	newest, err := s.newestVersion()
	if err == nil && version > newest {
		err = tooNew(version, newest)
	}
	return err
}

func tooNew(version, newest int64) error {
	return crm.NewError(crm.CodeTooNew, "", "database", fmt.Sprint(version), "program", fmt.Sprint(newest))
}

// schemaVersion answers the version of a database file, 0 for one without tables.
func schemaVersion(ctx context.Context, uri string) (version int64, err error) {
	db, err := sql.Open("sqlite", uri)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name='goose_db_version'").Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id),0) FROM goose_db_version WHERE is_applied").Scan(&version)
	return version, err
}

// newestVersion is the schema version that this program makes.
func (s *Store) newestVersion() (int64, error) {
	list, err := fs.Glob(s.migrations, "*.sql")
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	for _, name := range list {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// migrate brings the schema up to date, after before where the database has a
// schema already.
func (s *Store) migrate(ctx context.Context, before func(context.Context) error) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writeDB, s.migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return s.fail("read migrations", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	// goose wants a connection of its own; the pool has one.
	if err := s.writer.Close(); err != nil {
		return s.fail("release writer", err)
	}
	s.writer = nil
	current, err := provider.GetDBVersion(ctx)
	if err == nil && current > newest {
		return tooNew(current, newest)
	}
	if err == nil && current < newest {
		if current > 0 && before != nil {
			err = before(ctx)
		}
		if err == nil {
			s.tell("migrate", 0, 0)
			_, err = provider.Up(ctx)
		}
	}
	if err != nil {
		return s.fail("migrate", err)
	}
	if s.writer, err = s.writeDB.Conn(ctx); err != nil {
		return s.fail("take writer", err)
	}
	return s.fail("make indexes and guards", s.makeIndexes(ctx))
}

// makeIndexes makes the indexes and guards that are missing, all or none.
func (s *Store) makeIndexes(ctx context.Context) error {
	if _, err := s.writer.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	_, err := s.writer.ExecContext(ctx, indexSQL)
	if err == nil {
		err = s.guardTables(ctx)
	}
	if err == nil {
		_, err = s.writer.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = s.writer.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}
	return err
}

// guardTables makes the triggers that refuse a write to a synced table from
// outside Transact. A trigger can't call a function of the program under
// trusted_schema=0, so it reads the guard's row.
func (s *Store) guardTables(ctx context.Context) error {
	names := []string{"sync_records", "sync_values"}
	for _, t := range s.tables {
		names = append(names, t.name)
		for _, set := range t.sets {
			names = append(names, set.table)
		}
	}
	for _, name := range names {
		for _, verb := range []string{"INSERT", "UPDATE", "DELETE"} {
			if _, err := s.writer.ExecContext(ctx, fmt.Sprintf(
				`CREATE TRIGGER IF NOT EXISTS guard_%[1]s_%[2]s BEFORE %[2]s ON %[1]s WHEN (SELECT open FROM guard WHERE one = 1) = 0
				BEGIN SELECT RAISE(FAIL, 'write outside Transact'); END`, name, verb)); err != nil {
				return err
			}
		}
	}
	return nil
}

// emptySchema runs a query of one column on an empty database of this program.
func (s *Store) emptySchema(ctx context.Context, query string) (list []string, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would be a database of its own
	empty := &Store{tables: s.tables, migrations: s.migrations, writeDB: db}
	defer func() { err = errors.Join(err, empty.disconnect()) }()
	if empty.writer, err = db.Conn(ctx); err != nil {
		return nil, err
	}
	if err := empty.migrate(ctx, nil); err != nil {
		return nil, err
	}
	return readColumn(ctx, empty.writer, query)
}

// tell reports the progress of a long start.
func (s *Store) tell(phase string, done, total int) {
	if s.progress != nil {
		s.progress(phase, done, total)
	}
}
