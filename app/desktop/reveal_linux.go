package desktop

import (
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"

	"github.com/godbus/dbus/v5"
)

// reveal asks the desktop's file manager to show the file selected; where none
// listens, the folder is opened.
func reveal(path string) error {
	if showItem(path) == nil {
		return nil
	}
	return view(filepath.Dir(path))
}

// view opens a file, or a folder, in the program that the person has for it.
func view(path string) error {
	opener := exec.Command("xdg-open", path)
	if err := opener.Start(); err != nil {
		return fmt.Errorf("open %s: %w", filepath.Base(path), err)
	}
	go func() { _ = opener.Wait() }() // reaps it; how it ended is for the person to see
	return nil
}

func showItem(path string) error {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return err
	}
	defer bus.Close()
	file := url.URL{Scheme: "file", Path: path}
	manager := bus.Object("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1")
	return manager.Call("org.freedesktop.FileManager1.ShowItems", 0, []string{file.String()}, "").Err
}
