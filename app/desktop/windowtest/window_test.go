//go:build window

package windowtest

import (
	"fmt"
	"image"
	"os"
	"testing"

	"patio/backend/sample"
)

// program is the binary under test.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "patio-window-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if program, err = Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestTheWindowOpensShowsItsPageAndCloses(t *testing.T) {
	p := Launch(t, program, t.TempDir())
	w := p.Window() // waits for the page
	w.Shot("open")
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestASecondStartBringsTheFirstWindowToTheFront(t *testing.T) {
	dir := t.TempDir()
	first := Launch(t, program, dir)
	w := first.Window()
	w.Minimise()

	second := Launch(t, program, dir)
	second.WaitExit()
	Eventually(t, "the first window back", w.Visible)
	w.WaitActive()
	if !first.Running() {
		t.Error("the first program ended")
	}
	w.Close()
	if code := first.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestTwoDataFoldersAreTwoWindows(t *testing.T) {
	first := Launch(t, program, t.TempDir())
	first.Window()
	second := Launch(t, program, t.TempDir())
	second.Window().Close()
	if code := second.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !first.Running() {
		t.Error("the first program ended with the second")
	}
}

func TestTheWindowComesBackWhereItStood(t *testing.T) {
	dir := t.TempDir()
	p := Launch(t, program, dir)
	w := p.Window()
	w.Resize(1000, 620)
	w.Close()
	p.WaitExit()

	p = Launch(t, program, dir)
	w = p.Window()
	Eventually(t, "the size from before", func() bool { return w.Geometry().Size() == image.Pt(1000, 620) })
	w.Close()
	p.WaitExit()
}

// The web view has its own data about languages and zones: what formats a date
// in another browser may not in this one.
func TestABoardWithActivitiesIsShown(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	startShop(t, s)
	if err := sample.Seed(t.Context(), s, 60, sample.Activities, 1, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	tree.Find("", "Quem está usando?")
	w.Click(tree.Find("", "Carla").Centre())
	tree.Find("", "Nova proposta: ")
	tree.Find("", "Nesta etapa: ")
	w.Shot("activities")
	w.Close()
	p.WaitExit()
}

func TestTheScreenCanBeRead(t *testing.T) {
	p := Launch(t, program, t.TempDir())
	w := p.Window()
	field := w.Tree().Find("", "Nome da loja")
	if !field.Box.In(w.Geometry()) {
		t.Errorf("the first field stands at %v, outside the window at %v", field.Box, w.Geometry())
	}
	w.Close()
	p.WaitExit()
}
