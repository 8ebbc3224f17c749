package desktop

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"patio/app/wire"
	"patio/backend/crm"
)

func TestTheProgramStartsWithThePCByAnEntryOfTheDesktop(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	file := filepath.Join(config, "autostart", "patio.desktop")
	wantOn := func(a *autostart, want bool) {
		t.Helper()
		if on, err := a.on(); err != nil || on != want {
			t.Errorf("on %v, %v", on, err)
		}
	}
	usual, err := wire.DefaultFolder()
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAutostart(usual)
	if err != nil {
		t.Fatal(err)
	}
	wantOn(a, false)
	for range 2 { // twice is as once
		if err := a.set(true); err != nil {
			t.Fatal(err)
		}
		wantOn(a, true)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\nExec=\""+exe+"\" \"--minimised\"\n") || !strings.HasPrefix(string(text), "[Desktop Entry]\n") {
		t.Errorf("%s", text)
	}
	// What the desktop's own settings switched off is off.
	if err := os.WriteFile(file, append(text, "Hidden=true\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOn(a, false)
	for range 2 {
		if err := a.set(false); err != nil {
			t.Fatal(err)
		}
		wantOn(a, false)
	}

	elsewhere, err := newAutostart(t.TempDir())
	if err != nil || len(elsewhere.command) != 4 || elsewhere.command[2] != "--data" {
		t.Errorf("%v, %v", elsewhere.command, err)
	}
	if err := os.WriteFile(filepath.Join(config, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(config, "file"))
	if a, err = newAutostart(usual); err != nil {
		t.Fatal(err)
	}
	if err := a.set(true); crm.CodeOf(err) != crm.CodeReadOnly {
		t.Errorf("where nothing can be written: %v", err)
	}
	t.Setenv("XDG_CONFIG_HOME", "relative")
	if a, err = newAutostart(usual); err != nil {
		t.Fatal(err)
	}
	if err := a.set(true); crm.CodeOf(err) != crm.CodeReadOnly {
		t.Errorf("where nobody knows: %v", err)
	}
}

// A path may hold what the entry's language gives a meaning to.
func TestAnyPathCanBeStarted(t *testing.T) {
	for word, want := range map[string]string{
		"/opt/Pátio/patio":       `"/opt/Pátio/patio"`,
		"/home/José Luís/p":      `"/home/José Luís/p"`,
		`/a/50%/"x"/$y/` + "`z`": `"/a/50%%/\\"x\\"/\\$y/\\` + "`z\\\\`" + `"`,
		`/a\b`:                   `"/a\\\\b"`,
	} {
		if got := escapeValue(quoteExec(word)); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
	if tool, err := exec.LookPath("desktop-file-validate"); err == nil {
		e := desktopEntry{path: filepath.Join(t.TempDir(), "a b", "patio.desktop")}
		if err := e.write([]string{`/opt/50%/"$x"/patio`, "--data", `C:\x`}); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(tool, e.path).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}
