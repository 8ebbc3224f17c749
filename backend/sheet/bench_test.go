package sheet

import (
	"os"
	"testing"
)

func BenchmarkOpenShopSheet(b *testing.B) {
	for b.Loop() {
		s, err := Open(b.Context(), "testdata/planilha-loja.csv", Options{Dir: folder(b)})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}

func BenchmarkParseShopSheet(b *testing.B) {
	stat, err := os.Stat("testdata/planilha-loja.csv")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(stat.Size())
	s := mustOpen(b, "testdata/planilha-loja.csv")
	p := NewParser(s, s.Suggest(), Reading{Zone: saoPaulo(b), Region: "BR"})
	for b.Loop() {
		for row, err := range s.Rows(0) {
			if err != nil {
				b.Fatal(err)
			}
			p.Parse(row)
		}
	}
}
