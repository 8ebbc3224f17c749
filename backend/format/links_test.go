package format

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// refused are the characters for which Wails doesn't open an address.
var refused = regexp.MustCompile("[;|`$\\\\<>*{}\\[\\]()~! \\t\\n\\r]")

func TestLinksHoldNothingThatWailsRefuses(t *testing.T) {
	const text = "Olá! (sua proposta) está *pronta* ~ R$ 45.000 & 'mais'; 50%+\n#1"
	for _, link := range []string{
		WhatsAppLink("+5511985270593", text),
		MailLink("zoë.silva+carro!#@example.com", text, text),
		TelLink("+5511985270593"),
	} {
		if refused.MatchString(link) {
			t.Errorf("%s holds %q", link, refused.FindString(link))
		}
	}
	if got, want := WhatsAppLink("+5511985270593", "!()*~ x"), "https://wa.me/5511985270593?text=%21%28%29%2A%7E%20x"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := WhatsAppLink("+5511985270593", ""), "https://wa.me/5511985270593"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := MailLink("a@b.co", "Oi", ""), "mailto:a@b.co?subject=Oi"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := TelLink("+5511985270593"), "tel:+5511985270593"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestALinkSaysWhatWasTyped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		link := WhatsAppLink("+5511985270593", text)
		if refused.MatchString(link) {
			t.Fatalf("%s holds %q", link, refused.FindString(link))
		}
		parsed, err := url.Parse(link)
		if err != nil || parsed.Query().Get("text") != text {
			t.Fatalf("%q came out as %q, %v", text, parsed.Query().Get("text"), err)
		}
	})
}

func TestEmails(t *testing.T) {
	for text, want := range map[string]string{
		"zilda.pereira30@hotmail.com":      "zilda.pereira30@hotmail.com",
		" Ana.Lima@UOL.com.br ":            "ana.lima@uol.com.br",
		"zoë.silva5@example.com":           "zoë.silva5@example.com",
		"mailto:a@b.co":                    "a@b.co",
		"Ana Lima <ana@b.co>":              "ana@b.co",
		"\u200bana@b.co":                   "ana@b.co",
		"":                                 "",
		"não tem":                          "",
		"ana@":                             "",
		"@b.co":                            "",
		"ana@b":                            "",
		"ana@b.c":                          "",
		"ana@@b.co":                        "",
		"ana@b..co":                        "",
		"ana lima@b.co":                    "",
		"a@b.co, c@d.co":                   "",
		strings.Repeat("a", 260) + "@b.co": "",
	} {
		got, err := ParseEmail(text)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("ParseEmail(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}
