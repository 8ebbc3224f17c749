package webhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"patio/app/api"
	"patio/app/bind"
	"patio/backend/crm"
)

// marker stands in a private folder, so that removePrivate never empties a
// folder that somebody else made.
const marker = ".patio-private"

// makePrivate makes the folder for one person's eyes, empty. What a run that
// was killed left in it is deleted.
func makePrivate(folder string) error {
	if err := removePrivate(folder); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fmt.Errorf("make private folder: %w", err)
	}
	return os.WriteFile(filepath.Join(folder, marker), nil, 0o600)
}

func removePrivate(folder string) error {
	if _, err := os.Lstat(folder); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if _, err := os.Lstat(filepath.Join(folder, marker)); err != nil {
		return fmt.Errorf("empty private folder: %w", err)
	}
	return os.RemoveAll(folder)
}

// newFile makes an empty file that keeps its name, in a folder of its own: two
// files of one name can be there at once.
func (h *Host) newFile(name string) (*os.File, error) { return newPrivateFile(h.cfg.Folder, name) }

func newPrivateFile(folder, name string) (*os.File, error) {
	name, err := plainName(name)
	if err != nil {
		return nil, err
	}
	own, err := os.MkdirTemp(folder, "")
	if err != nil {
		return nil, err
	}
	return os.OpenFile(filepath.Join(own, name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// plainName accepts what is a file's name on every system, and no path.
func plainName(name string) (string, error) {
	bad := name == "" || len(name) > 200 || strings.HasPrefix(name, ".") ||
		strings.ContainsAny(name, `/\:*?"<>|`) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
	if bad {
		return "", crm.NewError(crm.CodeInvalid, "name")
	}
	return name, nil
}

// upload is POST /upload?name=…: the file as body, its api.FileRef as answer.
func (h *Host) upload(w http.ResponseWriter, r *http.Request) {
	ref, err := h.keep(w, r)
	if err != nil {
		refuse(w, bind.Shape(h.cfg.Log, "upload", err))
		return
	}
	text, err := json.Marshal(ref)
	if err != nil {
		refuse(w, bind.Shape(h.cfg.Log, "upload", err))
		return
	}
	answer(w, http.StatusOK, text)
}

func (h *Host) keep(w http.ResponseWriter, r *http.Request) (api.FileRef, error) {
	file, err := h.newFile(r.URL.Query().Get("name"))
	if err != nil {
		return api.FileRef{}, err
	}
	_, err = io.Copy(file, http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		err = bodyError(err)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return api.FileRef{}, errors.Join(err, os.Remove(file.Name()))
	}
	return h.cfg.Files.AddOwned(file.Name(), api.FileRead), nil
}

// download is GET /files/{handle}: what the program wrote for this handle.
func (h *Host) download(w http.ResponseWriter, r *http.Request) {
	path, err := h.cfg.Files.Path(r.PathValue("handle"), api.FileWrite)
	if err != nil {
		refuse(w, err)
		return
	}
	file, err := os.Open(path)
	if err != nil {
		refuse(w, bind.Shape(h.cfg.Log, "download", err))
		return
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		refuse(w, bind.Shape(h.cfg.Log, "download", err))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": stat.Name()}))
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", stat.ModTime(), file)
}
