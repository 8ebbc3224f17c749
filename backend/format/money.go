package format

import (
	"math"
	"strconv"
	"strings"
)

// Money is an amount in the hundredth part of its currency.
type Money struct {
	Cents    int64
	Currency string // ISO 4217
}

// DefaultCurrency is what an amount without a sign is in.
const DefaultCurrency = "BRL"

// maxCents keeps sums of a million amounts within int64.
const maxCents = int64(1_000_000_000_000)

var currencies = []struct{ sign, code string }{
	{"r$", "BRL"}, {"brl", "BRL"}, {"us$", "USD"}, {"usd", "USD"}, {"u$", "USD"}, {"eur", "EUR"}, {"€", "EUR"}, {"$", "BRL"},
}

var multipliers = []struct {
	word  string
	times int64
}{
	{"milhoes", 1_000_000}, {"milhao", 1_000_000}, {"millones", 1_000_000}, {"millon", 1_000_000}, {"million", 1_000_000},
	{"mil", 1_000}, {"mi", 1_000_000}, {"k", 1_000},
}

// ParseMoney reads an amount of zero or more: "R$ 99.900,00", "99900.00",
// "99,900.00", "33,3 mil", "1,2 mi", "US$ 500". The error's code is CodeMoney.
//
// A sign that stands once decides by what follows: three digits after at most
// three others are a group of thousands ("99.900" and "99,900" are the same
// price), anything else is the fraction. No price is written to the
// thousandth, and a price a thousand times too small would pass unseen.
// Beyond two decimals it rounds half up, as binary fractions in a workbook need.
func ParseMoney(text string) (Money, error) {
	s := Fold(tidy(text))
	currency := DefaultCurrency
	for _, c := range currencies {
		if rest, ok := strings.CutPrefix(s, c.sign); ok {
			s, currency = rest, c.code
			break
		}
		if rest, ok := strings.CutSuffix(s, c.sign); ok {
			s, currency = rest, c.code
			break
		}
	}
	s = strings.TrimSpace(s)
	s = strings.TrimSuffix(s, " reais")
	times := int64(1)
	for _, m := range multipliers {
		if rest, ok := strings.CutSuffix(s, m.word); ok {
			s, times = strings.TrimSpace(rest), m.times
			break
		}
	}
	s = strings.TrimSuffix(s, ",-")
	whole, fraction, ok := splitAmount(s, times)
	if !ok {
		return Money{}, invalid(CodeMoney, "value", text)
	}
	cents, ok := toCents(whole, fraction, times)
	if !ok {
		return Money{}, invalid(CodeMoney, "value", text)
	}
	return Money{cents, currency}, nil
}

// splitAmount takes the group signs out of s and answers the digits before and
// after its decimal sign.
func splitAmount(s string, times int64) (whole, fraction string, ok bool) {
	if s == "" || len(s) > 32 || !isDigit(s[0]) && s[0] != ',' && s[0] != '.' {
		return "", "", false
	}
	dots, commas := strings.Count(s, "."), strings.Count(s, ",")
	decimal := byte(0)
	switch {
	case dots > 0 && commas > 0:
		if strings.LastIndexByte(s, '.') > strings.LastIndexByte(s, ',') {
			decimal = '.'
		} else {
			decimal = ','
		}
	case dots+commas == 1:
		at := strings.IndexAny(s, ".,")
		grouped := len(s)-at-1 == 3 && at >= 1 && at <= 3 && s[0] != '0'
		if !grouped || times > 1 && s[at] == ',' { // "33,333 mil" is a fraction of thousands
			decimal = s[at]
		}
	}
	whole = s
	if decimal != 0 {
		at := strings.LastIndexByte(s, decimal)
		whole, fraction = s[:at], s[at+1:]
		if fraction == "" || !allDigits(fraction) || whole == "" && times == 1 && len(fraction) > 2 {
			return "", "", false
		}
	}
	whole, ok = ungroup(whole)
	return whole, fraction, ok
}

// ungroup joins digits that stand in groups of three, parted by one kind of
// sign. Digits without a sign pass as they are.
func ungroup(s string) (string, bool) {
	if s == "" {
		return "0", true
	}
	at := strings.IndexAny(s, ".,' ")
	if at < 0 {
		return s, allDigits(s)
	}
	groups := strings.Split(s, s[at:at+1])
	for i, g := range groups {
		if !allDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(g) > 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func toCents(whole, fraction string, times int64) (int64, bool) {
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > maxCents/100/times {
		return 0, false
	}
	const places = 8 // six for millions, two for cents
	if len(fraction) > places {
		fraction = fraction[:places]
	}
	part, unit := int64(0), int64(math.Pow10(places))
	for i := 0; i < len(fraction); i++ {
		part = part*10 + int64(fraction[i]-'0')
	}
	for i := len(fraction); i < places; i++ {
		part *= 10
	}
	return n*times*100 + (part*times*100+unit/2)/unit, true
}

// DisplayMoney shows an amount as Brazilians write it: "R$ 99.900,00". The
// window formats for its own language; this is for files and links.
func DisplayMoney(m Money) string {
	sign := m.Currency + " "
	if m.Currency == DefaultCurrency {
		sign = "R$ "
	}
	plain := DecimalComma(m.Cents)
	minus := ""
	if plain[0] == '-' {
		minus, plain = "-", plain[1:]
	}
	whole, fraction, _ := strings.Cut(plain, ",")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	return minus + sign + whole + "," + fraction
}

// DecimalComma writes cents for a spreadsheet: "99900,00", no groups.
func DecimalComma(cents int64) string {
	minus := ""
	u := uint64(cents)
	if cents < 0 {
		minus, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if len(s) < 3 {
		s = "00"[:3-len(s)] + s
	}
	return minus + s[:len(s)-2] + "," + s[len(s)-2:]
}
