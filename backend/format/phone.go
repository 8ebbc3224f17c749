package format

import (
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a telephone as it is stored.
type Phone struct {
	E164 string // "+5511985270593"
	Ext  string // digits of an extension ("ramal"), "" when none
}

// minDigits are fewer than any number has, its country code included.
const minDigits = 7

// DefaultRegion is whose numbers are written without a country code.
const DefaultRegion = "BR"

// validDDD holds the area codes that exist, by their two digits.
var validDDD = func() (valid [100]bool) {
	for _, r := range [][2]int{{11, 19}, {21, 22}, {24, 24}, {27, 28}, {31, 35}, {37, 38}, {41, 49}, {51, 51},
		{53, 55}, {61, 69}, {71, 71}, {73, 75}, {77, 77}, {79, 79}, {81, 89}, {91, 99}} {
		for ddd := r[0]; ddd <= r[1]; ddd++ {
			valid[ddd] = true
		}
	}
	return valid
}()

// ValidDDD says whether two digits are an area code of Brazil.
func ValidDDD(ddd string) bool {
	return len(ddd) == 2 && allDigits(ddd) && validDDD[(ddd[0]-'0')*10+ddd[1]-'0']
}

var (
	phoneLabel = regexp.MustCompile(`(?i)^(?:tel(?:efone)?|fone|cel(?:ular)?|whats(?:app)?|wpp|zap|phone|mobile|m[óo]vil)\s*[.:]*\s*`)
	phoneExt   = regexp.MustCompile(`(?i)[\s,;]*(?:x|ext(?:ension)?\.?|ramal|rml\.?|r\.|#|;ext=)\s*:?\s*(\d{1,7})$`)
)

// ParsePhone reads one telephone. Without a country code it belongs to
// region: an ISO country ("BR", "US"), or "BR-62" where numbers without an
// area code take DDD 62. A number of another country needs its country code
// or its region. The error's code is CodePhone.
//
// Brazilian numbers follow the national plan: area code, then 9 digits that
// start with 9, or 8 digits. A mobile number of before 2016 gets its ninth digit.
func ParsePhone(text, region string) (Phone, error) {
	s := tidy(text)
	s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "wa.me/")
	s = strings.TrimPrefix(s, "tel:")
	var ext string
	if hasLetter(s) {
		s = phoneLabel.ReplaceAllString(s, "")
		if m := phoneExt.FindStringSubmatchIndex(s); m != nil {
			ext, s = s[m[2]:m[3]], s[:m[0]]
		}
	}
	digits, international, ok := dialled(s)
	if !ok {
		return Phone{}, invalid(CodePhone, "phone", text)
	}
	country, ddd, _ := strings.Cut(region, "-")
	if country == "" {
		country = DefaultRegion
	}
	var e164 string
	switch {
	case international && strings.HasPrefix(digits, "55"):
		e164 = brazilian(digits[2:], "")
	case international:
		e164 = foreign("+"+digits, "")
	case country == "BR" && !foreignGroups(s):
		e164 = brazilian(digits, ddd)
	case country != "BR":
		e164 = foreign(digits, country)
	}
	if e164 == "" {
		return Phone{}, invalid(CodePhone, "phone", text)
	}
	return Phone{E164: e164, Ext: ext}, nil
}

// hasLetter keeps plain numbers away from the regular expressions.
func hasLetter(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i] | 0x20; c >= 'a' && c <= 'z' || s[i] >= 0x80 || s[i] == '#' {
			return true
		}
	}
	return false
}

