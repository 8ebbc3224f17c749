package format

import (
	"testing"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"São Paulo": "sao paulo", "  AVANÇO   à  VISTA ": "avanco a vista", "Ângela": "angela", "plain": "plain",
		"Não vendido": "nao vendido", "Müller & Söhne": "muller & sohne", "Łukasz Sørensen": "lukasz sorensen", "Straße": "strasse", "ﬁat": "fiat", "İstanbul": "istanbul",
		"a\tb\nc": "a b c", "": "", " ": "", "Zoe\u0308": "zoe", "n\u200bo": "no",
	} {
		if got := Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
	if got := FoldWords("Veículo (de) interesse / Placa:"); got != "veiculo de interesse placa" {
		t.Error(got)
	}
}

func TestFoldingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		once := Fold(text)
		if slow := foldRest(text); slow != once {
			t.Fatalf("%q folds to %q the quick way and to %q the slow one", text, once, slow)
		}
		if twice := Fold(once); twice != once {
			t.Fatalf("%q → %q → %q", text, once, twice)
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"São Paulo", "İ", "ﬁ", "\xff", "ͅ", "ΐ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Fold(text)
		if twice := Fold(once); twice != once {
			t.Errorf("%q → %q → %q", text, once, twice)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for b.Loop() {
		Fold("Conceição dos Santos Araújo")
	}
}
