package store

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
)

// Recovery tells what became of a damaged database.
type Recovery struct {
	At       int64    `json:"at"`       // ms UTC
	Folder   string   `json:"folder"`   // where the damaged files lie now, in the data folder
	Snapshot string   `json:"snapshot"` // the one restored, "" when there was none
	Salvaged int      `json:"salvaged"` // records read from the damaged file and written again
	Older    int      `json:"older"`    // records that are back as they were in the snapshot, an edit lost
	Doubtful int      `json:"doubtful"` // records written again though their checksum was wrong or lost
	Pages    int      `json:"pages"`    // pages that were not readable
	LeadIDs  []string `json:"leadIds"`  // leads to look at, at most 200
	Lost     []string `json:"lost"`     // what was there and is gone: "leads:3", table and count
}

// deviceRecovery is the device value that keeps the note until it is dismissed.
const deviceRecovery = "recovery"

// damagedPrefix begins the names of folders with damaged files.
const damagedPrefix = "damaged-"

// recover sets a damaged database aside and builds another from the newest
// good snapshot and from what is readable of the damaged one.
func (s *Store) recover(ctx context.Context, cause error) error {
	s.log.Error().Err(cause).Msg("recovering a damaged database")
	s.tell("recover", 0, 0)
	if err := s.disconnect(); err != nil {
		s.log.Warn().Err(err).Msg("damaged database not closed cleanly")
	}
	dir := s.freeName(damagedPrefix) + partSuffix
	if err := s.setAside(dir); err != nil {
		return folderFailure(s.dir, err)
	}
	return s.rebuild(ctx, dir, cause)
}

// freeName names a folder, for files that are set aside, that isn't there yet.
func (s *Store) freeName(prefix string) string {
	for at := s.now().UTC(); ; at = at.Add(time.Millisecond) {
		dir := filepath.Join(s.dir, prefix+at.Format(snapshotTime))
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
	}
}

// finishRecovery goes on with a recovery that a kill or a full disk ended. The
// folder's name tells that there is one, its content how far it got.
func (s *Store) finishRecovery(ctx context.Context) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return folderFailure(s.dir, err)
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), damagedPrefix) || !strings.HasSuffix(e.Name(), partSuffix) {
			continue
		}
		dir := filepath.Join(s.dir, e.Name())
		moved, err := exists(filepath.Join(dir, FileName))
		if err != nil {
			return folderFailure(s.dir, err)
		}
		if moved {
			placed, err := exists(s.path())
			if err == nil && placed {
				err = s.endRecovery(dir)
				if err == nil {
					continue
				}
			}
			if err != nil {
				return folderFailure(s.dir, err)
			}
		} else if err := s.setAside(dir); err != nil {
			return folderFailure(s.dir, err)
		}
		if err := s.rebuild(ctx, dir, crm.NewError(crm.CodeCorrupt, "", "folder", s.dir)); err != nil {
			return err
		}
		if err := s.disconnect(); err != nil { // the start opens it again, as ever
			return s.fail("close recovered database", err)
		}
	}
	return nil
}

