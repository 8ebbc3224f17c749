package store

import (
	"os"
	"path/filepath"

	"patio/backend/crm"
)

// lockName is a file of its own: opening and closing the database's files
// with os.* would drop SQLite's own locks.
const lockName = "patio.lock"

// fileLock keeps other processes out of a data folder. The system frees it
// when the process ends, however it ends.
type fileLock struct{ f *os.File }

// lockFolder takes the folder's lock; code locked when another process has it.
func lockFolder(dir string) (*fileLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, crm.NewError(crm.CodeReadOnly, "", "folder", dir).Because(err)
	}
	if err := tryLock(f); err != nil {
		_ = f.Close()
		return nil, crm.NewError(crm.CodeLocked, "", "folder", dir).Because(err)
	}
	return &fileLock{f}, nil
}

func (l *fileLock) release() error {
	if l == nil || l.f == nil {
		return nil
	}
	err := l.f.Close() // frees the lock
	l.f = nil
	return err
}
