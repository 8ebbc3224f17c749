package hubd

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"patio/backend/crm"
	"patio/sync/hub/blobs"
	"patio/sync/protocol"
	"patio/sync/record"
)

// carriedBlobs holds the files that records name, in pieces, so that no more
// than one is in memory.
const carriedBlobs = `CREATE TABLE carried_blobs (ws BLOB NOT NULL, blob BLOB NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (ws, blob, piece)) STRICT`

const piece = 1 << 20 // bytes

// blobOf is a file of a workspace's.
type blobOf struct {
	ws record.ID
	id protocol.BlobID
}

// carryBlobs puts the files that a copy of the database tells of into it. One
// that is gone was removed since, or lost by the disk; one that the disk changed
// is left out and logged: a device that has it can bring it again.
func (s *Service) carryBlobs(ctx context.Context, path string) error {
	return withDatabase(path, func(db *sql.DB) error {
		if _, err := db.ExecContext(ctx, carriedBlobs); err != nil {
			return err
		}
		list, err := blobsIn(ctx, db, "SELECT ws,blob FROM blobs ORDER BY ws,blob")
		if err != nil {
			return err
		}
		for _, b := range list {
			switch err := s.blobs.Verify(b.ws, b.id); {
			case errors.Is(err, fs.ErrNotExist):
				continue
			case errors.Is(err, blobs.ErrDamaged):
				s.cfg.Log.Warn().Str("blob", b.id.String()).Msg("a file is damaged and not in the backup")
				continue
			case err != nil:
				return err
			}
			if err := s.carryBlob(ctx, db, b); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return nil
	})
}

func (s *Service) carryBlob(ctx context.Context, db *sql.DB, b blobOf) (err error) {
	file, err := s.blobs.Open(b.ws, b.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	buf := make([]byte, piece)
	for i := 0; err == nil; i++ {
		var n int
		if n, err = io.ReadFull(file, buf); n > 0 {
			if _, failed := tx.ExecContext(ctx, "INSERT INTO carried_blobs(ws,blob,piece,bytes) VALUES (?,?,?,?)", b.ws[:], b.id[:], i, buf[:n]); failed != nil {
				err = failed
			}
		}
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// uncarryBlobs takes the files out of a backup and puts those that aren't there
// into the folder. What else lies there stays: a device may yet bring back the
// record that names it. Errors: hub.not_backup, disk_full.
func (f *folder) uncarryBlobs(ctx context.Context, path string) error {
	to, err := blobs.Open(f.path(blobsName))
	if err != nil {
		return ofFile(err, "data", f.dir)
	}
	err = withDatabase(path, func(db *sql.DB) error {
		var there int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name='carried_blobs'").Scan(&there); err != nil || there == 0 {
			return err // a backup of a hub that had no files
		}
		list, err := blobsIn(ctx, db, "SELECT DISTINCT ws,blob FROM carried_blobs")
		if err != nil {
			return err
		}
		for _, b := range list {
			if _, there, err := to.Size(b.ws, b.id); err != nil || there {
				if err != nil {
					return err
				}
				continue
			}
			if err := to.Put(b.ws, b.id, func(out io.Writer) error { return b.uncarry(ctx, db, out) }); err != nil {
				return fmt.Errorf("file %s: %w", b.id, err)
			}
		}
		// The database is as large as before without them.
		if _, err := db.ExecContext(ctx, "DROP TABLE carried_blobs"); err != nil || len(list) == 0 {
			return err
		}
		_, err = db.ExecContext(ctx, "VACUUM")
		return err
	})
	if errors.Is(err, blobs.ErrDamaged) {
		return crm.NewError(CodeNotBackup, "file").Because(err)
	}
	return ofFile(err, "data", f.dir)
}

// uncarry writes one file.
func (b *blobOf) uncarry(ctx context.Context, db *sql.DB, out io.Writer) (err error) {
	rows, err := db.QueryContext(ctx, "SELECT bytes FROM carried_blobs WHERE ws=? AND blob=? ORDER BY piece", b.ws[:], b.id[:])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return rows.Err()
}

func blobsIn(ctx context.Context, db *sql.DB, query string) (out []blobOf, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var ws, id []byte
		if err := rows.Scan(&ws, &id); err != nil {
			return nil, err
		}
		out = append(out, blobOf{record.ID(ws), protocol.BlobID(id)})
	}
	return out, rows.Err()
}
