package format

import (
	"strings"
	"testing"

	"patio/backend/crm"

	"pgregory.net/rapid"
)

func TestDocuments(t *testing.T) {
	for _, c := range []struct {
		text string
		want Document
		code crm.Code
	}{
		{"52998224725", Document{CPF, "52998224725"}, ""},
		{"529.982.247-25", Document{CPF, "52998224725"}, ""},
		{"11144477735", Document{CPF, "11144477735"}, ""},
		{"12ABC34501DE35", Document{CNPJ, "12ABC34501DE35"}, ""},
		{"12.abc.345/01de-35", Document{CNPJ, "12ABC34501DE35"}, ""},
		{"08370779000149", Document{CNPJ, "08370779000149"}, ""},
		{"8370779000149", Document{CNPJ, "08370779000149"}, ""}, // a number in the workbook
		{"191", Document{}, CodeDocument},
		{"000000191", Document{CPF, "00000000191"}, ""},
		{"52998224724", Document{}, CodeCPF},
		{"11111111111", Document{}, CodeCPF},
		{"00000000000", Document{}, CodeCPF},
		{"08370779000148", Document{}, CodeCNPJ},
		{"00000000000000", Document{}, CodeCNPJ},
		{"12ABC34501DE3A", Document{}, CodeCNPJ},
		{"12ÁBC34501DE3", Document{}, CodeCNPJ},
		{"", Document{}, CodeDocument},
		{"não tem", Document{}, CodeDocument},
		{strings.Repeat("1", 100), Document{}, CodeDocument},
	} {
		got, err := ParseDocument(c.text)
		if got != c.want || crm.CodeOf(err) != c.code {
			t.Errorf("ParseDocument(%q) = %+v, %v; want %+v %s", c.text, got, err, c.want, c.code)
		}
	}
	if got := DisplayDocument("52998224725"); got != "529.982.247-25" {
		t.Error(got)
	}
	if got := DisplayDocument("12ABC34501DE35"); got != "12.ABC.345/01DE-35" {
		t.Error(got)
	}
	if got := DisplayDocument("x"); got != "x" {
		t.Error(got)
	}
}

func TestOneWrongCharacterFailsADocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.StringMatching(`[0-9A-Z]{11}[0-9]`).Draw(t, "base")
		doc := base + string(checkDigit(base, 9))
		doc += string(checkDigit(doc, 9))
		if allSame(doc) {
			return
		}
		if got, err := ParseDocument(DisplayDocument(doc)); err != nil || got != (Document{CNPJ, doc}) {
			t.Fatalf("%s: %+v, %v", doc, got, err)
		}
		at := rapid.IntRange(0, 13).Draw(t, "at")
		digit := rapid.StringMatching(`[0-9]`).Draw(t, "digit")
		wrong := doc[:at] + digit + doc[at+1:]
		// Two errors pass by the rule itself: a character that is 11 or 22 away
		// weighs the same, and two remainders share the check digit 0.
		if (int(doc[at])-int(digit[0]))%11 == 0 || sharesZero(doc) || sharesZero(wrong) {
			return
		}
		if validCNPJ(wrong) {
			t.Fatalf("%s passes, and so does %s", doc, wrong)
		}
	})
}

func sharesZero(doc string) bool { return doc[12] == '0' || doc[13] == '0' }

func TestPlates(t *testing.T) {
	for text, want := range map[string]Plate{
		"ABC1234":    {"ABC1234", "ABC1C34"},
		"ABC-1234":   {"ABC1234", "ABC1C34"},
		"abc1c34":    {"ABC1C34", "ABC1C34"},
		"ABC 1D23":   {"ABC1D23", "ABC1D23"},
		"JMQ8H36":    {"JMQ8H36", "JMQ8H36"},
		"XNS-1357":   {"XNS1357", "XNS1D57"},
		"RAK8981":    {"RAK8981", "RAK8J81"},
		"RAK8081":    {"RAK8081", "RAK8A81"},
		"":           {},
		"ABC123":     {},
		"ABCD123":    {},
		"AB11234":    {},
		"ABC12345":   {},
		"ABC1D2E":    {},
		"a combinar": {},
	} {
		got, err := ParsePlate(text)
		if got != want || (crm.CodeOf(err) == CodePlate) != (want == Plate{}) {
			t.Errorf("ParsePlate(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	if DisplayPlate("ABC1234") != "ABC-1234" || DisplayPlate("ABC1C34") != "ABC1C34" {
		t.Error("plates are shown wrongly")
	}
}

func TestBothSpellingsOfAPlateAreOneCar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := rapid.StringMatching(`[A-Z]{3}[0-9]{4}`).Draw(t, "plate")
		a, errA := ParsePlate(old)
		b, errB := ParsePlate(a.Key)
		if errA != nil || errB != nil || a.Key != b.Key || PlateKey(b.Key) != b.Key {
			t.Fatalf("%+v %+v", a, b)
		}
	})
}

func TestPostalCodes(t *testing.T) {
	for text, want := range map[string]string{
		"01310-100": "01310100", "01.310-100": "01310100", "1310100": "01310100", "30140071": "30140071",
		"": "", "0131010": "", "123": "", "05/08/2026": "", "0131a100": "", "00000-000": "",
	} {
		if got, err := ParseCEP(text); got != want || (err != nil) != (want == "") {
			t.Errorf("ParseCEP(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
	if got := DisplayCEP("01310100"); got != "01310-100" {
		t.Error(got)
	}
}
