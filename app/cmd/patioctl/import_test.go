package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"patio/backend/crm"
	"patio/backend/sheet"
)

// exported writes a list out and answers its rows by header.
func exported(t *testing.T, dir string, args ...string) []map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.csv")
	must[exportResult](t, append([]string{"export", "--data", dir, path}, args...)...)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff")))
	in.Comma = ';'
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		lead := map[string]string{}
		for i, title := range rows[0] {
			lead[title] = row[i]
		}
		out = append(out, lead)
	}
	return out
}

func TestAShopsSheetIsAccountedForRowByRow(t *testing.T) {
	dir := seeded(t, 1)
	dry := must[importResult](t, "import", "--data", dir, shopSheet, "--dry-run")
	if len(exported(t, dir)) != 1 {
		t.Error("a dry run wrote something")
	}
	r := must[importResult](t, "import", "--data", dir, shopSheet)
	if r.Rows != 9960 || r.Blank != 40 || r.Created+r.Merged+r.Refused != r.Rows || len(r.RefusedRows) != r.Refused || r.Refused == 0 || r.Unsearched != 0 {
		t.Errorf("%d rows, %d blank: %d created, %d merged, %d refused, %d named, %d unsearched",
			r.Rows, r.Blank, r.Created, r.Merged, r.Refused, len(r.RefusedRows), r.Unsearched)
	}
	for _, row := range r.RefusedRows {
		if row.Line < 2 || len(row.Reasons) == 0 || row.Reasons[0].Message == "" {
			t.Errorf("refused without a reason: %+v", row)
		}
	}
	if r.ImportID == "" || dry.ImportID != "" || !dry.DryRun {
		t.Errorf("ids %q, %q", r.ImportID, dry.ImportID)
	}
	dry.ImportID, dry.DryRun, dry.Ms, dry.SearchMs = r.ImportID, false, r.Ms, r.SearchMs
	if d := cmp.Diff(dry, r); d != "" {
		t.Errorf("the dry run said something else: %s", d)
	}
	if n := len(exported(t, dir)); n != r.Created+1 {
		t.Errorf("%d leads, %d were created", n, r.Created)
	}
	if c := must[checkup](t, "doctor", "--data", dir); !c.OK {
		t.Errorf("%+v", c)
	}
}

func TestTheCommandLineChoosesWhatRowsDontSay(t *testing.T) {
	dir := seeded(t, 1)
	sellers := slices.Sorted(func(yield func(string) bool) {
		for _, lead := range exported(t, dir) {
			if !yield(lead["owner"]) {
				return
			}
		}
	})
	file := writeFile(t, "leads.csv", "Quem=é;Contato;Fone;Carro=ano\nAna Souza;Loja;(11) 98765-4321;Onix=2020\nBia Lima;Loja;(11) 98765-4322;\n")
	args := []string{
		"import", "--data", dir, file, "--map", "Quem=é=name", "--map", "b=note", "--map", "FONE=phone", "--map", "Carro=ano=vehicle",
		"--stage", "Vendas/em negociacao", "--owner", sellers[0], "--source", "indicação",
	}
	r := must[importResult](t, args...)
	if r.Created != 2 || r.Columns[0] != (sheet.Column{Header: "Quem=é", Field: sheet.FieldName}) || r.Columns[1].Field != sheet.FieldNote {
		t.Fatalf("%+v", r)
	}
	i := slices.IndexFunc(exported(t, dir), func(l map[string]string) bool { return l["name"] == "Ana Souza" })
	if i < 0 {
		t.Fatal("Ana Souza is missing")
	}
	ana := exported(t, dir)[i]
	want := map[string]string{"phone": "(11) 98765-4321", "vehicle": "Onix=2020", "stage": "Em negociação", "owner": sellers[0], "source": "Indicação"}
	for column, value := range want {
		if ana[column] != value {
			t.Errorf("%s is %q, want %q", column, ana[column], value)
		}
	}
	// The mapping is remembered for the next sheet with these headers.
	if again := must[importResult](t, "import", "--data", dir, file); again.Merged != 2 || again.Columns[0].Field != sheet.FieldName {
		t.Errorf("%+v", again)
	}
	if again := must[importResult](t, "import", "--data", dir, file, "--duplicates", "create"); again.Created != 2 {
		t.Errorf("%+v", again)
	}
}

// What the command line asks for takes the place of a guess.
func TestAMappedColumnTakesTheFieldFromTheOneThatWasGuessed(t *testing.T) {
	dir := seeded(t, 1)
	file := writeFile(t, "leads.csv", "Nome;Apelido;Telefone\nAna Souza;Aninha;(11) 98765-4321\n")
	r := must[importResult](t, "import", "--data", dir, file, "--map", "Apelido=name")
	want := []sheet.Column{{Header: "Nome", Field: sheet.FieldNote}, {Header: "Apelido", Field: sheet.FieldName}, {Header: "Telefone", Field: sheet.FieldPhone}}
	if d := cmp.Diff(want, r.Columns); d != "" {
		t.Error(d)
	}
}

