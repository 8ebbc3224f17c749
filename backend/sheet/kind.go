package sheet

import (
	"bytes"
	"unicode/utf16"

	"patio/backend/crm"
)

// kind is what a file is by its first bytes; its name is not believed.
type kind int

const (
	kindText kind = iota
	kindZip
)

// headBytes are enough to recognise a file.
const headBytes = 64 << 10

// signatures of files that people drop by mistake.
var signatures = []struct {
	start string
	code  crm.Code
	kind  string
}{
	{"%PDF", CodeBinary, "pdf"},
	{"\x89PNG", CodeBinary, "image"},
	{"\xff\xd8\xff", CodeBinary, "image"},
	{"GIF8", CodeBinary, "image"},
	{"RIFF", CodeBinary, ""},
	{"\x1f\x8b", CodeBinary, "gzip"},
	{"Rar!", CodeBinary, "zip"},
	{"7z\xbc\xaf", CodeBinary, "zip"},
	{"{\\rtf", CodeBinary, "rtf"},
	{"SQLite format 3\x00", CodeBinary, ""},
}

// recognise tells text from workbook, and names everything else.
func recognise(head []byte) (kind, error) {
	if len(bytes.Trim(head, " \t\r\n\x00\xef\xbb\xbf\xff\xfe")) == 0 {
		return 0, fail(CodeEmpty)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return kindZip, nil
	case len(head) > 3 && bytes.HasPrefix(head, []byte("PK")) && head[2] < 9 && head[3] < 9: // empty or spanned archive
		return 0, fail(CodeCorrupt)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return 0, recogniseOLE(head)
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.start)) {
			if s.kind == "" {
				return 0, fail(s.code)
			}
			return 0, fail(s.code, "kind", s.kind)
		}
	}
	if utf16Mark(head) == "" && bytes.IndexByte(head, 0) >= 0 || noise(head) {
		return 0, fail(CodeBinary)
	}
	return kindText, recogniseMarkup(head)
}

// recogniseOLE tells the old workbook from the encrypted new one: both come in
// the same container, whose directory names its streams in UTF-16.
func recogniseOLE(head []byte) error {
	named := func(name string) bool {
		var wide []byte
		for _, u := range utf16.Encode([]rune(name)) {
			wide = append(wide, byte(u), byte(u>>8))
		}
		return bytes.Contains(head, wide)
	}
	switch {
	case named("EncryptedPackage"):
		return fail(CodeEncrypted)
	case named("WordDocument"), named("PowerPoint Document"):
		return fail(CodeBinary, "kind", "document")
	}
	return fail(CodeXLS) // the directory may stand beyond what we look at
}

// recogniseMarkup finds web pages and XML, which shop systems like to name .xls.
func recogniseMarkup(head []byte) error {
	start := bytes.ToLower(bytes.TrimLeft(bytes.ReplaceAll(head[:min(len(head), 4096)], []byte{0}, nil), " \t\r\n\xef\xbb\xbf\xff\xfe"))
	for bytes.HasPrefix(start, []byte("<!--")) {
		end := bytes.Index(start, []byte("-->"))
		if end < 0 {
			break
		}
		start = bytes.TrimLeft(start[end+3:], " \t\r\n")
	}
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<style", "<div", "mime-version:"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return fail(CodeHTML)
		}
	}
	if bytes.HasPrefix(start, []byte("<?xml")) || bytes.HasPrefix(start, []byte("<workbook")) {
		if bytes.Contains(start, []byte("<html")) {
			return fail(CodeHTML)
		}
		return fail(CodeXML)
	}
	return nil
}

// noise says whether head holds more control characters than any text does.
func noise(head []byte) bool {
	if utf16Mark(head) != "" {
		return false
	}
	control := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a {
			control++
		}
	}
	return control*100 > len(head)
}

// utf16Mark answers the encoding that a byte order mark names, "" without one.
func utf16Mark(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE
	}
	return ""
}
