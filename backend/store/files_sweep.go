package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
)

// fileRest is how long a file stays that no living attachment names: as long as
// its deletion can be undone, and longer than any snapshot that names it.
const fileRest = undoDays * 24 * time.Hour

// purgeFile notes that an attachment's file goes with it, unless another one
// names the same.
func (tx *Tx) purgeFile(im *image) error {
	if im.t.kind != crm.KindAttachment || !im.before.IsValid() {
		return nil
	}
	hash := im.before.Addr().Interface().(*crm.Attachment).Hash
	_, err := tx.s.exec(tx.ctx, "INSERT INTO files(hash,purge) VALUES (?,1) ON CONFLICT(hash) DO UPDATE SET purge=1", hash)
	return err
}

// removePurgedFiles removes what purged attachments named: here, in the second
// folder, and in what was laid out for viewers.
func (s *Store) removePurgedFiles(ctx context.Context) error {
	s.filing.Lock()
	defer s.filing.Unlock()
	hashes, err := s.texts(ctx, "SELECT hash FROM files WHERE purge=1 AND hash NOT IN (SELECT hash FROM attachments)")
	if err != nil {
		return err
	}
	second, err := s.Device(ctx, deviceSnapshots)
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		for _, dir := range []string{s.dir, second} {
			if dir == "" {
				continue
			}
			if err := removeFile(dir, hash); err != nil {
				return err
			}
		}
	}
	if err := os.RemoveAll(filepath.Join(s.dir, viewingFolder)); err != nil {
		return err
	}
	return s.noteFiles(ctx, func() error {
		if err := s.execEach(ctx, "DELETE FROM files WHERE hash=?", hashes); err != nil {
			return err
		}
		_, err := s.exec(ctx, "UPDATE files SET purge=NULL WHERE purge=1") // another attachment names it
		return err
	})
}

// removeFile removes a file, and what was put aside or fetched of it.
func removeFile(dir, hash string) error {
	path, err := filePath(dir, hash)
	if err != nil {
		return nil // another device's word, and no file's name
	}
	for _, p := range []string{path, path + damagedSuffix, path + partSuffix} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// collectFiles removes the files that no living attachment has named for
// fileRest, and what was begun and given up.
func (s *Store) collectFiles(ctx context.Context) error {
	s.filing.Lock()
	defer s.filing.Unlock()
	living, err := s.textSet(ctx, "SELECT DISTINCT hash FROM attachments WHERE deleted=0")
	if err != nil {
		return err
	}
	known, err := s.textSet(ctx, "SELECT hash FROM files WHERE unnamed IS NOT NULL")
	if err != nil {
		return err
	}
	now := s.now()
	due, err := s.textSet(ctx, "SELECT hash FROM files WHERE unnamed<?", now.Add(-fileRest).UnixMilli())
	if err != nil {
		return err
	}
	var newly, again, gone []string
	err = s.eachFile(func(path, hash string) error {
		switch {
		case living[hash]:
			if known[hash] {
				again = append(again, hash)
			}
		case due[hash]:
			gone = append(gone, hash)
			return os.Remove(path)
		case !known[hash]:
			newly = append(newly, hash)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		s.log.Info().Int("files", len(gone)).Msg("files that nothing named were removed")
	}
	if len(newly)+len(again)+len(gone) == 0 {
		return nil
	}
	return s.noteFiles(ctx, func() error { // a hub forgets it as we do
		return errors.Join(
			s.execEach(ctx, "INSERT INTO files(unnamed,hash) VALUES (?,?) ON CONFLICT(hash) DO UPDATE SET unnamed=excluded.unnamed, sent=NULL", newly, now.UnixMilli()),
			s.execEach(ctx, "UPDATE files SET unnamed=NULL WHERE hash=?", again),
			s.execEach(ctx, "DELETE FROM files WHERE hash=?", gone),
		)
	})
}

// eachFile calls f with every file in the folder, those put aside and those
// half fetched included.
func (s *Store) eachFile(f func(path, hash string) error) error {
	root := filepath.Join(s.dir, filesFolder)
	heads, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return folderFailure(root, err)
	}
	for _, head := range heads {
		if !head.IsDir() {
			// Nobody is bringing a file now: what a kill left.
			if err := os.Remove(filepath.Join(root, head.Name())); err != nil {
				return folderFailure(root, err)
			}
			continue
		}
		dir := filepath.Join(root, head.Name())
		list, err := os.ReadDir(dir)
		if err != nil {
			return folderFailure(dir, err)
		}
		for _, entry := range list {
			bare, _, _ := strings.Cut(entry.Name(), ".")
			hash := head.Name() + bare
			if _, err := filePath(s.dir, hash); err != nil {
				continue // nobody's of ours
			}
			if err := f(filepath.Join(dir, entry.Name()), hash); err != nil {
				return folderFailure(dir, err)
			}
		}
	}
	return nil
}

// noteFiles writes what this device knows of its files, in one transaction. It
// is no record: no dots, no guard.
func (s *Store) noteFiles(ctx context.Context, write func() error) (err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.readOnly != nil {
		return s.readOnly
	}
	if _, err := s.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err = write(); err == nil {
		_, err = s.exec(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = s.exec(context.WithoutCancel(ctx), "ROLLBACK")
	}
	return err
}

// execEach runs a statement for each hash; the others of its values come first.
func (s *Store) execEach(ctx context.Context, query string, hashes []string, args ...any) error {
	for _, hash := range hashes {
		if _, err := s.exec(ctx, query, append(slices.Clip(args), hash)...); err != nil {
			return err
		}
	}
	return nil
}

// texts answers a query's one column of texts.
func (s *Store) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}

func (s *Store) textSet(ctx context.Context, query string, args ...any) (map[string]bool, error) {
	list, err := s.texts(ctx, query, args...)
	out := make(map[string]bool, len(list))
	for _, text := range list {
		out[text] = true
	}
	return out, err
}
