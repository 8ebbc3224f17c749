package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"modernc.org/sqlite"

	"patio/backend/crm"
)

// On a full disk even a DELETE fails: it writes to the log first. A file of
// ballast is thrown off then, which leaves room for some hundred saves and for
// deleting things; it is filled again once there is space.

const (
	ballastName = "patio.ballast"
	ballastSize = 8 << 20
	// spaceFloor is what background work leaves free for what people save.
	spaceFloor = 64 << 20
)

type ballast struct{ mu sync.Mutex }

// fillBallast makes the ballast when it is missing and the disk has room: an
// eighth of what is free at most. Failing is no failure of the store.
func (s *Store) fillBallast(ctx context.Context) {
	s.ballast.mu.Lock()
	defer s.ballast.mu.Unlock()
	path := filepath.Join(s.dir, ballastName)
	if _, err := os.Stat(path); err == nil {
		return
	}
	free, err := FreeSpace(s.dir)
	if err != nil {
		return
	}
	part := path + partSuffix // a kill leaves no small ballast behind
	err = writeBallast(ctx, part, min(ballastSize, free/8))
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		if ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("no ballast")
		}
	}
}

// writeBallast writes noise: a file of zeros takes no space where the file
// system packs or leaves holes.
func writeBallast(ctx context.Context, path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	for size > 0 && err == nil && ctx.Err() == nil {
		b := block[:min(size, int64(len(block)))]
		_, _ = rand.Read(b) // never fails
		_, err = f.Write(b)
		size -= int64(len(b))
	}
	return errors.Join(err, ctx.Err(), f.Sync(), f.Close())
}

// outOfRoom says whether a failure of SQLite that goes by another name comes of
// a full disk: it calls a file that can't be made read-only, and one that
// can't grow an I/O error.
func (s *Store) outOfRoom(code crm.Code, cause error) bool {
	var e *sqlite.Error
	if code != crm.CodeReadOnly && code != crm.CodeInternal || !errors.As(cause, &e) {
		return false
	}
	free, err := FreeSpace(s.dir)
	return err == nil && free < 64<<10
}

// dropBallast frees the ballast's space for the next save.
func (s *Store) dropBallast() {
	s.ballast.mu.Lock()
	defer s.ballast.mu.Unlock()
	if err := os.Remove(filepath.Join(s.dir, ballastName)); err == nil {
		s.log.Warn().Msg("disk full, ballast thrown off")
	} else if !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn().Err(err).Msg("ballast not thrown off")
	}
}

// Room says whether background work may write size bytes: what people save
// comes first. Code disk_full when not.
func (s *Store) Room(size int64) error {
	free, err := FreeSpace(s.dir)
	if err != nil {
		return folderFailure(s.dir, err)
	}
	if free < size+spaceFloor {
		return crm.NewError(crm.CodeDiskFull, "", "folder", s.dir)
	}
	return nil
}
