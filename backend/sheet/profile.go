package sheet

import (
	"strings"
	"time"
	"unicode/utf8"

	"patio/backend/format"

	"github.com/google/uuid"
)

// sampled is how many values of a column are tried in every format.
const sampled = 300

// Profile is what the values of one column look like. The counts from Phones
// on are of the first Sampled values.
type Profile struct {
	Filled    int `json:"filled"`
	MaxLength int `json:"maxLength"` // characters
	Sampled   int `json:"sampled"`
	Phones    int `json:"phones"`
	Emails    int `json:"emails"`
	Plates    int `json:"plates"`
	Amounts   int `json:"amounts"`
	Dates     int `json:"dates"`
	Documents int `json:"documents"`
	IDs       int `json:"ids"`
	Names     int `json:"names"` // two words and more, letters only

	// Of all dates whose order is open, those that only one order allows, and
	// those that both do.
	DayFirst   int `json:"dayFirst"`
	MonthFirst int `json:"monthFirst"`
	EitherWay  int `json:"eitherWay"`

	// Countries of the numbers that name one, other than Brazil.
	Abroad map[string]int `json:"abroad,omitempty"`
}

// watch takes a value into account that is not blank.
func (p *Profile) watch(value string) {
	p.Filled++
	if n := utf8.RuneCountInString(value); n > p.MaxLength {
		p.MaxLength = n
	}
	if p.Sampled < sampled {
		p.sample(value)
	}
	if p.Dates > 0 {
		p.watchOrder(value)
	}
}

func (p *Profile) sample(value string) {
	p.Sampled++
	value = strings.TrimSpace(value)
	if len(value) > 80 {
		return
	}
	digits := 0
	for i := 0; i < len(value); i++ {
		if value[i] >= '0' && value[i] <= '9' {
			digits++
		}
	}
	switch {
	case strings.Contains(value, "@"):
		if _, err := format.ParseEmail(value); err == nil {
			p.Emails++
		}
		return
	case digits == 0:
		if words := strings.Fields(value); len(words) >= 2 && !strings.ContainsAny(value, ",;:/()[]=") {
			p.Names++
		}
		return
	}
	if _, err := uuid.Parse(value); err == nil && len(value) == 36 {
		p.IDs++
		return
	}
	if _, err := format.ParseDate(value, format.DayFirst, time.UTC); err == nil {
		p.Dates++
		return
	}
	if _, err := format.ParsePlate(value); err == nil {
		p.Plates++
		return
	}
	document := false
	if _, err := format.ParseDocument(value); err == nil {
		p.Documents++
		document = true
	}
	if phone, ok := likePhone(value, digits); ok {
		p.Phones++
		if country := format.PhoneRegion(phone.E164); country != "" && country != format.DefaultRegion {
			if p.Abroad == nil {
				p.Abroad = map[string]int{}
			}
			p.Abroad[country]++
		}
		return
	}
	if _, err := format.ParseMoney(value); err == nil && !document && (digits < 9 || strings.ContainsAny(value, "$,.")) {
		p.Amounts++
	}
}

// likePhone reads a telephone of Brazil, of abroad with its country code, or
// one in groups that tell of abroad: only the whole file says which country's.
func likePhone(value string, digits int) (format.Phone, bool) {
	if digits < 8 {
		return format.Phone{}, false
	}
	phone, err := format.ParsePhone(value, format.DefaultRegion)
	if err != nil && digits >= 10 && digits < len(value) {
		if _, err := format.ParsePhone(value, "US"); err == nil {
			return format.Phone{}, true
		}
	}
	return phone, err == nil
}

func (p *Profile) watchOrder(value string) {
	first, second, ok := format.DayAndMonth(value)
	switch {
	case !ok || first == second:
	case first > 12 && second <= 12:
		p.DayFirst++
	case second > 12 && first <= 12:
		p.MonthFirst++
	case first <= 12:
		p.EitherWay++
	}
}

// DateOrder is how the column's open dates are read: as most of those are
// that leave no choice, Brazil's way when there are none.
func (p *Profile) DateOrder() format.DateOrder {
	if p.MonthFirst > p.DayFirst {
		return format.MonthFirst
	}
	return format.DayFirst
}

// OpenDates says whether the column has dates that can be read both ways and
// none that decides, so that a person should look.
func (p *Profile) OpenDates() bool {
	return p.EitherWay > 0 && p.DayFirst == 0 && p.MonthFirst == 0
}

// mostly says whether at least percent of the sampled values are counted in n.
func (p *Profile) mostly(n, percent int) bool {
	return n > 0 && n*100 >= p.Sampled*percent
}
