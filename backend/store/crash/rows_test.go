//go:build linux

package crash_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver

	"patio/backend/store"
)

// openRows opens the folder's database with plain SQL.
func openRows(dir string, pragmas ...string) (*sql.DB, error) {
	uri := "file:" + filepath.Join(dir, store.FileName) + "?_pragma=busy_timeout(5000)"
	for _, p := range pragmas {
		uri += "&_pragma=" + p
	}
	db, err := sql.Open("sqlite", uri)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// rows writes rows through a plain connection, to have a control whose only
// difference is PRAGMA synchronous.
func (w *worker) rows(synchronous string, n int) (err error) {
	db, err := openRows(w.dir, "journal_mode(WAL)", "synchronous("+synchronous+")", "wal_autocheckpoint(100)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "CREATE TABLE rows(id TEXT PRIMARY KEY, text TEXT NOT NULL)"); err != nil {
		return err
	}
	for i := range n {
		id, f := fmt.Sprint("row ", i), fact{Name: strings.Repeat(w.name(), 1+w.r.IntN(50))}
		if err := w.say(line{Kind: sayTry, Op: "create", Fact: f}); err != nil {
			return err
		}
		if _, err := db.ExecContext(ctx, "INSERT INTO rows VALUES (?,?)", id, f.Name); err != nil {
			return err
		}
		if err := w.say(line{Kind: sayDone, ID: id, Fact: f}); err != nil {
			return err
		}
	}
	return nil
}

// Queries by which a database's facts are read without the program.
const (
	leadFacts = `SELECT l.id, c.name, l.subject, l.value_cents, coalesce(r.id, '') FROM leads l
		JOIN contacts c ON c.id = l.contact_id LEFT JOIN refs r ON r.ref = l.stage WHERE l.deleted = 0`
	rowFacts = "SELECT id, text, '', 0, '' FROM rows"
)

// wrongRows looks at a folder's database as SQLite alone would: quicker than
// opening the store.
func (l *ledger) wrongRows(dir, table, query string) (lost []string, err error) {
	db, err := openRows(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	found := ""
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(5)").Scan(&found); err != nil {
		return nil, fmt.Errorf("integrity_check: %w", err)
	}
	if found != "ok" {
		return nil, fmt.Errorf("integrity_check: %s", found)
	}
	tables := 0
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name=?", table).Scan(&tables); err != nil {
		return nil, err
	}
	if tables == 0 { // the cut came before the schema
		return l.lost(nil), nil
	}
	got, err := readFacts(db, query)
	return l.lost(got), err
}

func readFacts(db *sql.DB, query string) (map[string]fact, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	got := map[string]fact{}
	for rows.Next() {
		var id, stage []byte
		var f fact
		if err := rows.Scan(&id, &f.Name, &f.Subject, &f.Cents, &stage); err != nil {
			return nil, err
		}
		f.Stage = idText(stage)
		got[idText(id)] = f
	}
	return got, rows.Err()
}

// idText writes a UUID's bytes as text, and leaves another id as it is.
func idText(b []byte) string {
	if id, err := uuid.FromBytes(b); err == nil {
		return id.String()
	}
	return string(b)
}
