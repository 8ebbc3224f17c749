package hubd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"patio/backend/crm"
)

// Files of a hub's data folder.
const (
	databaseName = "hub.db"      // all workspaces, unless they are in PostgreSQL
	keyName      = "hub.key"     // of the certificate; who has it can pass for the hub
	certName     = "hub.crt"     // what devices pin
	ledgerName   = "hub.ledger"  // what a backup must not bring back
	aboutName    = "hub.json"    // what the folder is
	lockName     = "hub.lock"    // held by the process that works here
	socketName   = "admin.sock"  // of a running hub
	blobsName    = "blobs"       // folder of the files that devices brought
	setAsideName = "before-"     // and a time: what a restore replaced
	scratchName  = ".patio-hub-" // work under way
)

// maxSocketPath is how long a socket's path may be on every system, its end included.
const maxSocketPath = 103

// folder is the data folder, held by this process.
type folder struct {
	dir  string
	lock *os.File
}

// about is what a folder remembers of itself.
type about struct {
	Store  string   `json:"store"`  // see storeSQLite
	Public []string `json:"public"` // addresses that codes carry, as last served
	Proxy  bool     `json:"proxy"`  // a proxy has the certificate: codes carry no pin
	Key    bool     `json:"key"`    // it was given a key, which devices may have pinned
}

// Kinds of store.
const (
	storeSQLite   = "sqlite"
	storePostgres = "postgres"
)

// openFolder takes a data folder for this process. Errors: locked, read_only,
// disk_full, invalid.
func openFolder(dir string) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if st, err := os.Stat(dir); err == nil && !st.IsDir() {
		return nil, crm.NewError(crm.CodeInvalid, "data", "folder", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, ofFile(err, "data", dir)
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, ofFile(err, "data", dir)
	}
	if err := patientLock(lock); err != nil {
		return nil, crm.NewError(crm.CodeLocked, "data", "folder", dir).Because(errors.Join(err, lock.Close()))
	}
	f := &folder{dir: dir, lock: lock}
	if err := f.sweep(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return f, nil
}

// sweep deletes what a killed process left half done.
func (f *folder) sweep() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return ofFile(err, "data", f.dir)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), scratchName) {
			if err := os.RemoveAll(f.path(e.Name())); err != nil {
				return ofFile(err, "data", f.dir)
			}
		}
	}
	return nil
}

// lockPatience is how long a lock may outlive its owner: the system may still be
// tidying up behind a killed process.
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

// close lets another process in.
func (f *folder) close() error { return f.lock.Close() }

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// about reads what the folder is; zero of a new one.
func (f *folder) about() (a about, err error) {
	text, err := os.ReadFile(f.path(aboutName))
	if errors.Is(err, fs.ErrNotExist) {
		return about{}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return a, fmt.Errorf("read %s: %w", aboutName, err)
	}
	return a, nil
}

func (f *folder) setAbout(a about) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return writeWhole(f.path(aboutName), func(out io.Writer) error {
		_, err := out.Write(append(text, '\n'))
		return err
	})
}

// writeWhole makes a private file whole or not at all. Errors: disk_full, read_only.
func writeWhole(path string, f func(io.Writer) error) (err error) {
	out, err := os.CreateTemp(filepath.Dir(path), scratchName+"*")
	if err != nil {
		return ofFile(err, "file", path)
	}
	if err := errors.Join(f(out), out.Sync(), out.Close()); err != nil {
		return errors.Join(ofFile(err, "file", path), os.Remove(out.Name()))
	}
	if err := os.Rename(out.Name(), path); err != nil {
		return errors.Join(ofFile(err, "file", path), os.Remove(out.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename in a folder survive a power cut. Windows does so by
// itself and has no call for it.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// ofFile names why a file can't be read or made, unless the error is ours.
func ofFile(err error, field, path string) error {
	var ours *crm.Error
	code := crm.CodeInternal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, fs.ErrNotExist):
		code = crm.CodeNotFound
	case errors.Is(err, syscall.ENOSPC):
		code = crm.CodeDiskFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		code = crm.CodeReadOnly
	}
	return crm.NewError(code, field, field, path).Because(err)
}
