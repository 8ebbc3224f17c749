package crm

import (
	"strings"
	"testing"
)

func TestAFilesKindIsWhatItsBytesSay(t *testing.T) {
	for head, want := range map[string]string{
		"\xff\xd8\xff\xe0\x00\x10JFIF":          "image/jpeg",
		"\x89PNG\r\n\x1a\n....":                 "image/png",
		"RIFF\x10\x00\x00\x00WEBPVP8 ":          "image/webp",
		"\x00\x00\x00\x18ftypheic....":          "image/heic",
		"%PDF-1.7\n":                            "application/pdf",
		"\n\n%PDF-1.4":                          "application/pdf",
		"MZ\x90\x00":                            "",
		"<html><script>":                        "",
		"<svg xmlns=":                           "",
		"RIFF\x10\x00\x00\x00WAVE":              "",
		"\x00\x00\x00\x18ftypisom":              "",
		"":                                      "",
		strings.Repeat(" ", FileHead) + "%PDF-": "",
	} {
		kind, ok := FileKindOf([]byte(head))
		if kind.Mime != want || ok != (want != "") {
			t.Errorf("%q: %q", head, kind.Mime)
		}
	}
}

func TestAFilesNameIsOneOnEverySystemAndEndsAsItsKind(t *testing.T) {
	jpeg, _ := KnownMime("image/jpeg")
	for name, want := range map[string]string{
		"foto.jpg":               "foto.jpg",
		"FOTO.JPEG":              "FOTO.JPEG",
		"contrato.exe":           "contrato.exe.jpg",
		"foto\u202egpj.exe":      "foto gpj.exe.jpg",
		`C:\fakepath\x.jpg`:      "C fakepath x.jpg",
		"../../etc/passwd":       "etc passwd.jpg",
		"":                       "arquivo.jpg",
		" . ":                    "arquivo.jpg",
		"con.jpg":                "arquivo con.jpg",
		"com1":                   "arquivo com1.jpg",
		"conta.jpg":              "conta.jpg",
		"a\x00b\nc.jpg":          "a b c.jpg",
		strings.Repeat("á", 300): strings.Repeat("á", maxFileName) + ".jpg",
	} {
		if got := jpeg.FileName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if _, ok := KnownMime("text/html"); ok {
		t.Error("a type that isn't attached is known")
	}
}
