package sheet

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"patio/backend/crm"
	"patio/backend/format"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// written answers what a writer makes of rows of cells.
func written(t testing.TB, kind string, rows ...[]Cell) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewCSVWriter(&b)
	if kind == XLSX {
		b.Reset()
		w, err = NewXLSXWriter(&b, "Clientes")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSVIsWrittenAsBrazilianExcelReadsIt(t *testing.T) {
	zone := saoPaulo(t)
	at := time.Date(2026, 5, 8, 17, 14, 5, 0, zone).UnixMilli()
	got := string(written(t, CSV, []Cell{Text("Nome"), Text("Valor"), Text("Criado em"), Text("Aniversário"), Text("Obs")},
		[]Cell{Text("=1+1"), Amount(9990050), Moment(at, zone), Day("1980-01-02"), Text("a;b\r\n\"c\"")},
		[]Cell{Text("+55"), Amount(0), Moment(at+7, zone), Day("?"), Text("-x")},
		[]Cell{{}, {}, Moment(0, zone), Text("'@"), Text("\t")}))
	want := "\ufeffNome;Valor;Criado em;Aniversário;Obs\n" +
		"'=1+1;99900,50;08/05/2026 17:14:05;02/01/1980;\"a;b\n\"\"c\"\"\"\n" +
		"'+55;0,00;08/05/2026 17:14:05.007;?;'-x\n" +
		";;;''@;'\t\n"
	if got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestWhatIsWrittenReadsBackAsItWas(t *testing.T) {
	zone := saoPaulo(t)
	at := time.Date(2026, 5, 8, 17, 14, 5, 123e6, zone).UnixMilli()
	for _, kind := range []string{CSV, XLSX} {
		content := written(t, kind, []Cell{Text("Nome"), Text("Telefone"), Text("Valor"), Text("Data"), Text("Nascimento"), Text("Obs")},
			[]Cell{Text("Ana"), Text("+14155550199"), Amount(123456789), Moment(at, zone), Day("1980-01-02"), Text("=1\n_x000D_ 'x")},
			[]Cell{Text("'-Bia"), Text("(11) 98527-0593"), Amount(5), Moment(at+1, zone), Day("1899-01-02"), Text(strings.Repeat("á", 20_000))},
			[]Cell{Text("Caio"), Text("(11) 98527-0593"), {}, {}, {}, {}})
		s, err := openBytes(t, content)
		if err != nil {
			t.Fatal(err)
		}
		if s.Format != kind {
			t.Errorf("%s is taken for %s", kind, s.Format)
		}
		all := parseAll(t, s)
		for i, want := range []Lead{
			{Name: "Ana", Value: format.Money{Cents: 123456789, Currency: "BRL"}, Created: format.Moment{Day: "2026-05-08", Ms: at, HasHour: true}, Birthday: "1980-01-02", Notes: []string{"=1\n_x000D_ 'x"}},
			{Name: "'-Bia", Value: format.Money{Cents: 5, Currency: "BRL"}, Created: format.Moment{Day: "2026-05-08", Ms: at + 1, HasHour: true}, Notes: []string{strings.Repeat("á", 20_000)}},
			{Name: "Caio"},
		} {
			got := all[i].Lead
			got.Phones, got.Extra = nil, nil
			if i == 1 {
				got.Birthday = "" // no date of ours: leads are born after 1900
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
		}
	}
}

// safeText is a text without the characters that no sheet can hold.
func safeText(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if unicode.IsControl(r) || r == 0xfeff || r == 0xfffe || r == 0xffff || r == 0xfffd {
			return -1
		}
		return r
	}, text)
}

// readHere reads a file without a child, which would take most of the time of
// a hundred small ones.
func readHere(t testing.TB, kind string, content []byte) [][]string {
	t.Helper()
	if kind == CSV {
		_, rows := mustRows(t, content)
		return rows
	}
	var rows [][]string
	_, _, err := safely(order{Path: file(t, "a.xlsx", content), Dir: folder(t)}, func(_ int, cells []string) error {
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = cleanCell(c)
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestEveryTextComesBackFromEitherFile(t *testing.T) {
	text := rapid.Map(rapid.OneOf(rapid.String(), rapid.StringMatching(`'{0,3}[=+@\t-]?[a-z;",\n ]{0,8}`), rapid.SampledFrom([]string{"_x0041_", "&amp;", "00123", "1E5", "TRUE", "#N/A", " a ", "\"", "'"})), safeText)
	for _, kind := range []string{CSV, XLSX} {
		rapid.Check(t, func(rt *rapid.T) {
			texts := rapid.SliceOfN(rapid.SliceOfN(text, 3, 3), 1, 20).Draw(rt, "texts")
			rows := [][]Cell{{Text("Nome"), Text("Telefone"), Text("Cidade"), Text("Obs")}}
			var want [][]string
			for _, row := range texts {
				rows = append(rows, []Cell{Text("Ana"), Text(row[0]), Text(row[1]), Text(row[2])})
				want = append(want, append([]string{"Ana"}, row...))
			}
			got := readHere(t, kind, written(t, kind, rows...))
			for i := range got {
				for len(got[i]) < 4 { // blank cells at the end are not kept
					got[i] = append(got[i], "")
				}
				for j := range got[i] {
					if isBlank(want[i][j]) {
						got[i][j], want[i][j] = "", ""
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("%s: %s", kind, diff)
			}
		})
	}
}

func TestAFormulaIsNeverWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`'{0,2}[=+@\t\r-].{0,5}`)).Draw(t, "text")
		out := Text(text).String()
		if out != "" && strings.ContainsRune("=+-@\t\r", rune(out[0])) {
			t.Fatalf("%q is written %q", text, out)
		}
		if revive(inert(text)) != text {
			t.Fatalf("%q comes back as %q", text, revive(inert(text)))
		}
	})
}

func TestRefusedRowsAreWrittenAsTheyWereWithTheirReason(t *testing.T) {
	s := mustOpen(t, file(t, "a.csv", []byte("Nome;Telefone;\nAna;99;x\n;11985270593;=y\nBia\n")))
	var b bytes.Buffer
	w, err := NewCSVWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	err = s.WriteRefused(w, "Motivo", func(yield func(Row, string) bool) {
		for row, err := range s.Rows(0) {
			if err != nil || !yield(row, "sem contato") {
				return
			}
		}
	})
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	want := "\ufeffNome;Telefone;C;Motivo\nAna;99;x;sem contato\n;11985270593;'=y;sem contato\nBia;;;sem contato\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestATextTooLongForAWorkbookIsRefused(t *testing.T) {
	w, err := NewXLSXWriter(&bytes.Buffer{}, "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row(Text(strings.Repeat("x", maxCell+1))); crm.CodeOf(err) != CodeLongCell {
		t.Error(err)
	}
	if err := w.Row(Text(strings.Repeat("á", maxCell))); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// failing takes some bytes and then no more.
type failing struct{ room int }

func (f *failing) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, &os.PathError{Op: "write", Path: "x", Err: errFull}
	}
	return len(p), nil
}

