package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"patio/backend/crm"
	"patio/backend/sheet"
)

const shopSheet = "../../../backend/sheet/testdata/planilha-loja.csv"

// shape is the names and JSON types of an object's members.
func shape(t *testing.T, text string) map[string]string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	out := map[string]string{}
	for name, v := range members {
		out[name] = strings.TrimPrefix(fmt.Sprintf("%T", v), "map[string]")
		if list, ok := v.([]any); ok && len(list) > 0 {
			if first, ok := list[0].(map[string]any); ok {
				out[name] = strings.Join(slices.Sorted(maps.Keys(first)), " ")
			}
		}
	}
	return out
}

func TestEveryResultKeepsItsShape(t *testing.T) {
	dir, out := seeded(t, 120), t.TempDir()
	leads := writeFile(t, "leads.csv", "Nome;Telefone\nAna Souza;(11) 98765-4321\nSem Contato;\n")
	damaged := seeded(t, 5)
	tamper(t, damaged)
	at := func(name string) string { return filepath.Join(out, name) }
	imports := map[string]string{
		"importId": "string", "file": "string", "rows": "float64", "blank": "float64", "created": "float64", "merged": "float64", "refused": "float64",
		"refusedRows": "line reasons", "columns": "field header", "dryRun": "bool", "resumed": "bool",
		"ms": "float64", "searchMs": "float64", "unsearched": "float64",
	}
	checkup := func(recovery, problems string) map[string]string {
		return map[string]string{
			"digest": "string",
			"ok":     "bool", "unclean": "bool", "recovery": recovery, "records": "float64", "operations": "float64", "count": "float64", "problems": problems,
			"snapshots": "float64", "lastSnapshot": "float64", "snapshotError": "<nil>", "interrupted": "float64", "unsearched": "float64",
		}
	}
	for _, c := range []struct {
		args []string
		exit int
		want map[string]string
	}{
		{[]string{"version"}, exitDone, map[string]string{"version": "string", "revision": "string"}},
		{[]string{"import", leads, "--dry-run"}, exitDone, imports},
		{[]string{"import", leads}, exitDone, imports},
		{[]string{"export", at("list.csv")}, exitDone, map[string]string{"file": "string", "format": "string", "rows": "float64", "all": "bool"}},
		{[]string{"export", "--all", at("all.xlsx")}, exitDone, map[string]string{"file": "string", "format": "string", "rows": "float64", "all": "bool"}},
		{[]string{"seed", "--leads", "10"}, exitDone, map[string]string{
			"leads": "float64", "activities": "float64", "seed": "float64", "ms": "float64", "searchMs": "float64", "unsearched": "float64",
		}},
		{[]string{"doctor"}, exitDone, checkup("<nil>", "[]interface {}")},
		{[]string{"doctor", "--data", damaged}, exitProblems, checkup("<nil>", "check detail table")},
		{[]string{"backup", at("backup.db")}, exitDone, map[string]string{"file": "string", "bytes": "float64", "at": "float64"}},
		{[]string{"restore", at("backup.db")}, exitDone, map[string]string{"file": "string", "leads": "float64", "aside": "string"}},
		{[]string{"bench", "--times", "2"}, exitDone, map[string]string{
			"leads": "float64", "system": "string", "diskBytes": "float64", "memoryBytes": "float64", "timings": "max name p50 p95 times",
		}},
	} {
		args := append(c.args, "--json")
		if c.args[0] != "version" && !slices.Contains(args, "--data") {
			args = append(args, "--data", dir)
		}
		e := patioctl(t, args...)
		if e.exit != c.exit || e.errOut != "" {
			t.Errorf("%v: exit %d, want %d: %s%s", c.args, e.exit, c.exit, e.out, e.errOut)
			continue
		}
		if d := cmp.Diff(c.want, shape(t, e.out)); d != "" {
			t.Errorf("%v: %s\n%s", c.args, d, e.out)
		}
		// The same in words: something on standard output, nothing beside it.
		words := patioctl(t, slices.DeleteFunc(args, func(a string) bool { return a == "--json" })...)
		if words.exit != c.exit || words.out == "" || words.errOut != "" {
			t.Errorf("%v in words: %d %q %q", c.args, words.exit, words.out, words.errOut)
		}
	}
}

