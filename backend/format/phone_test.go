package format

import (
	"strings"
	"testing"

	"patio/backend/crm"

	"pgregory.net/rapid"
)

func TestPhonesOfEverySpellingBecomeE164(t *testing.T) {
	for _, c := range []struct{ text, region, want, ext string }{
		{"(62) 98527-0593", "BR", "+5562985270593", ""},
		{"+55 11 97410-7501", "BR", "+5511974107501", ""},
		{"061 98000 4644", "BR", "+5561980004644", ""},
		{"(41)36741129", "BR", "+554136741129", ""},
		{"92 97152.5239", "BR", "+5592971525239", ""},
		{"9238430274", "BR", "+559238430274", ""},
		{"5527989469339", "BR", "+5527989469339", ""},
		{"11-3475-4213", "BR", "+551134754213", ""},
		{"+55(27)99317-0608", "BR", "+5527993170608", ""},
		{"551137275902", "BR", "+551137275902", ""},
		{"55991234567", "BR", "+5555991234567", ""}, // DDD 55, not the country
		{"0xx11 98527-0593", "BR", "+5511985270593", ""},
		{"015 11 98527-0593", "BR", "+5511985270593", ""}, // 15 is a carrier
		{"0055 11 98527 0593", "BR", "+5511985270593", ""},
		{"+55 (011) 98527-0593", "BR", "+5511985270593", ""},
		{"(11) 8527-0593", "BR", "+5511985270593", ""}, // before the ninth digit
		{"\u202a+55 11\u00a098527‑0593\u202c", "BR", "+5511985270593", ""},
		{"Cel: (11) 98527-0593", "BR", "+5511985270593", ""},
		{"https://wa.me/5511985270593", "BR", "+5511985270593", ""},
		{"tel:+5511985270593", "BR", "+5511985270593", ""},
		{"(11) 3204-5721 ramal 208", "BR", "+551132045721", "208"},
		{"(11) 3204-5721 r. 12", "BR", "+551132045721", "12"},
		{"98527-0593", "BR-62", "+5562985270593", ""},
		{"3204-5721", "BR-62", "+556232045721", ""},
		{"(11) 98527-0593", "BR-62", "+5511985270593", ""},
		{"(11) 98527-0593", "", "+5511985270593", ""},
		{"+1-395-557-1028x208", "BR", "+13955571028", "208"},
		{"+14155550199", "BR", "+14155550199", ""},
		{"+351 912 345 678", "BR", "+351912345678", ""},
		{"957.962.1534", "US", "+19579621534", ""},
		{"001-395-557-1028", "BR", "+13955571028", ""},
		{"(415) 555-0132", "US", "+14155550132", ""},
		{"+55 11 98527-0593", "US", "+5511985270593", ""},
	} {
		got, err := ParsePhone(c.text, c.region)
		if err != nil || got != (Phone{c.want, c.ext}) {
			t.Errorf("ParsePhone(%q, %q) = %+v, %v; want %s ext %q", c.text, c.region, got, err, c.want, c.ext)
		}
	}
}

func TestWhatIsNoPhoneIsRefusedWithItsText(t *testing.T) {
	for _, text := range []string{"", "-", "não tem", "99999", "(11) 9999", "(10) 98527-0593", "(23) 98527-0593",
		"(11) 88527-05934", "(11) 1204-5721", "98527-0593", "(415) 555-0132", "957.962.1534", "(11) 98527-0593 Maria", "119852705931",
		"+", "+5511", "+999 1234567", "55", "(11) 98527-0593 / 3204-5721", strings.Repeat("9", 60), "x208"} {
		got, err := ParsePhone(text, "BR")
		if crm.CodeOf(err) != CodePhone || got != (Phone{}) {
			t.Errorf("ParsePhone(%q) = %+v, %v; want %s", text, got, err, CodePhone)
			continue
		}
		if value := err.(*crm.Error).Params["value"]; value != text {
			t.Errorf("ParsePhone(%q) names %q", text, value)
		}
	}
}

