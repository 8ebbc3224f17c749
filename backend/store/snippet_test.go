package store

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"patio/backend/format"
)

func TestASnippetShowsWhatWasWritten(t *testing.T) {
	for _, c := range []struct{ text, typed, want string }{
		{"Prefere LIGAÇÃO à tarde", "ligacao", "Prefere [LIGAÇÃO] à tarde"},
		{"vê se\n\nvende", "ve", "[vê] se [ve]nde"},
		{"avenida", "ve ave", "[ave]nida"},
		{"liga de novo", "gad", "liga de novo"},
		{"decomposto: ônix", "onix", "decomposto: [ônix]"},
		{"Straße", "rass", "St[raß]e"}, {"Straße", "ss stra", "[Stra]ße"},
		{"abcabc", "abc", "[abcabc]"},
		{strings.Repeat("muito ", 20) + "achado " + strings.Repeat("depois ", 40), "achado", "…muito muito muito muito [achado] " + strings.TrimSpace(strings.Repeat("depois ", 15)) + "…"},
		{strings.Repeat("x", 100) + "achado" + strings.Repeat("y", 300), "achado", "…" + strings.Repeat("x", 30) + "[achado]" + strings.Repeat("y", 104) + "…"},
		{"", "x", ""},
	} {
		if got := marked(snippet(c.text, wordsOf(format.Fold(c.typed)))); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.typed, c.text, got, c.want)
		}
	}
}

func TestASnippetIsAPartOfItsText(t *testing.T) {
	letters := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("aeçãß İ\u0303\n´ﬁ ½ 한")), rapid.Rune()))
	rapid.Check(t, func(rt *rapid.T) {
		text, typed := letters.Draw(rt, "text"), letters.Draw(rt, "typed")
		if folded, _ := foldPlaces(text); strings.TrimSpace(folded) != format.Fold(text) {
			rt.Fatalf("%q folds to %q, want %q", text, folded, format.Fold(text))
		}
		plain := strings.Join(strings.Fields(text), " ")
		var b strings.Builder
		for _, p := range snippet(text, wordsOf(format.Fold(typed))) {
			b.WriteString(p.Text)
		}
		got := strings.TrimSuffix(strings.TrimPrefix(b.String(), "…"), "…")
		if !strings.Contains(plain, got) || utf8.RuneCountInString(got) > snippetLength || utf8.ValidString(text) && !utf8.ValidString(got) {
			rt.Fatalf("%q of %q", got, plain)
		}
	})
}
