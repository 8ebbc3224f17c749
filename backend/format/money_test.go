package format

import (
	"fmt"
	"testing"

	"patio/backend/crm"

	"pgregory.net/rapid"
)

func TestMoney(t *testing.T) {
	for text, want := range map[string]int64{
		"R$ 99.900,00":       9990000,
		"R$99.900,00":        9990000,
		"r$ 99.900":          9990000,
		"99.900,00":          9990000,
		"99900.00":           9990000,
		"99900,00":           9990000,
		"99900":              9990000,
		"99,900.00":          9990000,
		"99,900":             9990000,
		"99.900":             9990000,
		"99 900,00":          9990000,
		"R$\u00a099.900,00":  9990000,
		"1.234.567":          123456700,
		"1,234,567.89":       123456789,
		"9 mil":              900000,
		"9mil":               900000,
		"33,3 mil":           3330000,
		"33.3 mil":           3330000,
		"33,333 mil":         3333300,
		"1.234 mil":          123400000,
		"R$ 45 mil reais":    4500000,
		"33k":                3300000,
		"1,2 mi":             120000000,
		"1,5 milhão":         150000000,
		"2 milhões":          200000000,
		"500 reais":          50000,
		"99.900,-":           9990000,
		"0":                  0,
		"0,5":                50,
		"0.500":              50,
		",50":                50,
		"12,345":             1234500,
		"1234.567":           123457, // four digits are no group
		"33299.999999999996": 3330000,
		"0.125":              13,
		"89990.5":            8999050,
	} {
		got, err := ParseMoney(text)
		if err != nil || got != (Money{want, "BRL"}) {
			t.Errorf("ParseMoney(%q) = %+v, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]Money{
		"US$ 1,500.00": {150000, "USD"}, "USD 20": {2000, "USD"}, "1.500,00 €": {150000, "EUR"}, "$ 20": {2000, "BRL"},
	} {
		if got, err := ParseMoney(text); err != nil || got != want {
			t.Errorf("ParseMoney(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "-", "-100", "a combinar", "R$", "1.2.3", "1,2,3", "12.34.567", "45.000 - 50.000",
		"1.234,567.89", "99.900,", ".", "mil", "10000000001", "9999999999999999999999", "999999 mi", "1e5", "NaN", "05/08/2026"} {
		if got, err := ParseMoney(text); crm.CodeOf(err) != CodeMoney {
			t.Errorf("ParseMoney(%q) = %+v, %v; want %s", text, got, err, CodeMoney)
		}
	}
}

func TestAnAmountReadsBackFromEverySpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, maxCents).Draw(t, "cents")
		for _, text := range []string{DecimalComma(cents), DisplayMoney(Money{cents, "BRL"}),
			fmt.Sprintf("%d.%02d", cents/100, cents%100), fmt.Sprintf("%d.%02d000", cents/100, cents%100)} {
			if got, err := ParseMoney(text); err != nil || got != (Money{cents, "BRL"}) {
				t.Fatalf("%d was written %q and read as %+v, %v", cents, text, got, err)
			}
		}
	})
}

func TestAmountsAreShown(t *testing.T) {
	for cents, want := range map[int64]string{0: "R$ 0,00", 5: "R$ 0,05", 99999: "R$ 999,99", 9990000: "R$ 99.900,00",
		123456789012: "R$ 1.234.567.890,12", -150: "-R$ 1,50"} {
		if got := DisplayMoney(Money{cents, "BRL"}); got != want {
			t.Errorf("%d is shown %q, want %q", cents, got, want)
		}
	}
	if got := DisplayMoney(Money{150000, "USD"}); got != "USD 1.500,00" {
		t.Error(got)
	}
	if got := DecimalComma(-9223372036854775808); got != "-92233720368547758,08" {
		t.Error(got)
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, seed := range []string{"R$ 99.900,00", "99,900.00", "33,3 mil", "1,2 mi", "1.234,567.89", ",-", "€", "0.500"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMoney(text)
		if err == nil && (m.Cents < 0 || m.Cents > maxCents+maxCents/10 || m.Currency == "") {
			t.Errorf("%q became %+v", text, m)
		}
	})
}
