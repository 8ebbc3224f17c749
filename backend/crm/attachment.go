package crm

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Codes of attachments.
const (
	CodeAttachmentType     Code = "attachment.type"      // neither a photo nor a PDF
	CodeAttachmentTooLarge Code = "attachment.too_large" // max, in megabytes
	CodeAttachmentMissing  Code = "attachment.missing"   // its bytes aren't in this PC
	CodeAttachmentDamaged  Code = "attachment.damaged"   // its bytes are others than they were
)

// FileKind is a kind of file that may be attached.
type FileKind struct {
	Mime       string
	Extensions []string // without a dot, the usual one first
	Photo      bool
}

// FileKinds are those that may be attached: what a program shows without
// running anything of it.
func FileKinds() []FileKind {
	return []FileKind{
		{"image/jpeg", []string{"jpg", "jpeg"}, true},
		{"image/png", []string{"png"}, true},
		{"image/webp", []string{"webp"}, true},
		{"image/heic", []string{"heic", "heif"}, true},
		{"application/pdf", []string{"pdf"}, false},
	}
}

// FileHead is how many bytes of a file tell its kind.
const FileHead = 1024

// FileKindOf answers a file's kind by its first bytes: a name can say anything.
func FileKindOf(head []byte) (FileKind, bool) {
	mime := ""
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xd8, 0xff}):
		mime = "image/jpeg"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		mime = "image/png"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		mime = "image/webp"
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && slices.Contains([]string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"}, string(head[8:12])):
		mime = "image/heic"
	case bytes.Contains(head[:min(len(head), FileHead)], []byte("%PDF-")): // some write a few bytes before it
		mime = "application/pdf"
	}
	kinds := FileKinds()
	i := slices.IndexFunc(kinds, func(k FileKind) bool { return k.Mime == mime })
	if i < 0 {
		return FileKind{}, false
	}
	return kinds[i], true
}

// KnownMime answers a kind by its type, false for one that isn't attached: what
// another device tells is shown as no other type.
func KnownMime(mime string) (FileKind, bool) {
	for _, k := range FileKinds() {
		if k.Mime == mime {
			return k, true
		}
	}
	return FileKind{}, false
}

// maxFileName bounds names in characters: with a folder before it, it has to be
// one on every system.
const maxFileName = 120

// FileName makes a name that is a file's on every system, and ends as its kind
// does: what a viewer opens by its name is what its bytes are.
func (k FileKind) FileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`/\:*?"<>|`, r) {
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	ext := strings.TrimPrefix(path.Ext(name), ".")
	if slices.Contains(k.Extensions, strings.ToLower(ext)) {
		name = strings.TrimRight(strings.TrimSuffix(name, "."+ext), ". ")
	} else {
		ext = k.Extensions[0]
	}
	for utf8.RuneCountInString(name) > maxFileName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" || reserved(name) {
		name = strings.TrimSpace("arquivo " + name)
	}
	return name + "." + ext
}

// reserved says whether Windows takes a name for a device.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch strings.TrimRight(stem, "0123456789 ") {
	case "con", "prn", "aux", "nul", "com", "lpt":
		return true
	}
	return false
}
