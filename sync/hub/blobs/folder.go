// Package blobs keeps files by the SHA-256 of their bytes in a folder, those
// that are still on their way included. It knows neither who may see one nor
// who needs it: a hub does.
package blobs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Errors of a Folder; those of the disk come as they are, save for a full one.
var (
	ErrDamaged = errors.New("blobs: the bytes are not what their name says")
	ErrFull    = errors.New("blobs: the disk is full")
)

// Folder is where blobs lie: workspace/ab/cdef… each, by its id, and what is on
// its way in workspace/parts.
type Folder struct {
	dir   string
	locks [64]sync.Mutex // by a blob's first byte
}

// Open takes a folder, and makes it when there is none.
func Open(dir string) (*Folder, error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	return &Folder{dir: dir}, nil
}

const partsName = "parts"

func (f *Folder) workspace(ws record.ID) string {
	return filepath.Join(f.dir, hex.EncodeToString(ws[:]))
}

func (f *Folder) path(ws record.ID, id protocol.BlobID) string {
	name := id.String()
	return filepath.Join(f.workspace(ws), name[:2], name[2:])
}

// Size answers how large a blob is, false when it isn't there.
func (f *Folder) Size(ws record.ID, id protocol.BlobID) (int64, bool, error) {
	st, err := os.Stat(f.path(ws, id))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return st.Size(), true, nil
}

// Open opens a blob to read. Errors: fs.ErrNotExist.
func (f *Folder) Open(ws record.ID, id protocol.BlobID) (*os.File, error) {
	return os.Open(f.path(ws, id))
}

// Read answers bytes of a blob from an offset on, at most so many, and the
// blob's size. Errors: fs.ErrNotExist, io.EOF beyond its end.
func (f *Folder) Read(ws record.ID, id protocol.BlobID, from, most int64) (b []byte, size int64, err error) {
	file, err := f.Open(ws, id)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	st, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	size = st.Size()
	if from >= size {
		return nil, size, io.EOF
	}
	b = make([]byte, min(most, size-from))
	_, err = file.ReadAt(b, from)
	return b, size, err
}

// Verify reads a blob and answers ErrDamaged when it is another one.
func (f *Folder) Verify(ws record.ID, id protocol.BlobID) error { return verify(f.path(ws, id), id) }

func verify(path string, id protocol.BlobID) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if protocol.BlobID(sum.Sum(nil)) != id {
		return ErrDamaged
	}
	return nil
}

// Remove removes a blob; one that isn't there is none.
func (f *Folder) Remove(ws record.ID, id protocol.BlobID) error {
	return gone(os.Remove(f.path(ws, id)))
}

// Put writes a blob whole, as a restore does. Errors: ErrDamaged, ErrFull.
func (f *Folder) Put(ws record.ID, id protocol.BlobID, write func(io.Writer) error) error {
	p := Part{Workspace: ws, Blob: id} // nobody's
	path := f.part(p)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return full(err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return full(err)
	}
	err = errors.Join(write(file), file.Sync(), file.Close())
	if err == nil {
		err = verify(path, id)
	}
	if err == nil {
		err = place(path, f.path(ws, id))
	}
	if err != nil {
		return errors.Join(full(err), f.Forget(p))
	}
	return nil
}

// All calls f with each blob of a workspace's and its size.
func (f *Folder) All(ws record.ID, each func(id protocol.BlobID, size int64) error) error {
	root := f.workspace(ws)
	heads, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, head := range heads {
		if head.Name() == partsName {
			continue
		}
		files, err := os.ReadDir(filepath.Join(root, head.Name()))
		if err != nil {
			return err
		}
		for _, file := range files {
			id, err := protocol.ReadBlobID(head.Name() + file.Name())
			if err != nil {
				continue // nobody's of ours
			}
			st, err := file.Info()
			if err == nil {
				err = each(id, st.Size())
			}
			if err := gone(err); err != nil {
				return err
			}
		}
	}
	return nil
}

// place moves a file to where its blob belongs, for good. One that is there
// already stays: its bytes are the same, and somebody may be reading it.
func place(from, to string) error {
	mine, err := os.Stat(from)
	if err != nil {
		return err
	}
	if st, err := os.Stat(to); err == nil && st.Size() == mine.Size() {
		return os.Remove(from)
	}
	if err := makeFolder(filepath.Dir(to)); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// makeFolder makes a private folder and those above it, for good.
func makeFolder(dir string) error {
	if st, err := os.Stat(dir); err == nil {
		if !st.IsDir() {
			return fmt.Errorf("blobs: %w: no folder", fs.ErrInvalid)
		}
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(above)
}

// syncFolder makes what moved in a folder survive a power cut. Windows does so
// by itself and has no call for it.
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

// gone lets pass that what was to be removed wasn't there.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// full names the disk's being full, in the words of every system.
func full(err error) error {
	const diskFull, handleDiskFull = syscall.Errno(112), syscall.Errno(39) // of Windows
	if errors.Is(err, syscall.ENOSPC) || runtime.GOOS == "windows" && (errors.Is(err, diskFull) || errors.Is(err, handleDiskFull)) {
		return errors.Join(ErrFull, err)
	}
	return err
}