// dialled takes the digits out of s. ok is false when s holds anything that
// no telephone is written with, or too few or too many digits.
func dialled(s string) (digits string, international, ok bool) {
	var buf [24]byte
	n := 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			if n == len(buf) {
				return "", false, false
			}
			buf[n] = byte(r)
			n++
		case r == '+':
			if n > 0 || international {
				return "", false, false
			}
			international = true
		case r == 'x' || r == 'X': // "0xx11", the carrier left open
			if n != 1 || buf[0] != '0' || i+1 >= len(s) {
				return "", false, false
			}
		case r == ' ' || r == '(' || r == ')' || r == '-' || r == '.' || r >= 0x2010 && r <= 0x2015:
		default:
			return "", false, false
		}
	}
	digits = string(buf[:n])
	if !international && strings.HasPrefix(digits, "00") && n > 11 {
		digits, international = digits[2:], true
	}
	return digits, international, len(digits) >= minDigits
}

// foreignGroups says whether s is grouped as no Brazilian number is: three
// digits, three digits, four ("(415) 555-0132", "957.962.1534"). Read as ours
// it would become a number that exists, and belongs to somebody else.
func foreignGroups(s string) bool {
	groups := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	return len(groups) == 3 && len(groups[0]) == 3 && len(groups[1]) == 3 && len(groups[2]) == 4 && groups[0][0] != '0'
}

// brazilian answers E.164 for the digits of a number in Brazil, "" when they
// are none. ddd stands in for a missing area code.
func brazilian(d, ddd string) string {
	if (len(d) == 12 || len(d) == 13) && strings.HasPrefix(d, "55") {
		d = d[2:]
	}
	if strings.HasPrefix(d, "0") {
		if len(d) >= 13 { // 0, a carrier's two digits, area code, number
			d = d[3:]
		} else {
			d = d[1:]
		}
	}
	if (len(d) == 8 || len(d) == 9) && ddd != "" {
		d = ddd + d
	}
	if len(d) < 10 || !ValidDDD(d[:2]) {
		return ""
	}
	switch {
	case len(d) == 11 && d[2] == '9':
		return "+55" + d
	case len(d) == 10 && d[2] >= '6':
		return "+55" + d[:2] + "9" + d[2:]
	case len(d) == 10 && d[2] >= '2':
		return "+55" + d
	}
	return ""
}

// foreign leaves other countries to the library. Possible is enough: lists of
// ranges that are in use grow old, and an honest number must not be refused.
func foreign(digits, country string) string {
	number, err := phonenumbers.Parse(digits, country)
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return ""
	}
	e164 := phonenumbers.Format(number, phonenumbers.E164)
	if len(e164) <= minDigits || len(e164) > len("+123456789012345") {
		return ""
	}
	// A trunk prefix that was taken for a part of a short number goes when it
	// is read again: then it was no number.
	if again, err := phonenumbers.Parse(e164, ""); err != nil || phonenumbers.Format(again, phonenumbers.E164) != e164 {
		return ""
	}
	if national, ok := strings.CutPrefix(e164, "+55"); ok {
		return brazilian(national, "")
	}
	return e164
}

// MatchKey is what two spellings of one telephone share: area code and the
// last 8 digits for Brazil, since a WhatsApp id may lack the ninth digit; the
// whole number elsewhere, with its + so that it never meets a Brazilian key.
func MatchKey(e164 string) string {
	if national, ok := strings.CutPrefix(e164, "+55"); ok && len(national) >= 10 {
		return national[:2] + national[len(national)-8:]
	}
	return e164
}

// PhoneRegion answers the country of an E.164 number, "US" for all that share
// +1; "" when it is none.
func PhoneRegion(e164 string) string {
	number, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return ""
	}
	return phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
}

// DisplayPhone shows an E.164 number: "(11) 98527-0593", or with its country
// code when it is foreign.
func DisplayPhone(e164 string) string {
	if d, ok := strings.CutPrefix(e164, "+55"); ok && (len(d) == 10 || len(d) == 11) {
		return "(" + d[:2] + ") " + d[2:len(d)-4] + "-" + d[len(d)-4:]
	}
	if number, err := phonenumbers.Parse(e164, ""); err == nil {
		return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
	}
	return e164
}
