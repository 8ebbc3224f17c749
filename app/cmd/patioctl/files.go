package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"patio/backend/crm"
)

// makeFolder makes a folder for private copies.
func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return crm.NewError(crm.CodeReadOnly, "data", "folder", path).Because(err)
	}
	return nil
}

// naming gives an error about a file that the command line names the file's
// name, unless it is about something else.
func naming(err error, path string) error {
	var own *crm.Error
	if !errors.As(err, &own) || own.Field != "" || own.Code == crm.CodeCancelled || own.Code == crm.CodeDiskFull {
		return err
	}
	pairs := []string{"file", filepath.Base(path)}
	for name, value := range own.Params {
		pairs = append(pairs, name, value)
	}
	return crm.NewError(own.Code, "file", pairs...).Because(err)
}

// checkTarget refuses a file that a command must not write over: one in the
// data folder, a folder, a device.
func checkTarget(path, dataDir string) error {
	refuse := func(code crm.Code, cause error) error {
		return crm.NewError(code, "file", "file", filepath.Base(path)).Because(cause)
	}
	if st, err := os.Lstat(path); err == nil && !st.Mode().IsRegular() {
		return refuse(crm.CodeInvalid, nil)
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse(crm.CodeNotFound, err)
	case err != nil:
		return refuse(crm.CodeReadOnly, err)
	}
	own, err := os.Stat(dataDir)
	if err != nil {
		return refuse(crm.CodeNotFound, err)
	}
	for ; ; folder = filepath.Dir(folder) {
		if st, err := os.Stat(folder); err == nil && os.SameFile(st, own) {
			return refuse(crm.CodeInvalid, errors.New("in the data folder"))
		}
		if folder == filepath.Dir(folder) {
			return nil
		}
	}
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
