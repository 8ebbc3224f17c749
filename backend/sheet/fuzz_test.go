package sheet

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"patio/backend/crm"
)

// FuzzOpen opens any bytes as a file that is no archive: a refusal has a code
// of ours, and what is let in keeps its promises.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{
		smallSheet, "\ufeff" + smallSheet, string(wide(smallSheet, 0, 1)), "Nome;Fone\r\n\"a\"\"b\";\"c\r\nd\"\r\n", "a\rb\rc", "sep=;\na;b\n1;2\n",
		"PK", "PK\x05\x06", "\xff\xfe", "\xef\xbb\xbf", "<!--", "\"", "\"\n\"", ";\n;", "a;\"b\nc;\"d\"\n", "Nome;\xc3\n\xe3;1\n", "%PDF", "a,b\n'=1,\x01\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 3 && string(content[:4]) == "PK\x03\x04" {
			return // FuzzWorkbook's
		}
		s, err := openBytes(t, content)
		if err != nil {
			var ours *crm.Error
			if !errors.As(err, &ours) {
				t.Errorf("%v has no code", err)
			}
			return
		}
		defer s.Close()
		if s.Count == 0 || len(s.Headers) > MaxColumns || len(s.Profiles) != len(s.Headers) {
			t.Errorf("%+v", s)
		}
		p := NewParser(s, s.Suggest(), Reading{Zone: saoPaulo(t), Region: "BR"})
		n, line := 0, s.HeaderLine
		for row, err := range s.Rows(0) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Index != n || row.Line <= line || len(row.Cells) == 0 || len(row.Cells) > len(s.Headers) || isBlank(row.Cells[len(row.Cells)-1]) {
				t.Errorf("row %d after line %d: %+v", n, line, row)
			}
			for _, c := range row.Cells {
				if !utf8.ValidString(c) {
					t.Errorf("%q is no UTF-8", c)
				}
			}
			p.Parse(row)
			n, line = n+1, row.Line
		}
		if n != s.Count {
			t.Errorf("%d rows, promised %d", n, s.Count)
		}
	})
}

// FuzzWorkbook reads workbooks with any sheet, strings and styles: damage is
// named, rows come in order, nothing hangs. It runs the child's own code.
func FuzzWorkbook(f *testing.F) {
	good := newWorkbook(textRow(1, "Nome", "Telefone")+`<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" s="3"><v>46150.5</v></c><c t="b"><v>1</v></c></row>`, "Ana")
	f.Add(good[tabOne], good["xl/sharedStrings.xml"], good["xl/styles.xml"])
	for _, cell := range []string{`<c r="A1" t="s"><v>-1</v></c>`, `<c r="XFD1"><v>1</v></c>`, `<c r="A1" s="-1"><v>1</v></c>`, `<c t="d"><v>2026-05-08T00:00:00Z</v></c>`, `<c><f>A1</f></c>`, `<c s="2"><v>1e300</v></c>`, `<c s="2"><v>-1</v></c>`} {
		f.Add(newWorkbook("<row>" + cell + "</row>")[tabOne], good["xl/sharedStrings.xml"], good["xl/styles.xml"])
	}
	f.Fuzz(func(t *testing.T, tab, texts, styles string) {
		dir := folder(t)
		path := filepath.Join(dir, "a.xlsx")
		book := good.with(tabOne, tab).with("xl/sharedStrings.xml", texts).with("xl/styles.xml", styles)
		if err := os.WriteFile(path, book.bytes(t), 0o600); err != nil {
			t.Fatal(err)
		}
		last := 0
		_, _, err := safely(order{Path: path, Dir: dir}, func(line int, cells []string) error {
			if line <= last || len(cells) == 0 || len(cells) > MaxColumns || cells[len(cells)-1] == "" {
				t.Errorf("line %d after %d: %q", line, last, cells)
			}
			last = line
			if _, again, err := parseRow(appendRow(nil, line, cells)); err != nil || len(again) != len(cells) {
				t.Errorf("%q doesn't pass the pipe: %v", cells, err)
			}
			return nil
		})
		var ours *crm.Error
		if err != nil && !errors.As(ofFile(err), &ours) {
			t.Errorf("%v has no code", err)
		}
	})
}

// FuzzFrames reads what a child that went wrong may say.
func FuzzFrames(f *testing.F) {
	f.Add(appendRow(nil, 3, []string{"a", "", "b"}))
	f.Add([]byte{1, 200, 1})
	f.Fuzz(func(t *testing.T, frame []byte) {
		line, cells, err := parseRow(frame)
		if err == nil && len(cells) > MaxColumns {
			t.Errorf("line %d has %d cells", line, len(cells))
		}
	})
}
