package desktop

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// runValue is a value of the key by which Windows starts programs for a person.
type runValue struct{ key, name string }

func systemEntry() startEntry {
	return runValue{`Software\Microsoft\Windows\CurrentVersion\Run`, "Patio"}
}

func (v runValue) read() (string, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, v.key, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer key.Close()
	text, _, err := key.GetStringValue(v.name)
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	return text, err
}

func (v runValue) write(command []string) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, v.key, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer key.Close()
	quoted := make([]string, len(command))
	for i, word := range command {
		quoted[i] = windows.EscapeArg(word)
	}
	return key.SetStringValue(v.name, strings.Join(quoted, " "))
}

func (v runValue) remove() error {
	key, err := registry.OpenKey(registry.CURRENT_USER, v.key, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer key.Close()
	if err := key.DeleteValue(v.name); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}
