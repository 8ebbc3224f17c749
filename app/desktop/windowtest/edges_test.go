//go:build window

package windowtest

import (
	"image"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/setup"
	"patio/backend/store"
)

// openStore opens a data folder as another process would.
func openStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestADatabaseThatAnotherProcessHoldsIsToldInTheWindow(t *testing.T) {
	dir := t.TempDir()
	held := openStore(t, dir)
	p := Launch(t, program, dir)
	w := p.Window()
	w.Tree().Find("", "O Pátio já está aberto")
	w.Shot("locked")
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	closeStore(t, held)
}

func TestAFileDroppedOnTheWindowIsImportedAndNotOpenedInItsPlace(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	if err := setup.Start(t.Context(), s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	sheet := filepath.Join(t.TempDir(), "planilha da loja.csv")
	if err := os.WriteFile(sheet, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}

	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	tree.Find("", "Kanban")
	from := dragSource(t, w, sheet)
	middle := w.Geometry().Min.Add(w.Geometry().Size().Div(2))
	w.Drag(from, middle, middle.Add(image.Pt(-60, -40)))
	tree.Find("", "planilha da loja.csv")
	tree.Find("", "Kanban") // the page is still the program's
	w.Shot("dropped")
	w.Close()
	p.WaitExit()
}

// dragSource shows a little window from which a file can be dragged, as from a
// file manager, and answers where to take hold of it.
func dragSource(t *testing.T, w *Window, file string) image.Point {
	t.Helper()
	flags, err := exec.Command("pkg-config", "--cflags", "--libs", "gtk+-3.0").Output()
	if err != nil {
		t.Fatalf("pkg-config: %v", err)
	}
	binary := filepath.Join(t.TempDir(), "dragsource")
	args := append([]string{"-o", binary, "testdata/dragsource.c"}, strings.Fields(string(flags))...)
	if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		t.Fatalf("compile: %v\n%s", err, out)
	}
	uri := url.URL{Scheme: "file", Path: file}
	source := exec.Command(binary, uri.String())
	if err := source.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = source.Process.Kill()
		_ = source.Wait() // killed, as asked
	})
	s := &Window{t: t, program: w.program}
	Eventually(t, "the window to drag from", func() bool {
		out, err := xdotool("search", "--onlyvisible", "--name", "^dragsource$")
		s.id = strings.TrimSpace(out)
		return err == nil && s.id != ""
	})
	box := s.Geometry()
	return box.Min.Add(box.Size().Div(2))
}
