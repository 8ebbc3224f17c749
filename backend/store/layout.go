package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"patio/backend/crm"
)

// A bit that flips in the schema's own text gives a column or a table another
// name. SQLite's checks find nothing wrong with that; statements that name the
// old one fail as if the program were at fault. Which of the two it is, tells a
// comparison with what the migrations make.

// layoutSQL lists the columns of every table.
const layoutSQL = `SELECT t.name||'.'||c.name||' '||upper(c.type)||' '||c."notnull"||' '||c.pk
	FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c WHERE t.type='table' AND t.name NOT LIKE 'sqlite_%'`

// ownTablesSQL lists the tables by which a database of this program is known.
const ownTablesSQL = "SELECT name FROM sqlite_schema WHERE name IN ('replica','sync_records','leads','operations')"

// checkLayout answers database.corrupt when a database lacks a column that
// the migrations of its version made. Those that it has besides are nobody's
// damage.
func (s *Store) checkLayout(ctx context.Context, conn querier) error {
	corrupt := func(err error) error { return crm.NewError(crm.CodeCorrupt, "", "check", "schema").Because(err) }
	version, err := layoutVersion(ctx, conn)
	if refused(err) {
		version, err = 0, nil
	}
	if err != nil {
		return err
	}
	if version == 0 {
		ours, err := readColumn(ctx, conn, ownTablesSQL)
		if err == nil && len(ours) > 2 {
			err = corrupt(errors.New("the schema's version is gone"))
		}
		return err
	}
	want, err := s.layoutOf(ctx, version)
	if err != nil {
		return err
	}
	have, err := readColumn(ctx, conn, layoutSQL)
	if refused(err) { // a virtual table whose module or options SQLite doesn't know
		return corrupt(err)
	}
	if err != nil {
		return err
	}
	for _, column := range want {
		if !slices.Contains(have, column) {
			return corrupt(fmt.Errorf("the schema lacks %s", column))
		}
	}
	return nil
}

// layoutVersion answers a database's schema version, 0 for one without tables.
func layoutVersion(ctx context.Context, conn querier) (version int64, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT coalesce(max(version_id),0) FROM goose_db_version WHERE is_applied")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		err = rows.Scan(&version)
	}
	return version, errors.Join(err, rows.Err())
}

// layoutOf lists the columns that the migrations up to a version make.
func (s *Store) layoutOf(ctx context.Context, version int64) (list []string, err error) {
	if made, ok := s.layouts.Load(version); ok {
		return made.([]string), nil
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // each connection would be a database of its own
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, s.migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, err
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return nil, err
	}
	if list, err = readColumn(ctx, db, layoutSQL); err == nil {
		s.layouts.Store(version, list)
	}
	return list, err
}

// refused says whether SQLite could make no sense of a statement.
func refused(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_ERROR
}

// codeOf names a failure as codeOf does, and looks at the file where SQLite
// made no sense of a statement: a mistake of the program's is no damage.
func (s *Store) codeOf(err error) crm.Code {
	code := codeOf(err)
	if code == crm.CodeInternal && refused(err) && s.misleads() {
		return crm.CodeCorrupt
	}
	return code
}

// misleads says whether the open file holds what makes a right statement fail:
// another schema, or tags that are no list. A restore that waits to replace
// the file goes first.
func (s *Store) misleads() bool {
	if !s.swapping.TryRLock() {
		return false
	}
	defer s.swapping.RUnlock()
	if s.writeDB == nil {
		return false
	}
	ctx := context.Background()
	db, err := sql.Open("sqlite", asideDSN(s.file, false))
	if err != nil {
		return false
	}
	defer db.Close()
	var bad bool
	err = s.checkLayout(ctx, db)
	if err == nil {
		err = db.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM leads WHERE "+noTags+")").Scan(&bad)
	}
	return bad || codeOf(err) == crm.CodeCorrupt
}
