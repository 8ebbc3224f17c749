package sheet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"patio/backend/crm"
)

// workbook makes XLSX files part by part, so that each can be spoiled.
type workbook map[string]string

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	mainNS   = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relNS    = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	tabOne   = "xl/worksheets/sheet1.xml"
)

// newWorkbook has one tab named Plan1 with the given sheetData and strings.
func newWorkbook(sheetData string, strs ...string) workbook {
	var sst strings.Builder
	for _, s := range strs {
		sst.WriteString("<si><t>")
		_ = xml.EscapeText(&sst, []byte(s))
		sst.WriteString("</t></si>")
	}
	return workbook{
		"[Content_Types].xml": xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":         xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relTypes + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     xmlHead + `<workbook ` + mainNS + ` ` + relNS + `><sheets><sheet name="Plan1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + relTypes + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relTypes + `sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="` + relTypes + `styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml": fmt.Sprintf(`%s<sst %s count="%d" uniqueCount="%d">%s</sst>`, xmlHead, mainNS, len(strs), len(strs), sst.String()),
		"xl/styles.xml": xmlHead + `<styleSheet ` + mainNS + `><numFmts count="5"><numFmt numFmtId="164" formatCode="&quot;R$&quot;\ #,##0"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy"/>` +
			`<numFmt numFmtId="166" formatCode="m/d/yy\ h:mm"/><numFmt numFmtId="167" formatCode="[$-416]d\-mmm\-yy;@"/><numFmt numFmtId="168" formatCode="0.00E+00"/></numFmts>` +
			`<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>` +
			`<cellXfs count="9"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="168"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs></styleSheet>`,
		tabOne: xmlHead + `<worksheet ` + mainNS + `><sheetData>` + sheetData + `</sheetData></worksheet>`,
	}
}

// with answers a copy in which one part is another.
func (w workbook) with(part, content string) workbook {
	w = maps.Clone(w)
	w[part] = content
	return w
}

func (w workbook) bytes(t testing.TB) []byte { return w.packed(t, zip.Deflate) }

func (w workbook) packed(t testing.TB, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		p, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.WriteString(p, w[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// textRow is a row of inline strings.
func textRow(line int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, line)
	for i, c := range cells {
		fmt.Fprintf(&b, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">`, ColumnName(i), line)
		_ = xml.EscapeText(&b, []byte(c))
		b.WriteString(`</t></is></c>`)
	}
	return b.String() + `</row>`
}

// folder answers a new folder that goes with the test. It does what TempDir
// does, but file by file: Wine, where these tests run as Windows programs too,
// doesn't know the call that os.RemoveAll makes.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sheet-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var all []string
		_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
			all = append(all, path)
			return nil
		})
		for _, path := range slices.Backward(all) {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		}
	})
	return dir
}

// file writes content to a file of this name and answers its path.
func file(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(folder(t), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openBytes opens content as a file, and checks that a refusal leaves nothing
// behind.
func openBytes(t testing.TB, content []byte) (*Sheet, error) {
	t.Helper()
	dir := folder(t)
	s, err := Open(t.Context(), file(t, "arquivo.xls", content), Options{Dir: dir})
	if err == nil {
		t.Cleanup(func() { s.Close() })
		return s, nil
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("a refused file leaves %v", left)
	}
	if crm.CodeOf(err) == crm.CodeInternal {
		t.Errorf("no code of ours: %v", err)
	}
	return nil, err
}

// mustRows opens content and answers its header and rows.
func mustRows(t testing.TB, content []byte) (*Sheet, [][]string) {
	t.Helper()
	s, err := openBytes(t, content)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Sample(s.Count)
	if err != nil {
		t.Fatal(err)
	}
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, r.Cells)
	}
	return s, cells
}

// refusedAs opens content and expects this code, with these params.
func refusedAs(t *testing.T, content []byte, code crm.Code, pairs ...string) {
	t.Helper()
	_, err := openBytes(t, content)
	want := crm.NewError(code, "", pairs...)
	var got *crm.Error
	if e, ok := err.(*crm.Error); ok {
		got = e
	}
	if got == nil || got.Code != code {
		t.Errorf("refused with %v, want %v", err, want)
		return
	}
	for name, value := range want.Params {
		if got.Params[name] != value {
			t.Errorf("refused with %v, want %v", got, want)
		}
	}
}

func contextThatStops(t testing.TB) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return ctx, stop
}

// packFiles writes a workbook to path, some of whose parts are files.
func packFiles(path string, w workbook, files map[string]string) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		p, err := z.Create(name)
		if err != nil {
			return err
		}
		from := io.Reader(strings.NewReader(w[name]))
		if file, ok := files[name]; ok {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			from = f
		}
		if _, err := io.Copy(p, from); err != nil {
			return err
		}
	}
	return z.Close()
}