func TestAreaCodesAreThoseThatExist(t *testing.T) {
	missing := map[string]bool{"20": true, "23": true, "25": true, "26": true, "29": true, "30": true, "36": true,
		"39": true, "40": true, "50": true, "52": true, "56": true, "57": true, "58": true, "59": true, "60": true,
		"70": true, "72": true, "76": true, "78": true, "80": true, "90": true}
	for a := '0'; a <= '9'; a++ {
		for b := '0'; b <= '9'; b++ {
			ddd := string([]rune{a, b})
			if want := ddd > "10" && !missing[ddd]; ValidDDD(ddd) != want {
				t.Errorf("ValidDDD(%s) = %v", ddd, !want)
			}
		}
	}
	for _, ddd := range []string{"", "1", "111", "1a"} {
		if ValidDDD(ddd) {
			t.Errorf("ValidDDD(%q) = true", ddd)
		}
	}
}

func TestMatchKeyForgivesTheNinthDigitOnly(t *testing.T) {
	for e164, want := range map[string]string{
		"+5511985270593": "1185270593",
		"+551185270593":  "1185270593", // a WhatsApp id
		"+551132045721":  "1132045721",
		"+14155550199":   "+14155550199",
		"+4527059312":    "+4527059312", // Denmark; DDD 45 has a 4527059312
		"+55":            "+55",
	} {
		if got := MatchKey(e164); got != want {
			t.Errorf("MatchKey(%s) = %s, want %s", e164, got, want)
		}
	}
}

func TestPhonesAreShownAsPeopleWriteThem(t *testing.T) {
	for e164, want := range map[string]string{
		"+5511985270593": "(11) 98527-0593",
		"+551132045721":  "(11) 3204-5721",
		"+14155550199":   "+1 415-555-0199",
		"nonsense":       "nonsense",
		"":               "",
	} {
		if got := DisplayPhone(e164); got != want {
			t.Errorf("DisplayPhone(%s) = %s, want %s", e164, got, want)
		}
	}
}

func TestACountryCodeNamesItsCountry(t *testing.T) {
	for e164, want := range map[string]string{"+5511985270593": "BR", "+13955571028": "US", "+351912345678": "PT", "11": "", "": ""} {
		if got := PhoneRegion(e164); got != want {
			t.Errorf("PhoneRegion(%s) = %q, want %q", e164, got, want)
		}
	}
}

// nationalNumber draws digits of the Brazilian plan: a mobile or a landline.
func nationalNumber(t *rapid.T) string {
	ddd := rapid.SampledFrom([]string{"11", "21", "27", "55", "62", "69", "99"}).Draw(t, "ddd")
	if rapid.Bool().Draw(t, "mobile") {
		return ddd + "9" + rapid.StringMatching(`[0-9]{8}`).Draw(t, "number")
	}
	return ddd + rapid.StringMatching(`[2-5][0-9]{7}`).Draw(t, "number")
}

func TestEverySpellingOfANumberIsTheSamePhone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := nationalNumber(t)
		n := len(d)
		want := "+55" + d
		for _, text := range []string{d, "0" + d, "55" + d, "+55" + d, "0055" + d,
			"(" + d[:2] + ") " + d[2:n-4] + "-" + d[n-4:], d[:2] + " " + d[2:n-4] + "." + d[n-4:],
			"+55 " + d[:2] + " " + d[2:n-4] + "-" + d[n-4:], DisplayPhone(want), WhatsAppLink(want, "")} {
			got, err := ParsePhone(text, "BR")
			if err != nil || got.E164 != want {
				t.Fatalf("ParsePhone(%q) = %+v, %v; want %s", text, got, err, want)
			}
		}
	})
}

func FuzzParsePhone(f *testing.F) {
	for _, seed := range []string{"(62) 98527-0593", "+1-395-557-1028x208", "0xx11 98527-0593", "não tem", "(415) 555-0132", "+55", "00", "x1", "(((("} {
		f.Add(seed, "BR")
	}
	f.Add("98527-0593", "BR-62")
	f.Add("957.962.1534", "US")
	f.Fuzz(func(t *testing.T, text, region string) {
		phone, err := ParsePhone(text, region)
		if err != nil {
			return
		}
		again, err := ParsePhone(phone.E164, "BR")
		if err != nil || again.E164 != phone.E164 {
			t.Errorf("%q is stored as %q, which reads as %q, %v", text, phone.E164, again.E164, err)
		}
		if len(phone.E164) <= minDigits || len(phone.E164) > 16 || phone.E164[0] != '+' || !allDigits(phone.E164[1:]) {
			t.Errorf("%q became %q", text, phone.E164)
		}
	})
}
