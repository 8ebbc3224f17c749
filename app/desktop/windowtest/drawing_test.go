//go:build window

package windowtest

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAWayOfDrawingThatNobodyKeepsIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	startShop(t, s)
	closeStore(t, s)

	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	w.Click(tree.Find("", "Ajustes").Centre())
	w.Click(tree.Find("", "Aparência").Centre())
	w.Click(tree.Find("", "Compatível").Centre())
	Eventually(t, "the choice on disk", func() bool {
		_, err := os.Stat(filepath.Join(dir, "drawing.json"))
		return err == nil
	})
	w.Shot("drawing-chosen")
	w.Close()
	p.WaitExit()

	p = Launch(t, program, dir)
	w = p.Window()
	w.Tree().Find("", "Manter")
	w.Shot("drawing-trial")
	w.Close()
	p.WaitExit()

	p = Launch(t, program, dir)
	w = p.Window()
	back := w.Tree().Find("", "Fechar")
	w.Shot("drawing-back")
	w.Click(back.Centre())
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
