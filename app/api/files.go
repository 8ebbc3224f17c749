package api

import (
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"patio/backend/crm"
)

// CodeFileHandle: the page named a file that the shell never gave it, or one
// that it already gave back, or asked to write where it may only read.
const CodeFileHandle crm.Code = "file.unknown_handle"

// FileUse says what a handle allows.
type FileUse int

// A handle has exactly one use: what was picked to be read is never written.
const (
	FileRead FileUse = iota + 1
	FileWrite
	FileFolder
)

// FileRef is what the page knows of a file. The zero value means that the
// person cancelled the dialog.
type FileRef struct {
	Handle string `json:"handle"` // opaque, valid until the program ends or Release
	Name   string `json:"name"`   // last element of the path, to be shown
	Size   int64  `json:"size"`   // bytes; 0 for a file that is yet to be written
	URL    string `json:"url"`    // where a browser fetches it once written; "" in the window
}

// Files knows which path stands behind each handle. The page never sends a
// path: it sends handles that a dialog, a drop or an upload made.
type Files struct {
	mu    sync.Mutex
	known map[string]knownFile
	shown http.Handler // of attachments; nil until there is a store
}

type knownFile struct {
	path  string
	use   FileUse
	owned bool
}

// NewFiles makes an empty registry.
func NewFiles() *Files { return &Files{known: map[string]knownFile{}} }

// Add registers a path that a person chose and answers its handle.
func (f *Files) Add(path string, use FileUse) FileRef { return f.add(path, use, false) }

// AddOwned registers a file that the shell made itself: Release deletes it.
func (f *Files) AddOwned(path string, use FileUse) FileRef { return f.add(path, use, true) }

func (f *Files) add(path string, use FileUse, owned bool) FileRef {
	ref := FileRef{Handle: rand.Text(), Name: filepath.Base(path)}
	if use == FileRead {
		if stat, err := os.Stat(path); err == nil {
			ref.Size = stat.Size()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[ref.Handle] = knownFile{path: path, use: use, owned: owned}
	return ref
}

// Path answers the path behind a handle, if it was given for that use.
func (f *Files) Path(handle string, use FileUse) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, ok := f.known[handle]
	if !ok || file.use != use {
		return "", crm.NewError(CodeFileHandle, "handle")
	}
	return file.path, nil
}

// Any answers the path behind a handle whatever its use, for showing where the
// file lies.
func (f *Files) Any(handle string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	file, ok := f.known[handle]
	if !ok {
		return "", crm.NewError(CodeFileHandle, "handle")
	}
	return file.path, nil
}

func (f *Files) show(h http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shown = h
}

// Show answers requests below AttachmentPath.
func (f *Files) Show(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	shown := f.shown
	f.mu.Unlock()
	if shown == nil {
		http.NotFound(w, r)
		return
	}
	shown.ServeHTTP(w, r)
}

// Release forgets a handle and deletes the file if the shell made it. An
// unknown handle is no error: giving back twice does no harm.
func (f *Files) Release(handle string) error {
	f.mu.Lock()
	file, ok := f.known[handle]
	delete(f.known, handle)
	f.mu.Unlock()
	if !ok || !file.owned {
		return nil
	}
	if err := os.Remove(file.path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