func TestAFullDiskStopsAnExport(t *testing.T) {
	for _, room := range []int{0, 100} {
		out := &failing{room}
		w, err := NewCSVWriter(out)
		for i := 0; err == nil && i < 1000; i++ {
			err = w.Row(Text("uma linha"))
		}
		if err == nil {
			err = w.Close()
		}
		if crm.CodeOf(err) != crm.CodeDiskFull {
			t.Errorf("CSV with room for %d: %v", room, err)
		}
		x, err := NewXLSXWriter(&failing{room}, "x")
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Row(Text("uma linha")); err != nil {
			t.Fatal(err)
		}
		if err := x.Close(); crm.CodeOf(err) != crm.CodeDiskFull {
			t.Errorf("XLSX with room for %d: %v", room, err)
		}
	}
}

func TestTheShopsSheetSurvivesBothFiles(t *testing.T) {
	s := mustOpen(t, "testdata/planilha-loja.csv")
	want, err := s.Sample(s.Count)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{CSV, XLSX} {
		rows := [][]Cell{nil}
		for _, h := range s.Headers {
			rows[0] = append(rows[0], Text(h))
		}
		for _, r := range want {
			var cells []Cell
			for _, c := range r.Cells {
				cells = append(cells, Text(c))
			}
			rows = append(rows, cells)
		}
		again := mustOpen(t, file(t, "a", written(t, kind, rows...)))
		got, err := again.Sample(again.Count)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			want[i].Line, got[i].Line = 0, 0
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(again.Folder(), rowsFile)); !os.IsNotExist(err) {
			t.Error("a closed sheet leaves its rows")
		}
	}
}
