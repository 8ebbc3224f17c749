//go:build window

package windowtest

import (
	"image"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/setup"
	"patio/backend/store"
)

// openStore opens a data folder as another process would.
func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeStore(t testing.TB, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// startShop answers the questions of the first start.
func startShop(t testing.TB, s *store.Store) {
	t.Helper()
	if err := setup.Start(t.Context(), s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
}

func TestADatabaseThatAnotherProcessHoldsIsToldInTheWindowWhichTriesAgain(t *testing.T) {
	dir := t.TempDir()
	held := openStore(t, dir)
	p := Launch(t, program, dir)
	w := p.Window()
	w.Tree().Find("", "O Pátio já está aberto")
	w.Shot("locked")
	again := w.Tree().Find("", "Tentar de novo")
	closeStore(t, held)
	w.Click(again.Centre())
	w.Tree().Find("", "Bem-vindo ao Pátio")
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAFileDroppedOnTheWindowIsImportedAndNotOpenedInItsPlace(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	startShop(t, s)
	closeStore(t, s)
	sheet := filepath.Join(t.TempDir(), "planilha da loja.csv")
	if err := os.WriteFile(sheet, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}

	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	tree.Find("", "Kanban")
	middle := w.Centre()
	beside := middle.Add(image.Pt(-60, -40))
	// A link out of a browser is no file and does nothing.
	link := dragSource(t, w, url.URL{Scheme: "https", Host: "exemplo.invalid", Path: "/"})
	w.Drag(link.Centre(), middle, beside)
	file := dragSource(t, w, url.URL{Scheme: "file", Path: sheet})
	w.Drag(file.Centre(), middle, beside)
	tree.Find("", "planilha da loja.csv")
	tree.Find("", "Kanban") // the page is still the program's
	w.Shot("dropped")
	w.Close()
	p.WaitExit()
}

// dragSource shows a little window from which a file or link can be dragged, as
// from a file manager. It lasts until the test's end.
func dragSource(t testing.TB, w *Window, uri url.URL) *Window {
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
		out, err := xdotool("search", "--onlyvisible", "--all", "--pid", strconv.Itoa(source.Process.Pid), "--name", "^dragsource$")
		s.id = strings.TrimSpace(out)
		return err == nil && s.id != ""
	})
	return s
}