func TestARefusalNamesWhatIsWrong(t *testing.T) {
	dir, empty := seeded(t, 5), t.TempDir()
	leads := writeFile(t, "leads.csv", "Nome;Telefone\nAna Souza;(11) 98765-4321\n")
	missing := filepath.Join(empty, "nothing.csv")
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		exit  int
		code  crm.Code
		field string
		args  []string
	}{
		{exitUsage, CodeUsage, "", []string{"import", "--data", dir}},
		{exitUsage, CodeUsage, "", []string{"import", leads}},
		{exitUsage, CodeUsage, "", []string{"import", "--data", dir, leads, leads}},
		{exitUsage, CodeUsage, "", []string{"import", "--data", dir, leads, "--map", "Nome"}},
		{exitUsage, CodeUsage, "", []string{"import", "--data", dir, leads, "--map", "=name"}},
		{exitUsage, CodeUsage, "", []string{"import", "--data", dir, leads, "--duplicates", "merge"}},
		{exitUsage, CodeUsage, "", []string{"import", "--data", dir, leads, "--resume", "--stage", "Novo"}},
		{exitRefused, sheet.CodeUnknownColumn, "", []string{"import", "--data", dir, leads, "--map", "Fone=phone"}},
		{exitRefused, sheet.CodeUnknownField, "", []string{"import", "--data", dir, leads, "--map", "Nome=nome"}},
		{exitRefused, sheet.CodeFieldTwice, "", []string{"import", "--data", dir, leads, "--map", "A=name", "--map", "B=name"}},
		{exitRefused, sheet.CodeNoContact, "", []string{"import", "--data", dir, leads, "--map", "B=note"}},
		{exitNotFound, crm.CodeNotFound, "stage", []string{"import", "--data", dir, leads, "--stage", "Ninguém"}},
		{exitNotFound, crm.CodeNotFound, "owner", []string{"import", "--data", dir, leads, "--owner", "Ninguém"}},
		{exitNotFound, crm.CodeNotFound, "source", []string{"import", "--data", dir, leads, "--source", "Ninguém"}},
		{exitRefused, crm.CodeStageReadOnly, "stageId", []string{"import", "--data", dir, leads, "--stage", "Convertido"}},
		{exitNotFound, crm.CodeNotFound, "resume", []string{"import", "--data", dir, "--resume"}},
		{exitNotFound, sheet.CodeMissing, "file", []string{"import", "--data", dir, missing}},
		{exitRefused, sheet.CodeUnreadable, "file", []string{"import", "--data", dir, empty}},
		{exitNotFound, crm.CodeNotFound, "data", []string{"import", "--data", empty, "--dry-run", leads}},
		{exitNotFound, crm.CodeNotFound, "data", []string{"doctor", "--data", empty}},
		{exitNotFound, crm.CodeNotFound, "data", []string{"doctor", "--data", missing}},
		{exitRefused, crm.CodeInvalid, "data", []string{"doctor", "--data", leads}},
		{exitRefused, crm.CodeInvalid, "data", []string{"import", "--data", leads, leads}},
		{exitNotFound, crm.CodeNotFound, "data", []string{"export", "--data", empty, "a.csv"}},
		{exitNotFound, crm.CodeNotFound, "data", []string{"backup", "--data", empty, "a.db"}},
		{exitNotFound, crm.CodeNotFound, "data", []string{"bench", "--data", empty}},
		{exitNotFound, crm.CodeNotFound, "file", []string{"restore", "--data", empty, missing}},
		{exitUsage, CodeUsage, "", []string{"export", "--data", dir, "leads.pdf"}},
		{exitNotFound, crm.CodeNotFound, "file", []string{"export", "--data", dir, filepath.Join(missing, "a.csv")}},
		{exitNotFound, crm.CodeNotFound, "file", []string{"backup", "--data", dir, filepath.Join(missing, "a.db")}},
		{exitRefused, crm.CodeInvalid, "file", []string{"backup", "--data", dir, filepath.Join(dir, "patio.db")}},
		{exitRefused, crm.CodeInvalid, "file", []string{"backup", "--data", dir, filepath.Join(dir, "logs", "mine.db")}},
		{exitRefused, crm.CodeInvalid, "file", []string{"backup", "--data", dir, empty}},
		{exitRefused, crm.CodeInvalid, "file", []string{"restore", "--data", dir, filepath.Join(dir, "patio.db")}},
		{exitRefused, "backup.not_ours", "file", []string{"restore", "--data", dir, leads}},
		{exitUsage, CodeUsage, "", []string{"seed", "--data", dir}},
		{exitUsage, CodeUsage, "", []string{"seed", "--data", dir, "--leads", "-4"}},
		{exitUsage, CodeUsage, "", []string{"bench", "--data", dir, "--times", "0"}},
	} {
		if f := refuses(t, c.exit, c.code, c.args...); f.Field != c.field {
			t.Errorf("%v: field %q, want %q", c.args, f.Field, c.field)
		}
	}
	if list, err := os.ReadDir(empty); err != nil || len(list) > 0 {
		t.Errorf("a refusal left %v in an empty folder: %v", list, err)
	}
	if r := must[exportResult](t, "export", "--data", dir, filepath.Join(empty, "a.csv")); r.Rows != 5 {
		t.Errorf("%+v after refusals", r)
	}
	if list, err := os.ReadDir(filepath.Join(dir, "imports")); err != nil || len(list) > 0 {
		t.Errorf("refused imports left %v: %v", list, err)
	}
}

