package sheet

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// checkParts reads every part to its end and answers what is wrong with it:
// bytes that fail their checksum, XML that breaks off, rows or cells out of
// order, a string that the table of strings doesn't have. The library passes
// over all of these in silence, and rows would be missing.
func checkParts(parts []*zip.File) (err error) {
	texts := -1
	for _, table := range []bool{true, false} { // cells point into the table of strings
		for _, part := range parts {
			if (partName(part) == stringsPart) != table {
				continue
			}
			n, err := checkPart(part, texts)
			if err != nil {
				return fail(CodeCorrupt, "part", path.Base(part.Name)).Because(err)
			}
			if table {
				texts = n
			}
		}
	}
	return nil
}

// checkPart answers how many strings the part has.
func checkPart(part *zip.File, texts int) (int, error) {
	in, err := part.Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	w := partWatch{decoder: xml.NewDecoder(in), texts: max(texts, 0)}
	w.decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	rooted := false
	for {
		token, err := w.decoder.Token()
		if err == io.EOF {
			if !rooted {
				return 0, io.ErrUnexpectedEOF
			}
			// The decoder stops at the end of the XML; the checksum stands
			// behind the last byte.
			if _, err := io.Copy(io.Discard, in); err != nil {
				return 0, err
			}
			return w.strings, nil
		}
		if err != nil {
			return 0, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			rooted = true
			if t.Name.Local == "si" {
				w.strings++
			}
			if isTabPart(partName(part)) {
				err = w.start(t)
			}
		case xml.CharData:
			if w.index {
				w.value = append(w.value, t...)
			}
		case xml.EndElement:
			err = w.end(t)
		}
		if err != nil {
			return 0, err
		}
	}
}

// partWatch follows the rows and cells of a tab.
type partWatch struct {
	decoder     *xml.Decoder
	texts       int // how many strings a cell may point to
	strings     int
	row, column int
	shared      bool // within a cell that points to a string
	index       bool // within that cell's value
	value       []byte
}

func (w *partWatch) start(t xml.StartElement) error {
	switch t.Name.Local {
	case "row":
		n := w.row + 1
		if r := attribute(t, "r"); r != "" {
			var err error
			if n, err = strconv.Atoi(r); err != nil {
				return fmt.Errorf("row %q", r)
			}
		}
		if n <= w.row {
			return fmt.Errorf("row %d after row %d", n, w.row)
		}
		w.row, w.column = n, 0
	case "c":
		n := w.column + 1
		if r := attribute(t, "r"); r != "" {
			if n = columnOf(r); n == 0 {
				return fmt.Errorf("row %d: cell %q", w.row, r)
			}
		}
		if n <= w.column {
			return fmt.Errorf("row %d: column %d after column %d", w.row, n, w.column)
		}
		w.column = n
		if s := attribute(t, "s"); s != "" {
			if _, err := strconv.Atoi(s); err != nil {
				return fmt.Errorf("row %d: style %q", w.row, s)
			}
		}
		w.shared = attribute(t, "t") == "s"
	case "v":
		w.index, w.value = w.shared, w.value[:0]
	}
	return nil
}

func (w *partWatch) end(t xml.EndElement) error {
	if t.Name.Local != "v" || !w.index {
		return nil
	}
	w.index = false
	text := strings.TrimSpace(string(w.value))
	if text == "" {
		return nil
	}
	if n, err := strconv.Atoi(text); err != nil || n < 0 || n >= w.texts {
		return fmt.Errorf("row %d: string %q of %d", w.row, text, w.texts)
	}
	return nil
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// columnOf answers the number of a cell's column, from 1, or 0.
func columnOf(cell string) int {
	n, i := 0, 0
	for ; i < len(cell) && i < 4; i++ {
		c := cell[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if i == 0 || i == len(cell) || n > 16384 {
		return 0
	}
	return n
}
