package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"patio/backend/crm"

	"github.com/google/go-cmp/cmp"
)

func TestAWorkbooksNumbersComePlainAndItsDatesISO(t *testing.T) {
	data := textRow(1, "Nome", "Celular", "Valor", "Data", "Obs") +
		`<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>11985270593</v></c><c r="C2" s="1"><v>99900</v></c><c r="D2" s="2"><v>46150</v></c><c r="E2" s="3"><v>46150.718055555553</v></c></row>` +
		`<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3"><v>5.511985270593E+12</v></c><c r="C3" s="5"><v>33299.999999999996</v></c><c r="D3" s="4"><v>46150</v></c><c r="E3" s="7"><v>46150.75</v></c></row>` +
		`<row r="5"><c r="A5" t="inlineStr"><is><r><t>Ana </t></r><r><t>Lima</t></r></is></c><c r="B5" t="str"><f>A1</f><v>(11) 98527-0593</v></c><c r="C5" s="2" t="s"><v>2</v></c><c r="D5" s="6"><v>46150</v></c><c r="E5" s="8"><v>0.5</v></c></row>` +
		`<row r="6"><c r="A6" t="b"><v>1</v></c><c r="B6" t="e"><v>#N/A</v></c><c r="C6"><v>1234.5</v></c><c r="D6" s="3"><v>46150.718055567127</v></c></row>`
	s, rows := mustRows(t, newWorkbook(data, "José  Sá", "Zoë", "a combinar").bytes(t))
	want := [][]string{
		{"José  Sá", "11985270593", "99900", "2026-05-08", "2026-05-08 17:14:00"},
		{"Zoë", "5511985270593", "33300", "2026-05-08", "2026-05-08 18:00:00"},
		{"Ana Lima", "(11) 98527-0593", "a combinar", "2026-05-08", "12:00:00"},
		{"TRUE", "#N/A", "1234.5", "2026-05-08 17:14:00.001"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if s.Format != XLSX || s.Tab != "Plan1" || s.HeaderLine != 1 || s.Blank != 1 {
		t.Errorf("%+v", s)
	}
}

func TestDatesCountFromTheDayTheWorkbookSays(t *testing.T) {
	data := textRow(1, "Nome", "Data") + `<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="2"><v>44688.5</v></c></row>` +
		`<row r="3"><c r="A3"><v>2</v></c><c r="B3" s="2"><v>1</v></c></row><row r="4"><c r="A4"><v>3</v></c><c r="B4" s="3"><v>-1</v></c></row>`
	book := newWorkbook(data)
	mac := book.with("xl/workbook.xml", strings.Replace(book["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1))
	for name, c := range map[string]struct {
		book workbook
		want [][]string
	}{
		"1900": {book, [][]string{{"1", "2022-05-07"}, {"2", "1900-01-01"}, {"3", "-1"}}},
		"1904": {mac, [][]string{{"1", "2026-05-08"}, {"2", "1904-01-02"}, {"3", "-1"}}},
	} {
		_, rows := mustRows(t, c.book.bytes(t))
		if diff := cmp.Diff(c.want, rows); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFormatsSayWhatTheyShow(t *testing.T) {
	for code, want := range map[string]string{
		"General": "", "0.00": "", "#,##0": "", `"R$" #,##0.00`: "", "[$R$-416] #,##0": "", "0.00E+00": "", "@": "", `"dia" 0`: "", `\d0`: "", "[Red]0": "", "0;[Red]-0": "",
		"dd/mm/yyyy": dayMark, "[$-416]d-mmm;@": dayMark, "mmm/yy": dayMark, "yyyy": dayMark,
		"dd/mm/yyyy hh:mm": momentMark, "m/d/yy h:mm AM/PM": momentMark,
		"h:mm": clockMark, "mm:ss": clockMark, "[h]:mm": clockMark, "[mm]:ss": clockMark,
	} {
		if got := markOf(code); got != want {
			t.Errorf("%q shows %q, want %q", code, got, want)
		}
	}
}

func TestTheFirstVisibleTabWithRowsIsReadOrTheOneAskedFor(t *testing.T) {
	book := newWorkbook("").
		with("xl/workbook.xml", xmlHead+`<workbook `+mainNS+` `+relNS+`><sheets><sheet name="Vazia" sheetId="1" r:id="rId1"/><sheet name="Oculta" sheetId="2" state="hidden" r:id="rId12"/><sheet name="Clientes" sheetId="3" r:id="rId13"/><sheet name="Outros" sheetId="4" r:id="rId14"/></sheets></workbook>`)
	rels := strings.TrimSuffix(book["xl/_rels/workbook.xml.rels"], `</Relationships>`)
	for i := 2; i <= 4; i++ {
		rels += fmt.Sprintf(`<Relationship Id="rId1%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, i, relTypes, i)
		book[fmt.Sprintf("xl/worksheets/sheet%d.xml", i)] = newWorkbook(textRow(1, "Nome", "Telefone") + textRow(2, fmt.Sprintf("Tab %d", i), "11985270593"))[tabOne]
	}
	content := book.with("xl/_rels/workbook.xml.rels", rels+`</Relationships>`).bytes(t)
	s, rows := mustRows(t, content)
	if s.Tab != "Clientes" || rows[0][0] != "Tab 3" || fmt.Sprint(s.Tabs) != "[Vazia Clientes Outros]" {
		t.Errorf("read %q of %v: %v", s.Tab, s.Tabs, rows)
	}
	path := file(t, "a.xlsx", content)
	s, err := Open(t.Context(), path, Options{Dir: folder(t), Tab: "Outros"})
	if err != nil || s.Tab != "Outros" {
		t.Fatalf("%+v, %v", s, err)
	}
	s.Close()
	for _, tab := range []string{"Oculta", "Não há"} {
		if _, err := Open(t.Context(), path, Options{Dir: folder(t), Tab: tab}); crm.CodeOf(err) != CodeNoTab {
			t.Errorf("%s: %v", tab, err)
		}
	}
}

func TestSpoiledWorkbooksAreRefused(t *testing.T) {
	good := textRow(1, "Nome", "Telefone") + textRow(2, "Ana", "11985270593")
	cell := func(c string) string { return good + `<row r="3">` + c + `</row>` }
	for name, c := range map[string]struct {
		book workbook
		code crm.Code
	}{
		"string −1":              {newWorkbook(cell(`<c r="A3" t="s"><v>-1</v></c>`), "x"), CodeCorrupt},
		"string beyond":          {newWorkbook(cell(`<c r="A3" t="s"><v>1</v></c>`), "x"), CodeCorrupt},
		"string that's none":     {newWorkbook(cell(`<c r="A3" t="s"><v>x</v></c>`), "x"), CodeCorrupt},
		"column XFD":             {newWorkbook(cell(`<c r="XFD3"><v>1</v></c>`)), CodeManyColumns},
		"column beyond":          {newWorkbook(cell(`<c r="XFE3"><v>1</v></c>`)), CodeCorrupt},
		"cell without a name":    {newWorkbook(cell(`<c r="3"><v>1</v></c>`)), CodeCorrupt},
		"cells in disorder":      {newWorkbook(cell(`<c r="B3"><v>1</v></c><c r="A3"><v>1</v></c>`)), CodeCorrupt},
		"rows in disorder":       {newWorkbook(good + textRow(1, "x")), CodeCorrupt},
		"row beyond":             {newWorkbook(good + textRow(1048577, "x")), CodeCorrupt},
		"row number that's none": {newWorkbook(good + `<row r="99999999999999999999">` + `<c><v>1</v></c></row>`), CodeCorrupt},
		"style that's none":      {newWorkbook(cell(`<c r="A3" s="x"><v>1</v></c>`)), CodeCorrupt},
		"XML that breaks off":    {newWorkbook(good).with(tabOne, newWorkbook(good)[tabOne][:400]), CodeCorrupt},
		"XML that's crossed":     {newWorkbook(good + `<row r="3"><c r="A3"></row></c>`), CodeCorrupt},
		"no sheet":               {newWorkbook(good).with(tabOne, ""), CodeCorrupt},
		"empty sheet":            {newWorkbook(""), CodeEmpty},
		"header alone":           {newWorkbook(textRow(1, "Nome", "Telefone")), CodeNoRows},
		"no rels":                {newWorkbook(good).with("xl/_rels/workbook.xml.rels", "<"), CodeCorrupt},
		"no styles":              {newWorkbook(good).with("xl/styles.xml", "<"), CodeCorrupt},
		"entities that multiply": {newWorkbook(good).with(tabOne, `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet `+mainNS+`><sheetData><row r="1"><c r="A1" t="str"><v>&a;</v></c></row></sheetData></worksheet>`), CodeCorrupt},
		"text document":          {workbook{"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}, CodeBinary},
		"ODS":                    {workbook{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}, CodeODS},
		"binary workbook":        {workbook{"xl/workbook.bin": "x", "[Content_Types].xml": "<x/>"}, CodeXLSB},
		"archive":                {workbook{"fotos/carro.jpg": "x"}, CodeBinary},
	} {
		t.Run(name, func(t *testing.T) {
			refusedAs(t, c.book.bytes(t), c.code)
		})
	}
}

func TestAWorkbookCutAnywhereIsRefused(t *testing.T) {
	content := newWorkbook(textRow(1, "Nome", "Telefone")+textRow(2, "Ana", "11985270593"), "x").bytes(t)
	for cut := 1; cut < 12; cut++ {
		at := len(content) * cut / 12
		if _, err := openBytes(t, content[:at]); crm.CodeOf(err) != CodeCorrupt {
			t.Errorf("cut at %d of %d: %v", at, len(content), err)
		}
	}
}

func TestAFlippedByteInAWorkbookNeverPassesUnseen(t *testing.T) {
	names := []string{"Ana", "Bia", "Caio", "Davi"}
	data := textRow(1, "Nome", "Telefone")
	for i := range names {
		data += fmt.Sprintf(`<row r="%d"><c r="A%d" t="s"><v>%d</v></c><c r="B%d"><v>1198527059%d</v></c></row>`, i+2, i+2, i, i+2, i)
	}
	content := newWorkbook(data, names...).bytes(t)
	_, want := mustRows(t, content)
	refused := 0
	for at := 7; at < len(content); at += 89 {
		spoiled := bytes.Clone(content)
		spoiled[at] ^= 0x10
		s, err := openBytes(t, spoiled)
		if err != nil {
			refused++
			continue
		}
		rows, err := s.Sample(10)
		if err != nil {
			t.Fatal(err)
		}
		var got [][]string
		for _, r := range rows {
			got = append(got, r.Cells)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("byte %d: %s", at, diff)
		}
	}
	if refused == 0 {
		t.Error("no flipped byte was seen")
	}
}

// zeros is a part that packs a thousandfold.
func zeros(megabytes int) string {
	return newWorkbook(textRow(1, "Nome") + `<row r="2"><c r="A2" t="str"><v>` + strings.Repeat("0", megabytes<<20))[tabOne]
}

func TestBombsAreRefused(t *testing.T) {
	refusedAs(t, newWorkbook("").with(tabOne, zeros(64)).bytes(t), CodeBomb, "reason", "ratio")
	refusedAs(t, newWorkbook("").with("xl/sharedStrings.xml", zeros(64)).bytes(t), CodeBomb, "reason", "ratio")
	many := newWorkbook(textRow(1, "Nome"))
	for i := range maxParts {
		many[fmt.Sprintf("xl/media/%d.png", i)] = ""
	}
	refusedAs(t, many.bytes(t), CodeBomb, "reason", "parts")
}

// A picture may be as large as it likes: nobody unpacks it.
func TestWhatHoldsNoRowsIsNotUnpacked(t *testing.T) {
	book := newWorkbook(textRow(1, "Nome", "Telefone")+textRow(2, "Ana", "11985270593")).with("xl/media/image1.png", zeros(64))
	if s, _ := mustRows(t, book.bytes(t)); s.Count != 1 {
		t.Errorf("%d rows", s.Count)
	}
}

func TestAStoppedImportLeavesNeitherFilesNorProcess(t *testing.T) {
	data := strings.Builder{}
	data.WriteString(textRow(1, "Nome", "Telefone"))
	for i := 2; i < 40_000; i++ {
		data.WriteString(textRow(i, fmt.Sprintf("Cliente %d", i), "11985270593"))
	}
	path, dir := file(t, "a.xlsx", newWorkbook(data.String()).bytes(t)), folder(t)
	for _, at := range []int{1, 20_000} {
		ctx, stop := contextThatStops(t)
		_, err := Open(ctx, path, Options{Dir: dir, Progress: func(rows int) {
			if rows >= at-1 {
				stop()
			}
		}})
		if crm.CodeOf(err) != crm.CodeCancelled {
			t.Errorf("%v", err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left %v", left)
		}
	}
}

func TestAReaderThatDiesIsNamedByWhatItSaid(t *testing.T) {
	for said, want := range map[string]crm.Code{
		"":                                    CodeBomb,
		"fatal error: runtime: out of memory": CodeBomb,
		"runtime: cannot allocate memory in stackalloc":                                        CodeBomb,
		"runtime: failed to create new OS thread (have 5 already; errno=11)":                   CodeBomb,
		"runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort": CodeBomb,
		"panic: runtime error: index out of range [1]":                                         CodeCorrupt,
	} {
		if err := died(errors.New("exit status 2"), said); crm.CodeOf(err) != want {
			t.Errorf("%q: %v, not %s", said, err, want)
		}
	}
}
