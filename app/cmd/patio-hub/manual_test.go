package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/sync/protocol"
)

const manual = "../../../docs/hub.md"

func TestTheManualHasEveryCommandAndTheExitCodes(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), exitTable()) {
		t.Errorf("%s lacks the table:\n%s", manual, exitTable())
	}
	for _, cmd := range newRoot(&terminal{}).Commands() {
		if cmd.Name() != "help" && !strings.Contains(string(text), "`"+cmd.Name()) && !strings.Contains(string(text), "help "+cmd.Name()) {
			t.Errorf("%s says nothing of %s", manual, cmd.Name())
		}
	}
	if e := newPlace(t, "").try("help", "exit-codes"); e.exit != exitDone || !strings.Contains(e.out, "130  interrupted") {
		t.Errorf("%d %q", e.exit, e.out)
	}
}

// figure is how figures are named in the source.
var figure = regexp.MustCompile(`(?:counter|describe)\("(\w+)"|figurePrefix \+ "(\w+)"`)

func TestTheManualSaysWhatEachFigureMeans(t *testing.T) {
	source, err := os.ReadFile("../../hubd/figures.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	found := figure.FindAllSubmatch(source, -1)
	if len(found) < 10 {
		t.Fatalf("%d figures", len(found))
	}
	for _, m := range found {
		if name := "patio_hub_" + string(m[1]) + string(m[2]); !strings.Contains(string(text), name) {
			t.Errorf("%s says nothing of %s", manual, name)
		}
	}
}

func TestEveryFailureHasItsExitCodeAndItsSentence(t *testing.T) {
	for code, want := range map[crm.Code]int{
		crm.CodeInternal: 1, CodeUsage: 2, crm.CodeInvalid: 3, hubd.CodeAmbiguous: 3, crm.CodeLocked: 4, hubd.CodeNotBackup: 6, crm.CodeDiskFull: 7,
		crm.CodeReadOnly: 7, crm.CodeNotFound: 8, crm.CodeCancelled: 130, crm.Code(protocol.CodeUnknown): 3,
	} {
		if got := exitOf(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	declared := regexp.MustCompile(`(?m)^\s*(?:const )?Code\w+\s+crm\.Code\s*=\s*"([^"]+)"`)
	found := 0
	err := filepath.WalkDir("../../hubd", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(text, -1) {
			found++
			if sentences[crm.Code(m[1])] == "" {
				t.Errorf("%s of %s has no sentence", m[1], path)
			}
		}
		return err
	})
	if err != nil || found < 3 {
		t.Errorf("%d codes: %v", found, err)
	}
}

func TestASentenceNamesWhatItIsAbout(t *testing.T) {
	for want, err := range map[string]*crm.Error{
		"there is no user Lia":                           crm.NewError(crm.CodeNotFound, "user", "name", "Lia"),
		"user: 3 are called Ana: name the one by its id": crm.NewError(hubd.CodeAmbiguous, "user", "name", "Ana", "count", "3"),
		"b.db: no backup of a hub, or a damaged one":     crm.NewError(hubd.CodeNotBackup, "file", "file", "b.db"),
		"name: the name is taken":                        crm.NewError(crm.CodeConflict, "name"),
		"new.code (a 1, b 2)":                            crm.NewError("new.code", "", "b", "2", "a", "1"),
	} {
		if got := sentence(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