func TestADatabaseThatIsHeldAnswersLocked(t *testing.T) {
	dir := seeded(t, 5)
	backup := filepath.Join(t.TempDir(), "b.db")
	must[backupResult](t, "backup", "--data", dir, backup)
	_, stop := serving(t, dir)
	defer stop()
	leads := writeFile(t, "leads.csv", "Nome;Telefone\nAna Souza;(11) 98765-4321\n")
	for _, args := range [][]string{
		{"serve"}, {"import", leads}, {"import", "--resume"}, {"export", filepath.Join(t.TempDir(), "a.csv")}, {"seed", "--leads", "1"}, {"doctor"},
		{"backup", backup}, {"restore", backup}, {"bench"},
	} {
		refuses(t, exitLocked, crm.CodeLocked, append(args, "--data", dir)...)
	}
}

func TestAnInterruptedSeedingLeavesWholeChunks(t *testing.T) {
	dir := t.TempDir()
	r := start(t, "seed", "--data", dir, "--leads", "12000")
	r.until("seed", 1)
	if err := r.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	e := r.end()
	if f := decode[failure](t, e); e.exit != exitCancelled || f.Error.Code != crm.CodeCancelled {
		t.Errorf("%d %+v", e.exit, f)
	}
	if n := len(exported(t, dir)); n < 2000 || n >= 12000 || n%2000 != 0 {
		t.Errorf("%d leads", n)
	}
	if c := must[checkup](t, "doctor", "--data", dir); !c.OK {
		t.Errorf("%+v", c)
	}
}

func TestProgressIsToldOnlyWhenAskedFor(t *testing.T) {
	dir := t.TempDir()
	if e := patioctl(t, "seed", "--data", dir, "--leads", "10"); e.errOut != "" {
		t.Errorf("%q on a standard error that is no terminal", e.errOut)
	}
	if e := patioctl(t, "seed", "--data", dir, "--leads", "10", "--progress"); !strings.Contains(e.errOut, "seed 10/10\n") {
		t.Errorf("%q", e.errOut)
	}
}