func TestAnExportOfEverythingComesBackTheSame(t *testing.T) {
	dir := seeded(t, 300)
	for _, name := range []string{"all.csv", "all.xlsx"} {
		first, other := filepath.Join(t.TempDir(), name), t.TempDir()
		if r := must[exportResult](t, "export", "--data", dir, "--all", first); r.Rows != 300 || !r.All {
			t.Errorf("%+v", r)
		}
		if r := must[importResult](t, "import", "--data", other, first); r.Created != 300 || r.Refused != 0 {
			t.Errorf("%s: %+v", name, r)
		}
		if d := cmp.Diff(sorted(exported(t, dir, "--all")), sorted(exported(t, other, "--all"))); d != "" {
			t.Errorf("%s came back changed: %s", name, d[:min(len(d), 3000)])
		}
		if c := must[checkup](t, "doctor", "--data", other); !c.OK {
			t.Errorf("%+v", c)
		}
	}
}

// sorted puts leads in an order of their own, and their tags: those are a set.
func sorted(rows []map[string]string) []map[string]string {
	for _, lead := range rows {
		for _, column := range []string{"tags", "Etiquetas"} {
			if text, ok := lead[column]; ok {
				tags := strings.Split(text, "; ")
				slices.Sort(tags)
				lead[column] = strings.Join(tags, "; ")
			}
		}
	}
	slices.SortFunc(rows, func(a, b map[string]string) int { return strings.Compare(a["ID"]+a["id"], b["ID"]+b["id"]) })
	return rows
}

// A list that a script edits and imports again meets the same leads.
func TestAnExportedListMeetsItsOwnLeads(t *testing.T) {
	dir := seeded(t, 40)
	before := sorted(exported(t, dir))
	path := filepath.Join(t.TempDir(), "list.xlsx")
	must[exportResult](t, "export", "--data", dir, path)
	if r := must[importResult](t, "import", "--data", dir, path); r.Merged != 40 {
		t.Errorf("%+v", r)
	}
	if d := cmp.Diff(before, sorted(exported(t, dir))); d != "" {
		t.Error(d)
	}
}

func TestHostileFilesAreRefusedAndNothingIsLeft(t *testing.T) {
	dir := seeded(t, 3)
	workbook := filepath.Join(t.TempDir(), "list.xlsx")
	must[exportResult](t, "export", "--data", dir, workbook)
	whole, err := os.ReadFile(workbook)
	if err != nil {
		t.Fatal(err)
	}
	wide := strings.Repeat("x;", 256) + "x\n"
	for name, c := range map[string]struct {
		text string
		code crm.Code
	}{
		"vazio.csv":       {"", sheet.CodeEmpty},
		"brancos.csv":     {" ;;\n;;\n", sheet.CodeEmpty},
		"cabeçalho.csv":   {"Nome;Telefone\n", sheet.CodeNoRows},
		"nulos.csv":       {strings.Repeat("\x00", 4096), sheet.CodeEmpty},
		"imagem.csv":      {"\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\x01", 99), sheet.CodeBinary},
		"proposta.xlsx":   {"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", sheet.CodeBinary},
		"antigo.xls":      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), ""},
		"portal.xls":      {"<html><body><table><tr><td>Nome</td></tr></table></body></html>", sheet.CodeHTML},
		"cortado.xlsx":    {string(whole[:len(whole)*2/3]), sheet.CodeCorrupt},
		"trocado.csv":     {string(whole), "good"},
		"largo.csv":       {wide + wide, sheet.CodeManyColumns},
		"aspas.csv":       {"Nome;Telefone\n\"Ana;(11) 98765-4321\n" + strings.Repeat("Bia;(11) 98765-4322\n", 30), sheet.CodeOpenQuote},
		"sem-nome.csv":    {"Telefone\n(11) 98765-4321\n", sheet.CodeNoName},
		"sem-fone.csv":    {"Nome;Cidade\nAna Souza;Santos\n", sheet.CodeNoContact},
		"-traço nova.csv": {"Nome;Telefone\n", sheet.CodeNoRows},
	} {
		path := writeFile(t, name, c.text)
		switch c.code {
		case "good": // what it is counts, not what it is called
			if r := must[importResult](t, "import", "--data", dir, path); r.Merged != 3 {
				t.Errorf("%s: %+v", name, r)
			}
		case "":
			e := patioctl(t, "import", "--data", dir, path, "--json")
			if f := decode[failure](t, e); e.exit != exitRefused || !strings.HasPrefix(string(f.Error.Code), "sheet.") {
				t.Errorf("%s: %d %+v", name, e.exit, f)
			}
		default:
			refuses(t, exitRefused, c.code, "import", "--data", dir, path)
		}
	}
	if n := len(exported(t, dir)); n != 3 {
		t.Errorf("%d leads", n)
	}
	if list, err := os.ReadDir(filepath.Join(dir, "imports")); err != nil || len(list) > 0 {
		t.Errorf("left %v: %v", list, err)
	}
}

