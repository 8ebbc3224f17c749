package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"patio/backend/crm"
)

// A backup is one file, so it carries the attachments' files in a table of its
// own. Snapshots name files and hold none: those lie in the data folder for
// longer than any snapshot, and in the second folder beside the copies.

// carriedFiles holds files in pieces, so that no more than one is in memory.
const carriedFiles = "CREATE TABLE carried_files (hash TEXT NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (hash, piece)) STRICT"

const filePiece = 1 << 20 // bytes

// carryFiles puts into a copy of the database the files that it names. One that
// isn't here, or is damaged, is left out: the backup holds what there is.
func (s *Store) carryFiles(ctx context.Context, path string) (err error) {
	db, err := openCopy(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, carriedFiles); err != nil {
		return err
	}
	hashes, err := readColumn(ctx, db, "SELECT DISTINCT hash FROM attachments WHERE deleted=0 ORDER BY hash")
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		file, err := s.OpenFile(hash)
		if code := crm.CodeOf(err); code == crm.CodeAttachmentMissing || code == crm.CodeAttachmentDamaged {
			s.log.Warn().Str("file", hash).Msg("a file is not here and not in the backup")
			continue
		}
		if err == nil {
			err = errors.Join(carryFile(ctx, db, hash, file), file.Close())
		}
		if err != nil {
			return fmt.Errorf("file %s: %w", hash, err)
		}
	}
	return nil
}

// openCopy opens a copy to be written: one that fails half way is thrown away.
func openCopy(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", fileURI(path)+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=temp_store(MEMORY)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func carriesFiles(ctx context.Context, path string) (_ bool, err error) {
	db, err := sql.Open("sqlite", asideDSN(path, false))
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	there, err := readColumn(ctx, db, "SELECT name FROM sqlite_schema WHERE name='carried_files'")
	return len(there) > 0, err
}

func carryFile(ctx context.Context, db *sql.DB, hash string, file io.Reader) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	buf := make([]byte, filePiece)
	for i := 0; err == nil; i++ {
		var n int
		if n, err = io.ReadFull(file, buf); n > 0 {
			if _, failed := tx.ExecContext(ctx, "INSERT INTO carried_files(hash,piece,bytes) VALUES (?,?,?)", hash, i, buf[:n]); failed != nil {
				err = failed
			}
		}
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// uncarryFiles takes the files out of a copy of a backup and puts those that
// aren't here into the folder. None is removed.
func (s *Store) uncarryFiles(ctx context.Context, path string) (err error) {
	carries, err := carriesFiles(ctx, path)
	if err != nil || !carries {
		return err
	}
	db, err := openCopy(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	hashes, err := readColumn(ctx, db, "SELECT DISTINCT hash FROM carried_files")
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		if s.HasFile(hash) {
			continue
		}
		if err := s.putFile(ctx, hash, &carried{ctx: ctx, db: db, hash: hash}); err != nil {
			return fmt.Errorf("file %s: %w", hash, err)
		}
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE carried_files"); err != nil || len(hashes) == 0 {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM")
	return err
}

// carried reads a file out of a backup, a piece at a time.
type carried struct {
	ctx   context.Context
	db    *sql.DB
	hash  string
	piece int
	rest  []byte
}

func (c *carried) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		err := c.db.QueryRowContext(c.ctx, "SELECT bytes FROM carried_files WHERE hash=? AND piece=?", c.hash, c.piece).Scan(&c.rest)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		c.piece++
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// putFile keeps a file that a backup holds under its hash. One that is another
// than its name says is left out: the rest of a backup is good without it.
func (s *Store) putFile(ctx context.Context, hash string, in io.Reader) error {
	err := s.KeepFile(ctx, in, 0, 1<<40, func(f File) error {
		if f.Hash != hash { // kept under its own hash, and collected
			s.log.Warn().Str("file", hash).Msg("a file of the backup is damaged")
		}
		return nil
	})
	if crm.CodeOf(err) == crm.CodeRequired {
		return nil
	}
	return err
}

// takeFilesBeside brings in the files that lie beside a restored database: a
// snapshot in the second folder, or another PC's data.
func (s *Store) takeFilesBeside(ctx context.Context, path string) error {
	missing, err := s.Missing(ctx)
	if err != nil {
		return err
	}
	for _, f := range missing {
		from, err := filePath(filepath.Dir(path), f.Hash)
		if err != nil {
			continue
		}
		in, err := os.Open(from)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = errors.Join(s.putFile(ctx, f.Hash, in), in.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copyFiles brings the files that aren't there yet to the second folder.
func (s *Store) copyFiles(ctx context.Context, folder string) error {
	hashes, err := s.texts(ctx, "SELECT DISTINCT hash FROM attachments WHERE deleted=0")
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		from, err := filePath(s.dir, hash)
		if err != nil || !s.HasFile(hash) {
			continue
		}
		to, _ := filePath(folder, hash)
		here, err := os.Stat(from)
		if err != nil {
			continue // it went meanwhile
		}
		if st, err := os.Stat(to); err == nil && st.Size() == here.Size() {
			continue
		}
		err = os.MkdirAll(filepath.Dir(to), 0o700)
		if err == nil {
			err = copyFile(ctx, from, to)
		}
		if err != nil {
			return crm.NewError(crm.CodeOf(folderFailure(folder, err)), "folder", "folder", folder).Because(err)
		}
	}
	return nil
}
