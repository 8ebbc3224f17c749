package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pressly/goose/v3"

	"patio/backend/crm"
	"patio/sync/vv"
)

// Codes of restoring.
const (
	// CodeNotBackup: the file is no database of this program.
	CodeNotBackup crm.Code = "backup.not_ours"
	// CodeBusy: a long read, such as an export, didn't end in time.
	CodeBusy crm.Code = "busy"
)

// restoringName is the database that will take the other's place.
const restoringName = "patio.restoring" + partSuffix

// Restore puts a snapshot in the database's place while the store is open. The
// present database is kept as a snapshot first. The restored one is a new
// replica: else it would use the numbers of writes that others have seen.
// Subscribers get a Change with All. Codes: not_found, database.corrupt,
// database.too_new, disk_full, busy.
func (s *Store) Restore(ctx context.Context, snapshotID string) error {
	if _, ok := parseSnapshot(snapshotID); !ok {
		return crm.NewError(crm.CodeNotFound, "snapshotId", "id", snapshotID)
	}
	path := filepath.Join(s.snapshotDir(), snapshotID+".db")
	if there, err := exists(path); err != nil || !there {
		return crm.NewError(crm.CodeNotFound, "snapshotId", "id", snapshotID)
	}
	return s.restore(ctx, path, SnapshotRestore)
}

// Replaced puts a database that this program made aside in this one's place.
// The present one is kept as a snapshot of a kind first. Codes as of Restore.
func (s *Store) Replaced(ctx context.Context, path, kind string) error {
	return s.restore(ctx, path, kind)
}

// RestoreFile is Restore from a file that a person picked: a snapshot, or the
// database of another PC with its log beside it. Code backup.not_ours, too.
func (s *Store) RestoreFile(ctx context.Context, path string) error {
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return crm.NewError(crm.CodeNotFound, "file", "file", filepath.Base(path)).Because(err)
	}
	// Opening and closing our own file here would drop SQLite's locks on it.
	for _, own := range []string{s.path(), s.path() + "-wal", s.path() + "-shm"} {
		if o, err := os.Stat(own); err == nil && os.SameFile(o, st) {
			return crm.NewError(crm.CodeInvalid, "file", "file", filepath.Base(path))
		}
	}
	return s.restore(ctx, path, SnapshotRestore)
}

func (s *Store) restore(ctx context.Context, path, kind string) error {
	s.files.Lock()
	defer s.files.Unlock()
	staged := s.staged()
	defer removeDatabase(staged)
	if err := s.stageCopy(ctx, path, staged); err != nil {
		return err
	}
	if err := s.uncarryFiles(ctx, staged); err != nil {
		return s.fail("take files out of backup", err)
	}
	if err := s.prepareRestored(ctx, staged, s.carryDevice); err != nil {
		return s.fail("prepare restored database", err)
	}
	if _, err := s.makeSnapshot(ctx, kind); err != nil {
		return err
	}
	if err := s.swap(ctx, staged); err != nil {
		return err
	}
	s.removeExpired(ctx)
	s.forgetWorkspace()
	if err := s.takeFilesBeside(ctx, path); err != nil {
		s.log.Warn().Err(err).Msg("files beside the restored database were not taken in") // it is restored; they are said to be missing
	}
	s.events.publish(crm.Change{All: true, Label: "restore"}, true)
	if err := s.writeReady(ctx); err != nil {
		return err
	}
	return s.adopt(ctx)
}

// stageCopy copies a file, and its log if it has one, and checks the copy. What it
// answers about the file must not count as damage of ours.
func (s *Store) stageCopy(ctx context.Context, path, staged string) error {
	removeDatabase(staged)
	for _, suffix := range []string{"", "-wal"} {
		there, err := exists(path + suffix)
		if err == nil && there {
			err = copyFile(ctx, path+suffix, staged+suffix)
		}
		if err != nil {
			return folderFailure(s.dir, err)
		}
	}
	name := filepath.Base(path)
	newest, err := s.newestVersion()
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, asideDSN(staged, false))
	switch {
	case err != nil && codeOf(err) == crm.CodeCorrupt && notADatabase(path):
		return crm.NewError(CodeNotBackup, "file", "file", name).Because(err)
	case err != nil:
		return crm.NewError(codeOf(err), "file", "file", name).Because(err)
	case version > newest:
		return tooNew(version, newest)
	}
	db, err := sql.Open("sqlite", asideDSN(staged, false))
	if err != nil {
		return err
	}
	defer db.Close()
	if version == 0 {
		return crm.NewError(CodeNotBackup, "file", "file", name)
	}
	if err := pragmaCheck(ctx, db, "PRAGMA quick_check"); err != nil {
		return crm.NewError(codeOf(err), "file", "file", name).Because(err)
	}
	if ours, err := readColumn(ctx, db, ownTablesSQL); err != nil || len(ours) < 4 {
		return crm.NewError(CodeNotBackup, "file", "file", name).Because(err)
	}
	if err := s.checkLayout(ctx, db); err != nil {
		return crm.NewError(codeOf(err), "file", "file", name).Because(err)
	}
	return nil
}

// notADatabase says whether a file lacks SQLite's first bytes.
func notADatabase(path string) bool {
	const magic = "SQLite format 3\x00"
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, len(magic))
	n, _ := f.Read(b)
	return string(b[:n]) != magic
}

