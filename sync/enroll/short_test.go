package enroll

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAShortCodeIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want Short
		copy(want[:], rapid.SliceOfN(rapid.Byte(), len(want), len(want)).Draw(t, "code"))
		text := want.String()
		if strings.HasPrefix(text, "PAT1-01") {
			return // NewShort draws none that begins as a long one
		}
		if len(text) != 9 || text[4] != '-' {
			t.Fatalf("%q", text)
		}
		how := rapid.SampledFrom([]func(string) string{
			strings.ToLower,
			func(s string) string { return strings.ReplaceAll(s, "-", "") },
			func(s string) string { return " " + strings.ReplaceAll(s, "-", " ") + "\n" },
			func(s string) string { return strings.ReplaceAll(s, "0", "o") },
			func(s string) string { return strings.ReplaceAll(s, "1", "l") },
		}).Draw(t, "typed")
		got, ok := ParseShort(how(text))
		if !ok || got != want {
			t.Fatalf("%q was read as %q, %v", how(text), got, ok)
		}
	})
}

func TestWhatIsNoShortCodeIsNone(t *testing.T) {
	for _, text := range []string{
		"", "ABCD-EFG", "ABCD-EFGHJ", "ABCD-EFGU", "ABCD-EFG!", "PATIO1-AB", "pat101ab", "ÁBCD-EFG", strings.Repeat("A", maxText+1),
	} {
		if got, ok := ParseShort(text); ok {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestShortCodesDiffer(t *testing.T) {
	seen := map[Short]bool{}
	for range 1000 {
		s := NewShort()
		if again, ok := ParseShort(s.String()); !ok || again != s || seen[s] {
			t.Fatalf("%s, %v, seen %v", s, ok, seen[s])
		}
		seen[s] = true
	}
}
