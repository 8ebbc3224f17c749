package store

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"patio/backend/crm"
)

// lockName is a file of its own: opening and closing the database's files
// with os.* would drop SQLite's own locks.
const lockName = "patio.lock"

// States that the lock file tells the next start. A process that was killed
// leaves stateOpen, which takes no space: a full disk can't hide a kill.
const (
	stateOpen    = ""
	stateClean   = "clean"
	stateDamaged = "damaged"
)

// fileLock keeps other processes out of a data folder and tells how the last
// one left it. The system frees it when the process ends, however it ends.
type fileLock struct {
	f    *os.File
	last string // the state that the last run left
}

// lockFolder takes the folder's lock; code locked when another process has it.
func lockFolder(dir string) (*fileLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, folderFailure(dir, err)
	}
	if err := patientLock(f); err != nil {
		_ = f.Close()
		return nil, crm.NewError(crm.CodeLocked, "", "folder", dir).Because(err)
	}
	state := make([]byte, 16)
	n, err := f.ReadAt(state, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		_ = f.Close()
		return nil, folderFailure(dir, err)
	}
	return &fileLock{f: f, last: string(state[:n])}, nil
}

// lockPatience is how long a lock may outlive its owner: a process that a
// killed program was starting, or whose end the system is still tidying up,
// holds it for an instant. People don't notice the wait.
const lockPatience = 250 * time.Millisecond

func patientLock(f *os.File) error {
	deadline := time.Now().Add(lockPatience)
	for {
		err := tryLock(f)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		<-time.After(lockPatience / 25)
	}
}

// mark writes the state that the next start shall find.
func (l *fileLock) mark(state string) error {
	if l == nil || l.f == nil {
		return nil
	}
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	if _, err := l.f.WriteAt([]byte(state), 0); err != nil {
		return err
	}
	return l.f.Sync()
}

func (l *fileLock) release() error {
	if l == nil || l.f == nil {
		return nil
	}
	err := l.f.Close() // frees the lock
	l.f = nil
	return err
}

// folderFailure names why a file of a folder can't be made or read.
func folderFailure(dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return crm.NewError(crm.CodeNotFound, "", "folder", dir).Because(err)
	}
	return makeFailure(dir, err)
}

// makeFailure names why a folder can't be made: Windows says "not found" of
// one within a file.
func makeFailure(dir string, err error) error {
	code := crm.CodeReadOnly
	if outOfSpace(err) {
		code = crm.CodeDiskFull
	}
	return crm.NewError(code, "", "folder", dir).Because(err)
}