// prepareRestored migrates a database that lies aside, gives it a number of
// its own, runs carry on it, and leaves it in one file.
func (s *Store) prepareRestored(ctx context.Context, path string, carry func(context.Context, *sql.Tx) error) (err error) {
	db, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() {
		err = errors.Join(err, db.Close())
		if err == nil {
			err = syncFile(path)
		}
	}()
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, s.migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // an error after Commit says so
	if err := s.renumber(ctx, tx); err != nil {
		return err
	}
	if carry != nil {
		if err := carry(ctx, tx); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// renumber makes a database another replica: a new number, the counter goes on.
// One that joined keeps its own: the hub knows how far it was, says that it
// forked, and then gives it another under which it tells what it wrote since.
func (s *Store) renumber(ctx context.Context, tx *sql.Tx) error {
	var joined bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM sync_meta)").Scan(&joined); err != nil || joined {
		return err
	}
	var old vv.Replica
	err := tx.QueryRowContext(ctx, "SELECT number FROM replica WHERE one=1").Scan(&old)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // it never wrote: a number is drawn when it is opened
	}
	if err != nil {
		return err
	}
	var value string
	if err := tx.QueryRowContext(ctx, "SELECT value FROM device WHERE key=?", deviceNumbers).Scan(&value); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	former := formerNumbers(value)
	number := drawNumber()
	for number == old || slices.Contains(former, number) {
		number = drawNumber()
	}
	encoded, err := json.Marshal(append(former, old))
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE replica SET number=? WHERE one=1", int64(number)); err != nil {
		return err
	}
	return putDevice(ctx, tx, deviceNumbers, string(encoded))
}

// drawNumber draws a replica's number, as a workspace without a hub does.
func drawNumber() vv.Replica {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return max(vv.Replica(binary.BigEndian.Uint32(b[:])), vv.FirstDevice)
}

func putDevice(ctx context.Context, tx *sql.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO device(key,value) VALUES (?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", key, value)
	return err
}

// carryDevice gives the restored database what belongs to this device, not to
// the data: the folder of the copies, the window's state, who acts if known.
func (s *Store) carryDevice(ctx context.Context, tx *sql.Tx) error {
	rows, err := s.query(ctx, "SELECT key,value FROM device")
	if err != nil {
		return err
	}
	defer rows.Close()
	values := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		values[key] = value
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if actor := values[deviceActor]; actor != "" {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM users WHERE id=? AND deleted=0", blob(actor)).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			values[deviceActor] = ""
		}
	}
	own, err := s.ownNumbers(ctx)
	if err != nil {
		return err
	}
	var there string
	if err := tx.QueryRowContext(ctx, "SELECT value FROM device WHERE key=?", deviceNumbers).Scan(&there); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	numbers := formerNumbers(there)
	for _, n := range own {
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	encoded, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	values[deviceNumbers] = string(encoded)
	for key, value := range values {
		if err := putDevice(ctx, tx, key, value); err != nil {
			return err
		}
	}
	return nil
}

// swap puts a prepared file in the database's place: writes wait, readers end,
// the file changes by one rename, and both go on with it.
func (s *Store) swap(ctx context.Context, staged string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.swapping.Lock()
	defer s.swapping.Unlock()
	if s.readDB == nil {
		return errClosed
	}
	if err := s.waitForReaders(ctx); err != nil {
		return err
	}
	var busy, logged, written int // an error here still finds the store open
	if err := s.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &written); err != nil {
		return s.fail("write the log back", err)
	}
	closeErr := s.disconnect()
	log, err := os.Stat(s.path() + "-wal")
	switch {
	case closeErr != nil:
		err = closeErr
	case err == nil && log.Size() > 0:
		// The log would be taken for the new file's.
		err = errors.New("the log was not written back")
	case err == nil || errors.Is(err, fs.ErrNotExist):
		err = s.placeDatabase(staged)
	}
	// Whatever file is there now, the store goes on with it.
	return errors.Join(s.fail("replace database", err), s.fail("open database again", s.reconnect(context.WithoutCancel(ctx))))
}

// placeDatabase renames a whole database to where the program looks for it.
func (s *Store) placeDatabase(staged string) error {
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(s.path() + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(staged, s.path()); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// reconnect opens the file again; the caller holds writing and swapping.
func (s *Store) reconnect(ctx context.Context) error {
	if err := s.connect(ctx, s.path()); err != nil {
		return err
	}
	if err := s.makeIndexes(ctx); err != nil {
		return err
	}
	if err := s.loadReplica(ctx); err != nil {
		return err
	}
	if err := s.refs.load(ctx, s.writer); err != nil {
		return err
	}
	var actor string
	err := s.writer.QueryRowContext(ctx, "SELECT value FROM device WHERE key=?", deviceActor).Scan(&actor)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	s.actor.Store(actor)
	return nil
}

// readersPatience is how long a restore waits for reads that are under way.
const readersPatience = 10 * time.Second

// waitForReaders waits until no row is being read; new reads wait for the swap.
// The pool has no signal for it.
func (s *Store) waitForReaders(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readersPatience)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for s.readDB.Stats().InUse > 0 {
		select {
		case <-ctx.Done():
			return crm.NewError(CodeBusy, "").Because(fmt.Errorf("%d reads under way: %w", s.readDB.Stats().InUse, ctx.Err()))
		case <-look.C:
		}
	}
	return nil
}

// removeDatabase removes a database that lies aside and what belongs to it.
func removeDatabase(path string) {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal", partSuffix} {
		_ = os.Remove(path + suffix)
	}
}
