package api

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

func TestMain(m *testing.M) {
	if sheet.IsChild(os.Args) {
		os.Exit(sheet.ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// desk is the API of a shop on a store of its own, with the events it sent.
type desk struct {
	t      *testing.T
	store  *store.Store
	files  *Files
	sheets *Sheets

	mu    sync.Mutex
	moved *sync.Cond
	jobs  map[string]Job
}

func newDesk(t *testing.T, dir string) *desk {
	t.Helper()
	s, err := store.Open(context.Background(), store.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, store: s, files: NewFiles(), jobs: map[string]Job{}}
	d.moved = sync.NewCond(&d.mu)
	d.sheets, err = NewSheets(s, d.files, func(_ string, payload any) {
		d.mu.Lock()
		defer d.mu.Unlock()
		j := payload.(Job)
		d.jobs[j.ID] = j
		d.moved.Broadcast()
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	w, err := s.Workspace(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if w.Settings[store.SettingStarted] == "" {
		if err := setup.Start(context.Background(), s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (d *desk) close() {
	if err := CloseSheets(d.sheets); err != nil {
		d.t.Error(err)
	}
	if err := d.store.Close(); err != nil {
		d.t.Error(err)
	}
}

// until waits for a job's event that f accepts.
func (d *desk) until(id string, f func(Job) bool) Job {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for !f(d.jobs[id]) {
		d.moved.Wait()
	}
	return d.jobs[id]
}

func settled(j Job) bool { return j.ID != "" && j.State != JobRunning }

func (d *desk) file(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return d.files.Add(path, FileRead).Handle
}

// reviewed opens and reviews a file with the suggested mapping.
func (d *desk) reviewed(handle string) (SheetView, transfer.Review) {
	d.t.Helper()
	v, err := d.sheets.Open(handle, "")
	if err != nil {
		d.t.Fatal(err)
	}
	fields := make([]string, len(v.Columns))
	for i, c := range v.Columns {
		fields[i] = c.Field
	}
	if err := d.sheets.Review(v.JobID, fields, transfer.Options{}); err != nil {
		d.t.Fatal(err)
	}
	if j := d.until(v.JobID, func(j Job) bool { return j.Kind == "review" && settled(j) }); j.State != JobReady {
		d.t.Fatalf("review: %+v", j)
	}
	r, err := d.sheets.ReviewResult(v.JobID)
	if err != nil {
		d.t.Fatal(err)
	}
	return v, r
}

const threeRows = "Nome;Celular;E-mail;Valor\nAna;(11) 98527-0593;;50.000,00\n;(11) 98527-0594;;\nBruno;;b@x.com;abc\n"

func TestASheetIsReviewedImportedAndRememberedByItsHeaders(t *testing.T) {
	d := newDesk(t, t.TempDir())
	v, r := d.reviewed(d.file("leads.csv", threeRows))
	if v.Remembered || v.Rows != 3 || r.New != 2 || r.Refused != 1 || r.Warned != 1 {
		t.Errorf("view %+v, review %+v", v, r)
	}
	if len(r.RefusedRows) != 1 || r.RefusedRows[0].Line != 3 || r.RefusedRows[0].Reasons[0].Field != "name" {
		t.Errorf("refused %+v", r.RefusedRows)
	}
	id, err := d.sheets.Confirm(v.JobID)
	if err != nil {
		t.Fatal(err)
	}
	if j := d.until(id, settled); j.State != JobDone || j.Created != 2 || j.Refused != 1 || j.Merged != 0 {
		t.Errorf("import %+v", j)
	}
	rows, totals, err := d.store.List(context.Background(), crm.ListRequest{Filter: crm.Filter{ImportID: id}, Sort: crm.SortName, Limit: 10})
	if err != nil || totals.Count != 2 || rows[0].Name != "Ana" || rows[0].ValueCents != 50_000_00 {
		t.Errorf("list of the import: %+v, %+v, %v", rows, totals, err)
	}
	out := filepath.Join(t.TempDir(), "recusadas.csv")
	texts := map[string]string{"required.name": "Falta o nome"}
	if err := d.sheets.Refused(v.JobID, d.files.Add(out, FileWrite).Handle, "csv", "Motivo", texts); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(out); err != nil || !strings.Contains(string(text), "Falta o nome") || strings.Contains(string(text), "Ana") {
		t.Errorf("refused rows: %q, %v", text, err)
	}
	if err := d.sheets.Discard(v.JobID); err != nil {
		t.Fatal(err)
	}
	again, err := d.sheets.Open(d.file("leads2.csv", threeRows), "")
	if err != nil || !again.Remembered {
		t.Errorf("the same headers again: %+v, %v", again, err)
	}
	if err := d.sheets.Discard(again.JobID); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(d.sheets.folder()); err != nil || len(left) != 0 {
		t.Errorf("private copies left: %v, %v", left, err)
	}
}

func TestAnImportThatAStopInterruptedIsOfferedAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile("../../backend/sheet/testdata/planilha-loja.csv")
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, dir)
	v, r := d.reviewed(d.file("planilha-loja.csv", string(text[:800<<10])))
	id, err := d.sheets.Confirm(v.JobID)
	if err != nil {
		t.Fatal(err)
	}
	d.until(id, func(j Job) bool { return j.Done > 0 })
	if err := d.sheets.Cancel(id); err != nil {
		t.Fatal(err)
	}
	j := d.until(id, settled)
	if j.State != JobPaused || j.Done == 0 || j.Done == j.Total {
		t.Fatalf("cancelled import %+v", j)
	}
	d.close()
	if d.store, err = store.Open(context.Background(), store.Config{Dir: dir, Log: zerolog.Nop()}); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(d.sheets.folder(), "sheet-left")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if d.sheets, err = NewSheets(d.store, d.files, d.sheets.jobs.emit); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a copy that no import needs is still there: %v", err)
	}
	list, err := d.sheets.Jobs()
	if err != nil || len(list) != 1 || list[0].ID != id || list[0].State != JobPaused || list[0].Done != j.Done {
		t.Fatalf("at the next start: %+v, %v", list, err)
	}
	if err := d.sheets.Resume(id); err != nil {
		t.Fatal(err)
	}
	j = d.until(id, func(j Job) bool { return j.State == JobDone || j.State == JobFailed })
	if j.State != JobDone || j.Created != r.New || j.Merged != r.Duplicates || j.Refused != r.Refused {
		t.Errorf("resumed: %+v; the review said %d, %d, %d", j, r.New, r.Duplicates, r.Refused)
	}
	if list, err = d.sheets.Jobs(); err != nil || list[0].State != JobDone {
		t.Errorf("afterwards: %+v, %v", list, err)
	}
}

func TestFilesThatAreNoSheetAreRefusedByName(t *testing.T) {
	d := newDesk(t, t.TempDir())
	for name, c := range map[string]struct {
		text string
		code crm.Code
	}{
		"vazia.csv":  {"", sheet.CodeEmpty},
		"pagina.xls": {"<html><table><tr><td>Nome</td></tr></table></html>", sheet.CodeHTML},
		"velha.xls":  {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), sheet.CodeXLS},
		"foto.csv":   {"\xff\xd8\xff\xe0" + strings.Repeat("\x00\x01", 300), sheet.CodeBinary},
	} {
		if _, err := d.sheets.Open(d.file(name, c.text), ""); crm.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := d.sheets.Open("../../etc/passwd", ""); crm.CodeOf(err) != CodeFileHandle {
		t.Errorf("a path instead of a handle: %v", err)
	}
	if list, err := d.sheets.Jobs(); err != nil || len(list) != 0 {
		t.Errorf("refused files left jobs: %+v, %v", list, err)
	}
	if left, err := os.ReadDir(d.sheets.folder()); err != nil || len(left) != 0 {
		t.Errorf("refused files left copies: %v, %v", left, err)
	}
}

func TestAMappingWithoutNameOrContactIsRefused(t *testing.T) {
	d := newDesk(t, t.TempDir())
	v, err := d.sheets.Open(d.file("leads.csv", threeRows), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		fields []string
		code   crm.Code
	}{
		{[]string{"ignore", "phone", "email", "value"}, sheet.CodeNoName},
		{[]string{"name", "ignore", "ignore", "value"}, sheet.CodeNoContact},
		{[]string{"name", "phone", "email", "passwords"}, sheet.CodeUnknownField},
		{[]string{"name"}, crm.CodeInvalid},
	} {
		if err := d.sheets.Review(v.JobID, c.fields, transfer.Options{}); crm.CodeOf(err) != c.code {
			t.Errorf("%v: %v, want %s", c.fields, err, c.code)
		}
	}
	if _, err := d.sheets.Confirm(v.JobID); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("confirmed without a review: %v", err)
	}
}
