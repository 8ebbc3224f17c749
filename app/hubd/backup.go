package hubd

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"patio/backend/crm"
)

// CodeNotBackup: the file is no backup of a hub, or a damaged one.
const CodeNotBackup crm.Code = "hub.not_backup"

// A backup is the database with the folder's own files in tables beside the
// others: one file is all that another machine needs.
const carriedTable = `CREATE TABLE folder (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT`

// carried are the files of the folder that a backup holds.
var carried = []string{keyName, certName, ledgerName}

// Backup writes a copy of all that is committed, while the hub goes on. What
// stands in PostgreSQL is copied by PostgreSQL's own tools. Errors: unsupported,
// disk_full.
func (s *Service) Backup(ctx context.Context, out io.Writer) (err error) {
	store, ok := s.store.(*kept).backing.(*fileStore)
	if !ok {
		return crm.NewError(crm.CodeUnsupported, "database")
	}
	if _, err := s.folder.certificate(s.cfg.Now()); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.folder.dir, scratchName+"*")
	if err != nil {
		return ofFile(err, "data", s.folder.dir)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, databaseName)
	if err := store.Backup(ctx, path); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := s.carryBlobs(ctx, path); err != nil {
		return fmt.Errorf("copy files: %w", ofFile(err, "data", s.folder.dir))
	}
	if err := s.folder.carry(ctx, path); err != nil {
		return fmt.Errorf("complete the copy: %w", err)
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(out, in)
	return err
}

// carry puts the folder's own files into a copy of the database, and checks it.
func (f *folder) carry(ctx context.Context, path string) error {
	return withDatabase(path, func(db *sql.DB) error {
		if _, err := db.ExecContext(ctx, carriedTable); err != nil {
			return err
		}
		for _, name := range carried {
			b, err := os.ReadFile(f.path(name))
			if err != nil {
				return err
			}
			if _, err := db.ExecContext(ctx, "INSERT INTO folder(name,bytes) VALUES (?,?)", name, b); err != nil {
				return err
			}
		}
		return checkDatabase(ctx, db)
	})
}

// uncarry checks a backup, takes the folder's files out of it and answers them.
// Errors: hub.not_backup.
func uncarry(ctx context.Context, path string) (files map[string][]byte, err error) {
	files = map[string][]byte{}
	err = withDatabase(path, func(db *sql.DB) error {
		if err := checkDatabase(ctx, db); err != nil {
			return err
		}
		for _, name := range carried {
			var b []byte
			if err := db.QueryRowContext(ctx, "SELECT bytes FROM folder WHERE name=?", name).Scan(&b); err != nil {
				return err
			}
			files[name] = b
		}
		_, err := db.ExecContext(ctx, "DROP TABLE folder")
		return err
	})
	if err != nil {
		return nil, crm.NewError(CodeNotBackup, "file").Because(err)
	}
	return files, nil
}

func withDatabase(path string, f func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?mode=rw&_pragma=synchronous(FULL)&_pragma=trusted_schema(0)")
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}

func checkDatabase(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errors.New("hubd: the copy is damaged")
	}
	return nil
}

// WriteBackup writes a caller's backup to a file, whole or not at all, and
// answers its size. Errors: invalid, not_found, read_only, disk_full, unsupported.
func WriteBackup(ctx context.Context, c Caller, file string) (size int64, err error) {
	if st, err := os.Lstat(file); err == nil && !st.Mode().IsRegular() {
		return 0, crm.NewError(crm.CodeInvalid, "file", "file", file)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, ofFile(err, "file", file)
	}
	err = writeWhole(file, func(out io.Writer) error {
		counted := &begun{Writer: out}
		err := c.Backup(ctx, counted)
		size = counted.n
		return err
	})
	return size, err
}
