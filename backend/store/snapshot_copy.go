package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"patio/backend/crm"
	"patio/sync/vv"
)

// Device values of the snapshots.
const (
	deviceSnapshots = "snapshots.folder" // where copies go, "" for nowhere
	deviceNumbers   = "replica.former"   // JSON: numbers that this database had before it was restored
)

// SetSnapshotFolder picks the second folder, to which each snapshot is copied;
// "" picks none. What is missing there is copied at once. Errors name field
// folder: not_found, read_only, disk_full, invalid for the data folder itself.
func (s *Store) SetSnapshotFolder(ctx context.Context, path string) error {
	if path != "" {
		if err := s.checkSecondFolder(path); err != nil {
			return err
		}
		path = filepath.Clean(path)
	}
	if err := s.SetDevice(ctx, deviceSnapshots, path); err != nil {
		return err
	}
	s.noteSnapshot(nil)
	if path == "" {
		return nil
	}
	s.files.Lock()
	defer s.files.Unlock()
	return s.copyNewest(ctx, path)
}

// checkSecondFolder refuses what can't hold a copy, or would be lost together
// with the database.
func (s *Store) checkSecondFolder(path string) error {
	refuse := func(code crm.Code, cause error) error {
		return crm.NewError(code, "folder", "folder", path).Because(cause)
	}
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return refuse(crm.CodeNotFound, err)
	case !filepath.IsAbs(path) || !st.IsDir():
		return refuse(crm.CodeInvalid, nil)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return refuse(crm.CodeNotFound, err)
	}
	own, err := filepath.EvalSymlinks(s.dir)
	if err != nil || within(own, real) {
		return refuse(crm.CodeInvalid, err)
	}
	probe, err := os.CreateTemp(path, "patio-*"+partSuffix)
	if err != nil {
		return refuse(crm.CodeOf(folderFailure(path, err)), err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return refuse(crm.CodeReadOnly, err)
	}
	return nil
}

// copyOut copies a snapshot to the second folder; a failure is only noted.
func (s *Store) copyOut(ctx context.Context, snap Snapshot) {
	folder, err := s.Device(ctx, deviceSnapshots)
	if err == nil && folder != "" {
		err = s.copySnapshot(ctx, snap, folder)
	}
	if err == nil && folder != "" {
		err = s.copyFiles(ctx, folder)
	}
	s.noteSnapshot(err)
}

// copyMissing brings the newest snapshot to the second folder when it isn't
// there, as after a start without the USB disk.
func (s *Store) copyMissing(ctx context.Context) {
	folder, err := s.Device(ctx, deviceSnapshots)
	if err == nil && folder == "" {
		return
	}
	s.files.Lock()
	defer s.files.Unlock()
	if err == nil {
		err = s.copyNewest(ctx, folder)
	}
	if ctx.Err() == nil && err != nil {
		s.noteSnapshot(err)
	}
}

func (s *Store) copyNewest(ctx context.Context, folder string) error {
	list, err := s.Snapshots(ctx)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := s.copySnapshot(ctx, list[0], folder); err != nil {
		return err
	}
	return s.copyFiles(ctx, folder)
}

func (s *Store) copySnapshot(ctx context.Context, snap Snapshot, folder string) error {
	to := filepath.Join(folder, snap.ID+".db")
	if st, err := os.Stat(to); err != nil || st.Size() != snap.Bytes {
		if err := copyFile(ctx, filepath.Join(s.snapshotDir(), snap.ID+".db"), to); err != nil {
			return crm.NewError(crm.CodeOf(folderFailure(folder, err)), "folder", "folder", folder).Because(err)
		}
	}
	s.snaps.mu.Lock()
	s.snaps.copiedAt = snap.At
	s.snaps.mu.Unlock()
	return nil
}

// noteSnapshot keeps why the last automatic snapshot or copy failed.
func (s *Store) noteSnapshot(err error) {
	s.snaps.mu.Lock()
	defer s.snaps.mu.Unlock()
	s.snaps.err = nil
	if err != nil {
		s.log.Error().Err(err).Msg("snapshot failed")
		if !errors.As(err, &s.snaps.err) {
			s.snaps.err = crm.NewError(codeOf(err), "").Because(err)
		}
	}
}

// copyFile copies a file that SQLite has not open: whole and durable under its
// name, or not at all.
func copyFile(ctx context.Context, from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	part := to + partSuffix
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return in.Read(p)
	}))
	if err == nil {
		err = out.Sync()
	}
	err = errors.Join(err, out.Close())
	if err == nil {
		err = os.Rename(part, to)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(to))
	}
	if err != nil {
		_ = os.Remove(part)
	}
	return err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// ownNumbers are the replica numbers that this database has and had.
func (s *Store) ownNumbers(ctx context.Context) ([]vv.Replica, error) {
	var number vv.Replica
	if err := s.one(ctx, "SELECT number FROM replica", nil, &number); err != nil {
		return nil, err
	}
	value, err := s.Device(ctx, deviceNumbers)
	if err != nil {
		return nil, err
	}
	return append(formerNumbers(value), number), nil
}

// formerNumbers reads the device value; a broken one only leaves old copies.
func formerNumbers(value string) []vv.Replica {
	var list []vv.Replica
	if json.Unmarshal([]byte(value), &list) != nil {
		return nil
	}
	return list
}

// exists says whether a path names something.
func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
