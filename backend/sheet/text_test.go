package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"unicode/utf16"

	"patio/backend/crm"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
)

const smallSheet = "Nome;Telefone;Observações\nJosé Sá;(11) 98527-0593;só à vista\n"

func wide(text string, low, high int) []byte {
	b := make([]byte, 2)
	b[low], b[high] = 0xff, 0xfe // the mark, as this order has it
	for _, u := range utf16.Encode([]rune(text)) {
		pair := make([]byte, 2)
		pair[low], pair[high] = byte(u), byte(u>>8)
		b = append(b, pair...)
	}
	return b
}

func TestEncodingsAreFound(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().Bytes([]byte(smallSheet + "– “aspas” €;1;\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content  []byte
		encoding string
	}{
		"UTF-8":                   {[]byte(smallSheet), UTF8},
		"UTF-8 with mark":         {[]byte("\ufeff" + smallSheet), UTF8},
		"Windows-1252":            {latin, Windows1252},
		"UTF-16 little":           {wide(smallSheet, 0, 1), UTF16LE},
		"UTF-16 big":              {wide(smallSheet, 1, 0), UTF16BE},
		"ASCII":                   {[]byte("Nome;Telefone;Obs\nJose;11985270593;x\n"), UTF8},
		"CRLF":                    {[]byte(strings.ReplaceAll(smallSheet, "\n", "\r\n")), UTF8},
		"CR alone":                {[]byte(strings.ReplaceAll(smallSheet, "\n", "\r")), UTF8},
		"one broken byte in good": {[]byte(smallSheet + strings.Repeat("João;11985270593;é\n", 20) + "x\xff;1;\n"), UTF8},
	} {
		s, rows := mustRows(t, c.content)
		if s.Encoding != c.encoding || s.Separator != ";" {
			t.Errorf("%s: found %s, %q", name, s.Encoding, s.Separator)
		}
		if name != "ASCII" && (rows[0][0] != "José Sá" || rows[0][2] != "só à vista" || s.Headers[2] != "Observações") {
			t.Errorf("%s: read %q %q", name, s.Headers, rows[0])
		}
	}
	if _, rows := mustRows(t, latin); rows[1][0] != "– “aspas” €" {
		t.Errorf("read %q", rows[1][0])
	}
}

// A rune on the border of two reads must not look broken.
func TestAnEncodingIsFoundWhereverTheBufferEnds(t *testing.T) {
	for shift := range 4 {
		text := "Nome;Telefone\n" + strings.Repeat("x", shift) + strings.Repeat("é€", headBytes/2) + ";11985270593\n"
		got, err := surveyFile(strings.NewReader(text))
		if err != nil || got.encoding != UTF8 {
			t.Errorf("shift %d: %+v, %v", shift, got, err)
		}
	}
}

func TestSeparatorsAreFound(t *testing.T) {
	for want, text := range map[string]string{
		";":  "Nome;Telefone;Valor\nAna;11985270593;R$ 99.900,00\nBia;11985270594;R$ 1.000,00\n",
		",":  "Name,Phone,Notes\nAna,11985270593,\"a; b; c\"\nBia,11985270594,x\n",
		"\t": "Nome\tTelefone\tEndereço\nAna\t11985270593\tRua A, 10, SP\nBia\t11985270594\tRua B, 20, RJ\n",
		"|":  "Nome|Telefone\nAna|11985270593\n",
	} {
		if s, _ := mustRows(t, []byte(text)); s.Separator != want {
			t.Errorf("found %q in %q", s.Separator, text)
		}
	}
	// Two columns against an address with two commas in every row.
	s, rows := mustRows(t, []byte("Endereço;Telefone\nRua A, 10, SP;11985270593\nRua B, 20, RJ;11985270594\n"))
	if s.Separator != ";" || rows[0][0] != "Rua A, 10, SP" {
		t.Errorf("found %q: %q", s.Separator, rows)
	}
	s, rows = mustRows(t, []byte("sep=,\nNome,Telefone\nAna;Lima,11985270593\n"))
	if s.Separator != "," || rows[0][0] != "Ana;Lima" || s.HeaderLine != 2 {
		t.Errorf("found %q: %q in line %d", s.Separator, rows, s.HeaderLine)
	}
}

func TestCellsKeepTheirQuotesLinesAndSigns(t *testing.T) {
	text := "Nome;Telefone;Observações\r\n" +
		"\"Ana \"\"Nina\"\" Lima\";1;\"linha 1\r\nlinha 2\"\r\n" +
		"João \"Zé\" Silva;2;\"Aceita troca; tem Gol\"\r\n" +
		"\"Zé\" Silva;3;x\r\n" +
		"Bia;4;'=HYPERLINK(\"x\")\r\n" +
		"Caio;5;a\x01b\x00c\ufeff\r\n"
	s, rows := mustRows(t, []byte(strings.ReplaceAll(text, "\x00", "")))
	want := [][]string{
		{`Ana "Nina" Lima`, "1", "linha 1\nlinha 2"},
		{`João "Zé" Silva`, "2", "Aceita troca; tem Gol"},
		{`"Zé" Silva`, "3", "x"},
		{"Bia", "4", `=HYPERLINK("x")`},
		{"Caio", "5", "abc"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	var lines []int
	sample, err := s.Sample(9)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sample {
		lines = append(lines, r.Line)
	}
	if fmt.Sprint(lines) != "[2 4 5 6 7]" {
		t.Errorf("lines %v", lines)
	}
}

func TestHeadersAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		line int // of the header; 0 for none
		rows int
	}{
		"in the first line":   {"Nome;Telefone\nAna;11985270593\n", 1, 1},
		"below a title":       {"Relatório de clientes;;\n;;\nGerado em;08/05/2026;\nNome;Telefone;E-mail\nAna;11985270593;\nBia;11985270594;\n", 4, 2},
		"in English":          {"Full Name,Phone Number\nAna,11985270593\n", 1, 1},
		"in Spanish":          {"Nombre;Teléfono;Correo electrónico\nAna;11985270593;\n", 1, 1},
		"of unknown words":    {"Fulano;Zapzap;Qualquer\nAna Lima;11985270593;x\nBia Sá;11985270594;y\n", 1, 2},
		"missing":             {"Ana Lima;11985270593;ana@b.co\nBia Sá;11985270594;bia@b.co\n", 0, 2},
		"one column":          {"Nome\nAna\nBia\n", 1, 2},
		"with a wide preface": {"a;b\nNome;Telefone;Cidade\nAna;11985270593;SP\n", 2, 1},
	} {
		s, _ := mustRows(t, []byte(c.text))
		if s.HeaderLine != c.line || s.Count != c.rows {
			t.Errorf("%s: header in line %d, %d rows; want %d, %d", name, s.HeaderLine, s.Count, c.line, c.rows)
		}
		if c.line == 0 && s.columnTitle(1) != "B" {
			t.Errorf("%s: a column without header is %q", name, s.columnTitle(1))
		}
	}
}

func TestFilesThatAreNoSheetsSayWhatTheyAre(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
	for name, c := range map[string]struct {
		content string
		code    crm.Code
		pairs   []string
	}{
		"nothing":           {"", CodeEmpty, nil},
		"a mark alone":      {"\ufeff", CodeEmpty, nil},
		"blank lines":       {" \r\n\t\r\n", CodeEmpty, nil},
		"separators":        {";;;\n;;;\n", CodeEmpty, nil},
		"a header":          {"Nome;Telefone\n", CodeNoRows, nil},
		"old workbook":      {ole + string(wide("Workbook", 0, 1)), CodeXLS, nil},
		"locked workbook":   {ole + string(wide("EncryptedPackage", 0, 1)), CodeEncrypted, nil},
		"old document":      {ole + string(wide("WordDocument", 0, 1)), CodeBinary, []string{"kind", "document"}},
		"web page":          {"\ufeff\n<html><table><tr><td>Nome</td></tr></table></html>", CodeHTML, nil},
		"commented page":    {"<!-- x -->\n<TABLE><tr>", CodeHTML, nil},
		"wide web page":     {string(wide("<html><body>", 0, 1)), CodeHTML, nil},
		"declared page":     {`<?xml version="1.0"?><html xmlns="x">`, CodeHTML, nil},
		"XML workbook":      {`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`, CodeXML, nil},
		"PDF":               {"%PDF-1.7 abc", CodeBinary, []string{"kind", "pdf"}},
		"picture":           {"\x89PNG\r\n\x1a\n", CodeBinary, []string{"kind", "image"}},
		"rich text":         {`{\rtf1\ansi abc}`, CodeBinary, []string{"kind", "rtf"}},
		"packed":            {"\x1f\x8b\x08\x00", CodeBinary, []string{"kind", "gzip"}},
		"zeros":             {strings.Repeat("\x00", 100), CodeEmpty, nil},
		"program":           {"MZ\x90\x00\x03\x00\x00\x00\x04", CodeBinary, nil},
		"noise":             {strings.Repeat("a\x01\x02b", 50), CodeBinary, nil},
		"empty archive":     {"PK\x05\x06" + strings.Repeat("\x00", 18), CodeCorrupt, nil},
		"start of archive":  {"PK\x03\x04", CodeCorrupt, nil},
		"open quote":        {smallSheet + "Ana;1;\"sem fim\nBia;2;x\n", CodeOpenQuote, []string{"row", "3"}},
		"swallowing quote":  {smallSheet + "\"Ana;1;x\nBia;2;\"obs\"\nCaio;3;y\n", CodeOpenQuote, []string{"row", "3"}},
		"257 columns":       {smallSheet + strings.Repeat("x;", 256) + "x\n", CodeManyColumns, []string{"found", "257", "max", "256", "row", "3"}},
		"a row without end": {smallSheet + "Ana;1;" + strings.Repeat("x", maxRecord+headBytes), CodeLongRow, []string{"row", "3"}},
	} {
		t.Run(name, func(t *testing.T) { refusedAs(t, []byte(c.content), c.code, c.pairs...) })
	}
	if s, _ := mustRows(t, []byte(smallSheet+strings.Repeat("x;", 256)+"\n")); s.Count != 2 {
		t.Errorf("256 columns and a separator: %d rows", s.Count)
	}
}

func TestAMillionRowsPassAndNotOneMore(t *testing.T) {
	content := bytes.Repeat([]byte("Ana;11985270593\n"), MaxRows)
	content = append([]byte("Nome;Telefone\n"), content...)
	s, err := openBytes(t, content)
	if err != nil || s.Count != MaxRows {
		t.Fatal(err)
	}
	for row, err := range s.Rows(MaxRows - 1) {
		if err != nil || row.Index != MaxRows-1 || row.Line != MaxRows+1 {
			t.Errorf("%+v, %v", row, err)
		}
	}
	refusedAs(t, append(content, "Bia;1\n"...), CodeManyRows, "max", "1000000")
}

func TestRowsBeginAnywhereAndOutliveTheProgram(t *testing.T) {
	var text strings.Builder
	text.WriteString("Nome;Telefone\n")
	const count = 3*indexEvery + 7
	for i := range count {
		fmt.Fprintf(&text, "Cliente %d;11985270593\n", i)
	}
	path := file(t, "a.csv", []byte(text.String()))
	s := mustOpen(t, path)
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil { // the person may do as they please
		t.Fatal(err)
	}
	again, err := Resume(s.Folder())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, again, cmp.AllowUnexported(Sheet{})); diff != "" {
		t.Error(diff)
	}
	for _, from := range []int{0, 1, indexEvery - 1, indexEvery, 2*indexEvery + 5, count - 1, count, -1} {
		n := 0
		for row, err := range again.Rows(from) {
			if err != nil || row.Index != from+n || row.Cells[0] != fmt.Sprintf("Cliente %d", from+n) {
				t.Fatalf("row %d from %d is %+v, %v", n, from, row, err)
			}
			n++
		}
		if want := max(0, count-from); from >= 0 && n != want || from < 0 && n != 0 {
			t.Errorf("%d rows from %d", n, from)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(s.Folder()); crm.CodeOf(err) != CodeMissing {
		t.Errorf("a closed sheet is resumed: %v", err)
	}
}

func TestADamagedCopyIsNotResumed(t *testing.T) {
	s := mustOpen(t, file(t, "a.csv", []byte(smallSheet)))
	rows := filepath.Join(s.Folder(), rowsFile)
	content, err := os.ReadFile(rows)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rows, content[:len(content)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(s.Folder()); crm.CodeOf(err) != CodeCorrupt {
		t.Errorf("resumed: %v", err)
	}
	for _, err := range s.Rows(0) {
		if crm.CodeOf(err) != CodeCorrupt {
			t.Errorf("read: %v", err)
		}
	}
}

func TestTheSystemsRefusalsHaveCodes(t *testing.T) {
	if _, err := Open(t.Context(), filepath.Join(folder(t), "x.csv"), Options{}); crm.CodeOf(err) != CodeMissing {
		t.Error(err)
	}
	if _, err := Open(t.Context(), folder(t), Options{}); crm.CodeOf(err) != CodeUnreadable {
		t.Error(err)
	}
	if _, err := Open(t.Context(), file(t, "a.csv", []byte(smallSheet)), Options{Dir: filepath.Join(folder(t), "x")}); err == nil {
		t.Error("a missing folder is written to")
	}
	full := &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	if err := ofFile(full); crm.CodeOf(err) != crm.CodeDiskFull || !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
}

func TestADiskThatFillsUpStopsTheCopy(t *testing.T) {
	in, err := newIntake(folder(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer in.spool.file.Close()
	in.spool.out.Reset(&failing{1 << 20})
	_, err = readText(t.Context(), strings.NewReader("Nome;Telefone\n"+strings.Repeat("Ana;11985270593\n", 200_000)), in.take)
	if crm.CodeOf(ofFile(err)) != crm.CodeDiskFull {
		t.Errorf("%v", err)
	}
}

func TestALargeTextIsCancelled(t *testing.T) {
	path := file(t, "a.csv", append([]byte("Nome;Telefone\n"), bytes.Repeat([]byte("Ana;11985270593\n"), 50_000)...))
	dir := folder(t)
	ctx, stop := contextThatStops(t)
	_, err := Open(ctx, path, Options{Dir: dir, Progress: func(int) { stop() }})
	if left, _ := os.ReadDir(dir); crm.CodeOf(err) != crm.CodeCancelled || len(left) > 0 {
		t.Errorf("%v, left %v", err, left)
	}
}
