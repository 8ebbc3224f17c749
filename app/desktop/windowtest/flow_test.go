//go:build window

package windowtest

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// people is a sheet small enough to stand on one screen.
const people = "Nome;Celular;Veículo;Valor;Situação\n" +
	"Ana Lima;(11) 98527-0593;Fiat Argo 2022;66.500,00;Em negociação\n" +
	"Bruno Sá;(11) 97777-0001;VW Polo 2021;82.900,00;Em negociação\n" +
	"Carla Dias;(11) 97777-0002;Jeep Compass 2023;142.000,00;Aguardando visita\n"

func TestASheetComesInAndACardStaysWhereItWasDragged(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(file, []byte(people), 0o600); err != nil {
		t.Fatal(err)
	}
	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()

	w.Click(tree.Find("", "Nome da loja").Centre())
	w.Type("Dois Irmaos")
	w.Key("Tab")
	w.Type("Carla")
	w.Key("Return")
	w.Shot("flow-1-content")
	w.Click(tree.Find("", "Importar minha planilha").Centre())
	w.Click(tree.Find("", "Escolher no computador").Centre())
	dialog := p.Dialog(w)
	dialog.Key("ctrl+l") // the field for a path
	tree.Find("text", "")
	dialog.Type(file)
	w.Click(tree.Find("push button", "Open").Centre())
	w.Click(tree.Find("", "Conferir as linhas").Centre())
	w.Click(tree.Find("", "Importar 3").Centre())
	w.Shot("flow-4")
	w.Click(tree.Find("", "Ver os leads").Centre())
	w.Click(tree.Find("", "Kanban").Centre())

	// Dragged from "Em negociação" to above the card that waits for a visit.
	card, there := tree.Find("", "Bruno Sá"), tree.Find("", "Carla Dias")
	w.Hold(card.Centre())
	w.MoveHeld(there.Centre())
	w.Key("Escape")
	w.Release()
	w.Click(tree.Find("", "Lista").Centre())
	tree.Find("", "Colunas")
	w.Click(tree.Find("", "Kanban").Centre())
	tree.Find("", "Aguardando visita: 1")
	card, there = tree.Find("", "Bruno Sá"), tree.Find("", "Carla Dias")
	w.Drag(card.Centre(), image.Pt(there.Centre().X, there.Box.Min.Y+8), there.Centre())
	Eventually(t, "the card in its new stage", func() bool { return between(tree, "Aguardando visita: 2", "Visita realizada", "Bruno Sá") })
	before := order(tree)
	w.Shot("flow-dragged")
	w.Close()
	if code := p.WaitExit(); code != 0 {
		t.Errorf("exit code %d", code)
	}

	p = Launch(t, program, dir)
	w = p.Window()
	tree = w.Tree()
	tree.Find("", "Bruno Sá")
	w.Shot("flow-again")
	if after := order(tree); !slices.Equal(before, after) {
		t.Errorf("the board was %q, is %q", before, after)
	}
	w.Close()
	p.WaitExit()
}

// between says whether a card stands below one head of the board and before
// another, in reading order.
func between(tree *Tree, head, next, card string) bool {
	in := false
	for _, n := range tree.All("", "") {
		switch {
		case strings.HasPrefix(n.Name, head):
			in = true
		case n.Name == next:
			in = false
		case in && strings.HasPrefix(n.Name, card):
			return true
		}
	}
	return false
}

// order lists stages and cards of the board as they are read, without what
// time changes of them. The notices after the board name cards too, and go by
// themselves.
func order(tree *Tree) []string {
	var out []string
	for _, n := range tree.All("", "") {
		if strings.HasPrefix(n.Name, "Avisos") {
			break
		}
		for _, name := range []string{"Em negociação: 1", "Aguardando visita: 2", "Ana Lima", "Bruno Sá", "Carla Dias"} {
			if strings.HasPrefix(n.Name, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