// writeLeads writes a sheet in which every 50th row has no phone and every 70th
// is the one above once more.
func writeLeads(t *testing.T, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Nome;Telefone;Veículo;Valor;Observações\n")
	row := func(i int) string {
		return fmt.Sprintf("Cliente %c%c Número %d;(11) 9%04d-%04d;Onix %d;%d.990,00;quer ver no sábado, visita %d\n", 'A'+i%26, 'a'+i%25, i, 6000+i/10000, i%10000, 2010+i%15, 20+i%90, i)
	}
	for i := range rows {
		switch {
		case i%50 == 49:
			fmt.Fprintf(&b, "Sem Telefone %d;;;;\n", i)
		case i%70 == 69:
			b.WriteString(row(i - 1))
		default:
			b.WriteString(row(i))
		}
	}
	return writeFile(t, "leads.csv", b.String())
}

func TestAnImportSurvivesKills(t *testing.T) {
	const rows = 10_000
	file, dir := writeLeads(t, rows), t.TempDir()
	whole := must[importResult](t, "import", "--data", t.TempDir(), file)
	if whole.Created+whole.Merged+whole.Refused != rows || whole.Refused != rows/50 || whole.Merged == 0 || len(whole.RefusedRows) != rows/50 {
		t.Fatalf("%d created, %d merged, %d refused", whole.Created, whole.Merged, whole.Refused)
	}
	args := []string{"import", "--data", dir, file}
	for _, c := range []struct {
		phase       string
		line        int // at which it is killed, or a moment later
		least, most int // imports that can go on then
	}{{"read", 3, 0, 1}, {"import", 1, 1, 1}, {"import", 1, 1, 1}, {"import", 1, 1, 1}} {
		r := start(t, args...)
		r.until(c.phase, c.line)
		r.kill()
		check := must[checkup](t, "doctor", "--data", dir)
		if !check.OK || !check.Unclean || check.Interrupted < c.least || check.Interrupted > c.most {
			t.Errorf("killed at %s %d: %+v", c.phase, c.line, check)
		}
	}
	r := must[importResult](t, args...)
	if !r.Resumed || r.Unsearched != 0 {
		t.Errorf("resumed %v, %d unsearched", r.Resumed, r.Unsearched)
	}
	whole.ImportID, whole.Resumed, whole.Ms, whole.SearchMs = r.ImportID, true, r.Ms, r.SearchMs
	if d := cmp.Diff(whole, r); d != "" {
		t.Errorf("in pieces it came to something else: %s", d)
	}
	if n := len(exported(t, dir)); n != r.Created {
		t.Errorf("%d leads, %d were created", n, r.Created)
	}
	if check := must[checkup](t, "doctor", "--data", dir); !check.OK || check.Interrupted != 0 || check.Unsearched != 0 {
		t.Errorf("%+v", check)
	}
	if list, err := os.ReadDir(filepath.Join(dir, "imports")); err != nil || len(list) > 0 {
		t.Errorf("left %v: %v", list, err)
	}
	// It is over: the same file again is another import, which makes nothing.
	again := must[importResult](t, args...)
	if again.Resumed || again.Created != 0 || again.Merged != r.Created+r.Merged || again.ImportID == r.ImportID {
		t.Errorf("again: %d created, %d merged, resumed %v", again.Created, again.Merged, again.Resumed)
	}
}

func TestAnInterruptedImportStopsBetweenChunksAndGoesOn(t *testing.T) {
	const rows = 8_000
	file, dir := writeLeads(t, rows), t.TempDir()
	r := start(t, "import", "--data", dir, file)
	r.until("import", 1)
	if err := r.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	e := r.end()
	f := decode[failure](t, e)
	if e.exit != exitCancelled || f.Error.Code != crm.CodeCancelled || f.Error.Params["importId"] == "" || f.Error.Params["rows"] != fmt.Sprint(rows) {
		t.Fatalf("%d %+v", e.exit, f)
	}
	check := must[checkup](t, "doctor", "--data", dir)
	if !check.OK || check.Unclean || check.Interrupted != 1 {
		t.Errorf("%+v", check)
	}
	// Another mapping is another import; it can't go on with that one.
	refuses(t, exitNotFound, crm.CodeNotFound, "import", "--data", dir, "--resume", shopSheet)
	if err := os.Remove(file); err != nil { // the private copy is enough
		t.Fatal(err)
	}
	done := must[importResult](t, "import", "--data", dir, "--resume")
	if !done.Resumed || done.ImportID != f.Error.Params["importId"] || done.Created+done.Merged+done.Refused != rows || len(exported(t, dir)) != done.Created {
		t.Errorf("%d created, %d merged, %d refused, %s", done.Created, done.Merged, done.Refused, done.ImportID)
	}
	refuses(t, exitNotFound, crm.CodeNotFound, "import", "--data", dir, "--resume")
}
