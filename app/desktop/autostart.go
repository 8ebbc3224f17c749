package desktop

import (
	"fmt"
	"os"
	"path/filepath"

	"patio/app/api"
	"patio/app/wire"
	"patio/backend/crm"
)

// hiddenFlag starts the window minimised: in the task bar, out of the way.
const hiddenFlag = "minimised"

// autostart is whether the system starts the program when the person signs in.
type autostart struct {
	command []string   // program and arguments
	entry   startEntry // nil where the program doesn't know how
}

// startEntry is where the system looks for what it is to start.
type startEntry interface {
	// read answers "" when there is none.
	read() (string, error)
	write(command []string) error
	remove() error
}

// newAutostart is for the program with a data folder.
func newAutostart(dir string) (*autostart, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program: %w", err)
	}
	command := []string{exe, "--" + hiddenFlag}
	if usual, err := wire.DefaultFolder(); err != nil || filepath.Clean(usual) != filepath.Clean(dir) {
		command = append(command, "--data", dir)
	}
	return &autostart{command, systemEntry()}, nil
}

func (a *autostart) on() (bool, error) {
	if a.entry == nil {
		return false, api.Unsupported("autostart")
	}
	text, err := a.entry.read()
	return text != "", err
}

func (a *autostart) set(on bool) error {
	if a.entry == nil {
		return api.Unsupported("autostart")
	}
	err := a.entry.remove()
	if on {
		err = a.entry.write(a.command)
	}
	if err != nil {
		return crm.NewError(crm.CodeReadOnly, "").Because(err)
	}
	return nil
}
