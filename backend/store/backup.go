package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	"patio/backend/crm"
)

// backupName is the copy that a backup is read from.
const backupName = "patio.backup" + partSuffix

// Backup makes a checked copy of the database and its files, calls use with its path, and
// removes it: unlike a snapshot it is not kept. A restore and snapshots wait
// until use returns, whose error it answers. Codes: disk_full, read_only,
// database.corrupt.
func (s *Store) Backup(ctx context.Context, use func(path string) error) error {
	s.files.Lock()
	defer s.files.Unlock()
	path := filepath.Join(s.dir, backupName)
	removeDatabase(path)
	defer removeDatabase(path)
	if err := s.asideLocked(ctx, func(db *sql.DB) error {
		before, err := countOf(ctx, db)
		if err != nil {
			return err
		}
		return s.vacuumInto(ctx, db, before, path, SnapshotManual)
	}); err != nil {
		return s.fail("make backup", err)
	}
	if err := s.carryFiles(ctx, path); err != nil {
		return s.fail("put files into backup", err)
	}
	return use(path)
}

// replacedPrefix begins the names of folders with databases that a restore
// replaced because they could not be opened.
const replacedPrefix = "replaced-"

// Replace puts a backup in the place of a database that Open refuses, as
// damaged beyond recovery or as a newer version's. It checks the backup first,
// then moves what is there, database and log, into a folder of the data folder
// and answers that folder's name. A kill in between leaves both halves in such
// folders. Codes as of Open and RestoreFile.
func Replace(ctx context.Context, cfg Config, file string) (folder string, err error) {
	s, err := takeFolder(cfg, ownMigrations())
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.sweep(); err != nil {
		return "", err
	}
	if st, err := os.Stat(file); err != nil || !st.Mode().IsRegular() {
		return "", crm.NewError(crm.CodeNotFound, "file", "file", filepath.Base(file)).Because(err)
	}
	staged := s.staged()
	defer removeDatabase(staged)
	if err := s.stageCopy(ctx, file, staged); err != nil {
		return "", err
	}
	if err := s.uncarryFiles(ctx, staged); err != nil {
		return "", s.fail("take files out of backup", err)
	}
	if err := s.prepareRestored(ctx, staged, nil); err != nil {
		return "", s.fail("prepare restored database", err)
	}
	dir := s.freeName(replacedPrefix)
	if err := s.setAside(dir); err != nil {
		return "", folderFailure(s.dir, err)
	}
	if err := s.placeDatabase(staged); err != nil {
		return "", folderFailure(s.dir, err)
	}
	s.log.Warn().Str("folder", filepath.Base(dir)).Msg("database replaced")
	return filepath.Base(dir), nil
}
