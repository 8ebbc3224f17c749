package sheet

import (
	"archive/zip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"patio/backend/crm"

	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook before anything of it is unpacked.
const (
	maxParts    = 10_000  // entries of the archive
	maxUnpacked = 1 << 30 // bytes of the parts that are read
	maxRatio    = 200     // unpacked to packed, of a part above ratioFrom bytes
	ratioFrom   = 16 << 20
	// memoryPart is the largest part that is unpacked in memory; larger ones
	// go to the disk. A table of strings takes ten times its size in memory.
	memoryPart = 4 << 20
)

// openWorkbook reads one tab. It runs in the child.
func openWorkbook(what order, take sink) (tab string, tabs []string, err error) {
	archive, err := zip.OpenReader(what.Path)
	if err != nil {
		return "", nil, fail(CodeCorrupt).Because(err)
	}
	defer archive.Close()
	parts, err := chooseParts(archive.File)
	if err != nil {
		return "", nil, err
	}
	slim := filepath.Join(what.Dir, "workbook")
	if err := copyParts(slim, parts); err != nil {
		return "", nil, err
	}
	defer os.Remove(slim)

	// The library stops at the first damage and says nothing, so the parts
	// are checked beside it, on the other core.
	checked := make(chan error, 1)
	go func() { checked <- checkParts(parts) }()
	tab, tabs, err = readTab(slim, what, take)
	switch crm.CodeOf(err) {
	case CodeManyColumns, CodeManyRows, CodeNoTab:
		return "", nil, err
	}
	if damage := <-checked; damage != nil {
		return "", nil, damage
	}
	return tab, tabs, err
}

// chooseParts answers the archive's parts that hold rows, and says what the
// archive is when it is no workbook.
func chooseParts(files []*zip.File) ([]*zip.File, error) {
	if len(files) > maxParts {
		return nil, fail(CodeBomb, "reason", "parts")
	}
	var parts []*zip.File
	var unpacked uint64
	names := map[string]bool{}
	for _, f := range files {
		name := partName(f)
		if names[name] {
			return nil, fail(CodeCorrupt, "part", path.Base(name))
		}
		names[name] = true
		if !holdsRows(name) {
			continue
		}
		parts = append(parts, f)
		if unpacked += f.UncompressedSize64; unpacked > maxUnpacked || f.UncompressedSize64 > maxUnpacked {
			return nil, fail(CodeBomb, "reason", "size")
		}
		if f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio {
			return nil, fail(CodeBomb, "reason", "ratio")
		}
	}
	switch {
	case names["xl/workbook.xml"] && names["[content_types].xml"]:
		return parts, nil
	case names["xl/workbook.bin"]:
		return nil, fail(CodeXLSB)
	case names["content.xml"] && names["mimetype"]:
		return nil, fail(CodeODS)
	case names["word/document.xml"], names["ppt/presentation.xml"]:
		return nil, fail(CodeBinary, "kind", "document")
	case names["index/document.iwa"], names["index.zip"]:
		return nil, fail(CodeBinary, "kind", "numbers")
	}
	return nil, fail(CodeBinary, "kind", "zip")
}

func partName(f *zip.File) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
}

// holdsRows says whether a part is needed for rows: not the pictures, the
// macros, the printer's settings.
func holdsRows(name string) bool {
	switch name {
	case "[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", stringsPart, "xl/styles.xml":
		return true
	}
	return isTabPart(name)
}

const stringsPart = "xl/sharedstrings.xml"

func isTabPart(name string) bool {
	return strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml") && strings.Count(name, "/") == 2
}

// copyParts makes a workbook of the needed parts alone, packed as they are.
func copyParts(to string, parts []*zip.File) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := zip.NewWriter(f)
	for _, part := range parts {
		raw, err := part.OpenRaw()
		if err != nil {
			return errors.Join(fail(CodeCorrupt, "part", path.Base(part.Name)).Because(err), f.Close())
		}
		header := part.FileHeader
		w, err := out.CreateRaw(&header)
		if err == nil {
			_, err = io.Copy(w, raw)
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(out.Close(), f.Close())
}

// readTab hands the rows of the wanted tab on.
func readTab(slim string, what order, take sink) (string, []string, error) {
	book, err := excelize.OpenFile(slim, excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: memoryPart, TmpDir: what.Dir})
	if err != nil {
		return "", nil, fail(CodeCorrupt).Because(err)
	}
	defer book.Close()
	if err := plainNumbers(book); err != nil {
		return "", nil, fail(CodeCorrupt, "part", "styles.xml").Because(err)
	}
	from1904 := false
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		from1904 = *props.Date1904
	}
	var tabs []string
	for _, name := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(name); err == nil && visible {
			tabs = append(tabs, name)
		}
	}
	wanted := tabs
	if what.Tab != "" {
		if !slices.Contains(tabs, what.Tab) {
			return "", tabs, fail(CodeNoTab, "tab", what.Tab)
		}
		wanted = []string{what.Tab}
	}
	for _, name := range wanted {
		n, err := readRows(book, name, from1904, take)
		if err != nil {
			return "", nil, err
		}
		if n > 0 {
			return name, tabs, nil
		}
	}
	return "", nil, fail(CodeEmpty)
}

func readRows(book *excelize.File, tab string, from1904 bool, take sink) (n int, err error) {
	rows, err := book.Rows(tab)
	if err != nil {
		return 0, nil // a chart has no rows
	}
	defer rows.Close()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return n, fail(CodeCorrupt, "row", number(line)).Because(err)
		}
		width := 0
		for i, c := range cells {
			if c != "" {
				width = i + 1
			}
		}
		if width > MaxColumns {
			return n, fail(CodeManyColumns, "max", number(MaxColumns), "found", number(width), "row", number(line))
		}
		if width == 0 {
			continue
		}
		n++
		for i := range cells[:width] {
			cells[i] = isoDate(cells[i], from1904)
		}
		if err := take(line, cells[:width]); err != nil {
			return n, err
		}
	}
	if err := rows.Error(); err != nil {
		return n, fail(CodeManyRows, "max", number(MaxRows)).Because(err)
	}
	return n, nil
}
