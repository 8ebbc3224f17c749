package shopserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What lies in the folder of a server.
const (
	fileName = "server.json" // file
	hubName  = "hub"         // the hub's own folder
)

// file says that this PC is the server. Like what makes an installation a
// device, it lies outside the data folder: a copy of that is no second server.
type file struct {
	On   bool   `json:"on"`
	Name string `json:"name"` // of this PC, as others see it
	Port int    `json:"port"` // that the hub listened at last; its PCs look there first
	User string `json:"user"` // id of whose device this PC is
}

// readFile answers the zero value of a PC that never was a server. One that
// can't be read was cut short by a power cut: there is a server here.
func readFile(dir string) (f file, err error) {
	b, err := os.ReadFile(filepath.Join(dir, fileName))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("shop server: %w", err)
	}
	if json.Unmarshal(b, &f) != nil {
		return file{On: true}, nil
	}
	return f, nil
}

// writeFile keeps it, whole or not at all.
func writeFile(dir string, f file) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("shop server: %w", err)
		}
	}()
	b, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	out, err := os.CreateTemp(dir, "new-*") // 0600
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	if err = errors.Join(err, out.Sync(), out.Close()); err == nil {
		err = os.Rename(out.Name(), filepath.Join(dir, fileName))
	}
	if err != nil {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return nil
}
