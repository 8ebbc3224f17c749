package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"patio/backend/crm"
)

const manual = "../../../docs/patioctl.md"

func TestTheManualHasTheTableOfExitCodesAndEveryCommand(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), exitTable()) {
		t.Errorf("%s lacks the table:\n%s", manual, exitTable())
	}
	for _, cmd := range newRoot(&terminal{}).Commands() {
		if cmd.Runnable() && !strings.Contains(string(text), "## "+cmd.Name()) {
			t.Errorf("%s says nothing of %s", manual, cmd.Name())
		}
	}
	if e := patioctl(t, "help", "exit-codes"); e.exit != exitDone || !strings.Contains(e.out, "130  interrupted") {
		t.Errorf("%d %q", e.exit, e.out)
	}
}

func TestEveryFailureHasItsExitCode(t *testing.T) {
	for code, want := range map[crm.Code]int{
		crm.CodeInternal: 1, CodeUsage: 2, crm.CodeInvalid: 3, crm.CodeRequired: 3, "sheet.empty": 3, "mapping.no_name": 3, crm.CodeLocked: 4,
		crm.CodeTooNew: 5, crm.CodeCorrupt: 6, crm.CodeDiskFull: 7, crm.CodeReadOnly: 7, "folder.network": 7, crm.CodeNotFound: 8, "sheet.missing": 8,
		crm.CodeCancelled: 130,
	} {
		if got := exitOf(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}

// codeConst is how packages name their codes.
var codeConst = regexp.MustCompile(`(?m)^\s*(?:const )?Code\w+\s+(?:crm\.)?Code\s*=\s*"([^"]+)"`)

func TestEveryCodeOfTheBackendHasASentence(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../../../backend", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range codeConst.FindAllSubmatch(text, -1) {
			found++
			if sentences[crm.Code(m[1])] == "" {
				t.Errorf("%s of %s has no sentence", m[1], path)
			}
		}
		return err
	})
	if err != nil || found < 50 {
		t.Errorf("%d codes: %v", found, err)
	}
}

func TestASentenceNamesWhatItIsAbout(t *testing.T) {
	for want, err := range map[string]*crm.Error{
		"the disk is full; what was saved is safe":                                     crm.NewError(crm.CodeDiskFull, ""),
		"leads.csv: no such file":                                                      crm.NewError("sheet.missing", "file", "file", "leads.csv"),
		"leads.csv: row 7 has 300 columns, more than 256":                              crm.NewError("sheet.too_many_columns", "file", "file", "leads.csv", "row", "7", "found", "300", "max", "256"),
		"stage: not found (name Ninguém)":                                              crm.NewError(crm.CodeNotFound, "stage", "name", "Ninguém"),
		"there is no database in /srv/loja":                                            crm.NewError(crm.CodeNotFound, "data", "folder", "/srv/loja"),
		"a fault of the program or of the machine: broken pipe":                        crm.NewError(crm.CodeInternal, "").Because(errors.New("broken pipe")),
		"--data is required":                                                           crm.NewError(CodeUsage, "").Because(errors.New("--data is required")),
		"new.code (a 1, b 2)":                                                          crm.NewError("new.code", "", "b", "2", "a", "1"),
		"phone: neither a valid phone nor a valid e-mail (column Celular, value 9999)": crm.NewError(crm.CodeLeadContact, "phone", "column", "Celular", "value", "9999"),
	} {
		if got := sentence(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestOnATerminalProgressIsOneLineThatIsWiped(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, rewrite: true}
	p.step("import", 1000, 2000)
	p.step("import", 1001, 2000) // sooner than anybody reads
	p.step("import", 2000, 2000)
	p.step("search", 5, 0)
	p.end()
	want := "\rimport 1000/2000" + "\rimport 2000/2000" + "\rsearch 5" + strings.Repeat(" ", 8) + "\r" + strings.Repeat(" ", 8) + "\r"
	if got := out.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	var nobody *progress
	nobody.step("import", 1, 2)
	nobody.end()
}