// setAside moves the database and its log, together, into a folder. The
// database goes last: once it is there, all is. It stands for "recovered" that
// another one is in its place, so a missing one leaves an empty file.
func (s *Store) setAside(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.Remove(s.path() + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Rename(s.path()+"-wal", filepath.Join(dir, FileName+"-wal"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := errors.Join(syncFolder(dir), syncFolder(s.dir)); err != nil {
		return err
	}
	to := filepath.Join(dir, FileName)
	if err = os.Rename(s.path(), to); errors.Is(err, fs.ErrNotExist) {
		err = os.WriteFile(to, nil, 0o600)
	}
	return errors.Join(err, syncFolder(dir), syncFolder(s.dir))
}

// putBack undoes setAside: there was nothing to recover from.
func (s *Store) putBack(dir string) error {
	from := filepath.Join(dir, FileName)
	if st, err := os.Stat(from); err == nil && st.Size() > 0 {
		if err := os.Rename(from, s.path()); err != nil {
			return err
		}
	}
	if err := os.Rename(from+"-wal", s.path()+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(dir)
}

// endRecovery gives the folder of the damaged files its lasting name.
func (s *Store) endRecovery(dir string) error {
	if err := os.Rename(dir, strings.TrimSuffix(dir, partSuffix)); err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// staged is where a database is built before it takes its place.
func (s *Store) staged() string { return filepath.Join(s.dir, restoringName) }

// rebuild makes the new database beside the damaged one and puts it in place,
// with the store connected to it. It can be run again from its beginning.
func (s *Store) rebuild(ctx context.Context, dir string, cause error) (err error) {
	damaged := filepath.Join(dir, FileName)
	sc, err := s.readDamaged(ctx, damaged)
	if err != nil {
		return s.fail("read damaged database", err)
	}
	defer func() { err = errors.Join(err, sc.close()) }()
	defer removeDatabase(s.staged())
	snap, err := s.stageNewest(ctx, sc)
	if err != nil {
		return err
	}
	if snap == "" && sc.rows == 0 {
		return errors.Join(cause, s.putBack(dir))
	}
	note := &Recovery{At: s.now().UnixMilli(), Folder: filepath.Base(strings.TrimSuffix(dir, partSuffix)), Snapshot: snap, LeadIDs: []string{}, Lost: []string{}}
	if err := s.buildRecovered(ctx, sc, note); err != nil {
		return errors.Join(s.fail("recover", err), s.disconnect())
	}
	if err := s.disconnect(); err != nil {
		return s.fail("close recovered database", err)
	}
	if err := syncFile(s.staged()); err != nil {
		return folderFailure(s.dir, err)
	}
	if err := s.placeDatabase(s.staged()); err != nil {
		return folderFailure(s.dir, err)
	}
	if err := s.endRecovery(dir); err != nil {
		return folderFailure(s.dir, err)
	}
	s.forgetDamage()
	if err := s.lock.mark(stateOpen); err != nil {
		return folderFailure(s.dir, err)
	}
	s.log.Warn().Str("snapshot", note.Snapshot).Int("salvaged", note.Salvaged).Int("older", note.Older).Int("doubtful", note.Doubtful).
		Strs("lost", note.Lost).Msg("database recovered")
	s.lock.last, s.opened.Fresh = stateClean, false
	if err := s.connect(ctx, s.path()); err != nil {
		return s.fail("open recovered database", err)
	}
	return s.attach(ctx, nil)
}

// stageNewest copies the newest snapshot that is good to where the database is
// built, and answers its id, "" when there is none. Where the data folder has
// none, the copies in the second folder are asked.
func (s *Store) stageNewest(ctx context.Context, sc *scratch) (string, error) {
	device, err := sc.device(ctx)
	if err != nil {
		return "", s.fail("read device values", err)
	}
	own := sc.numbers(ctx, device)
	for _, dir := range []string{s.snapshotDir(), device[deviceSnapshots]} {
		if dir == "" {
			continue
		}
		list, err := s.listSnapshots(dir)
		if err != nil && dir == s.snapshotDir() {
			return "", err
		}
		for _, snap := range list {
			if dir != s.snapshotDir() && !slices.Contains(own, snap.replica) {
				continue // another PC's
			}
			err := s.stageCopy(ctx, filepath.Join(dir, snap.ID+".db"), s.staged())
			if err == nil {
				err = s.prepareRestored(ctx, s.staged(), nil)
			}
			switch code := crm.CodeOf(err); {
			case err == nil:
				return snap.ID, nil
			case code == crm.CodeDiskFull, ctx.Err() != nil:
				return "", err
			}
			s.log.Warn().Str("snapshot", snap.ID).Err(err).Msg("snapshot is not good")
			removeDatabase(s.staged())
		}
	}
	return "", nil
}

// buildRecovered connects the store to the database in the making and fills it.
func (s *Store) buildRecovered(ctx context.Context, sc *scratch, note *Recovery) error {
	if err := s.connect(ctx, s.staged()); err != nil {
		return err
	}
	if err := s.attach(ctx, nil); err != nil {
		return err
	}
	if err := s.mendBase(ctx); err != nil {
		return err
	}
	if err := s.carryAudit(ctx, sc); err != nil {
		return err
	}
	if err := s.writeReady(ctx); err != nil {
		return err
	}
	if err := s.salvageInto(ctx, sc, note); err != nil {
		return err
	}
	value, err := json.Marshal(note)
	if err != nil {
		return err
	}
	return s.SetDevice(ctx, deviceRecovery, string(value))
}

// mendBase makes every lead of the restored database readable.
func (s *Store) mendBase(ctx context.Context) error {
	if _, err := s.writer.ExecContext(ctx, "UPDATE guard SET open=1"); err != nil {
		return err
	}
	if err := mendTags(ctx, s.writer); err != nil {
		return err
	}
	_, err := s.writer.ExecContext(ctx, "UPDATE guard SET open=0")
	return err
}

// recoveryNote answers the note that waits to be dismissed, nil when none does.
func (s *Store) recoveryNote(ctx context.Context) (*Recovery, error) {
	value, err := s.Device(ctx, deviceRecovery)
	if err != nil || value == "" {
		return nil, err
	}
	var note Recovery
	if err := json.Unmarshal([]byte(value), &note); err != nil {
		s.log.Warn().Err(err).Msg("recovery note not readable")
		return nil, nil
	}
	return &note, nil
}

// DismissRecovery ends the message about a recovery.
func (s *Store) DismissRecovery(ctx context.Context) error {
	if err := s.SetDevice(ctx, deviceRecovery, ""); err != nil {
		return err
	}
	s.openedMu.Lock()
	s.opened.Recovered = nil
	s.openedMu.Unlock()
	return nil
}
