package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver

	"patio/backend/crm"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

//go:embed indexes.sql
var indexSQL string

// openChecked opens the file, refuses a newer one, migrates it.
func (s *Store) openChecked(ctx context.Context, path string) error {
	_, err := os.Stat(path)
	s.opened.Fresh = errors.Is(err, fs.ErrNotExist)
	if err := s.connect(ctx, path); err != nil {
		return s.fail("open database", err)
	}
	return s.migrate(ctx)
}

// migrate brings the schema up to date; a database from a newer version of
// the program is refused and left as it is.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writeDB, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return s.fail("read migrations", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	// goose wants a connection of its own; the pool has one.
	if err := s.writer.Close(); err != nil {
		return s.fail("release writer", err)
	}
	current, err := provider.GetDBVersion(ctx)
	if err == nil && current > newest {
		return crm.NewError(crm.CodeTooNew, "", "database", fmt.Sprint(current), "program", fmt.Sprint(newest))
	}
	if err == nil && current < newest {
		_, err = provider.Up(ctx)
	}
	if err != nil {
		return s.fail("migrate", err)
	}
	if s.writer, err = s.writeDB.Conn(ctx); err != nil {
		return s.fail("take writer", err)
	}
	if _, err := s.writer.ExecContext(ctx, indexSQL); err != nil {
		return s.fail("build indexes", err)
	}
	return s.fail("guard tables", s.guardTables(ctx))
}

// guardTables makes the triggers that refuse a write to a synced table from
// outside Transact. A trigger can't call a function of the program under
// trusted_schema=0, so it reads the guard's row.
func (s *Store) guardTables(ctx context.Context) error {
	names := []string{"sync_records"}
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
				BEGIN SELECT RAISE(ABORT, 'write outside Transact'); END`, name, verb)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Recovery tells what became of a damaged database.
type Recovery struct {
	At       int64    `json:"at"`       // ms UTC
	Snapshot string   `json:"snapshot"` // the one restored, "" when there was none
	Salvaged int      `json:"salvaged"` // records read from the damaged file and written again
	Lost     []string `json:"lost"`     // what was not readable, table by table
}
