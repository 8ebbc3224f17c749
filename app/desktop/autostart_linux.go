package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// desktopEntry is a file by which desktops start programs; the specification of
// autostart says where it lies.
type desktopEntry struct {
	path string
	err  error // where it lies isn't known
}

func systemEntry() startEntry {
	config, err := os.UserConfigDir()
	return desktopEntry{filepath.Join(config, "autostart", "patio.desktop"), err}
}

func (e desktopEntry) read() (string, error) {
	if e.err != nil {
		return "", e.err
	}
	text, err := os.ReadFile(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if strings.Contains(string(text), "\nHidden=true") { // how desktops' own settings switch one off
		return "", err
	}
	return string(text), err
}

func (e desktopEntry) write(command []string) error {
	if e.err != nil {
		return e.err
	}
	if err := os.MkdirAll(filepath.Dir(e.path), 0o700); err != nil {
		return err
	}
	quoted := make([]string, len(command))
	for i, word := range command {
		quoted[i] = quoteExec(word)
	}
	lines := []string{
		"[Desktop Entry]", "Type=Application", "Name=Pátio", "Icon=patio",
		"TryExec=" + escapeValue(command[0]), // a program that was removed is no error
		"Exec=" + escapeValue(strings.Join(quoted, " ")), "X-GNOME-Autostart-enabled=true", "",
	}
	return os.WriteFile(e.path, []byte(strings.Join(lines, "\n")), 0o600)
}

func (e desktopEntry) remove() error {
	if e.err != nil {
		return e.err
	}
	if err := os.Remove(e.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// quoteExec writes one argument as the key Exec reads it.
func quoteExec(word string) string {
	word = strings.ReplaceAll(word, "%", "%%")
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`).Replace(word) + `"`
}

// escapeValue writes a value of type string, in which the backslash escapes.
func escapeValue(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text)
}
