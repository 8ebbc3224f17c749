package format

import (
	"strconv"
	"strings"
	"time"
)

// Moment is a date as it was written: with an hour, or a day alone.
type Moment struct {
	Day     string // YYYY-MM-DD, in the zone it was read in
	Ms      int64  // ms UTC: the moment, or the day's first one when there is no hour
	HasHour bool
}

// DateOrder says how 05/08/2026 is read. It matters only where both numbers
// could be a month.
type DateOrder int

// Orders of day and month. DayFirst is Brazil's.
const (
	DayFirst DateOrder = iota
	MonthFirst
)

const firstYear, lastYear = 1900, 2199

var monthNames = map[string]int{
	"jan": 1, "fev": 2, "feb": 2, "mar": 3, "abr": 4, "apr": 4, "mai": 5, "may": 5, "jun": 6, "jul": 7,
	"ago": 8, "aug": 8, "set": 9, "sep": 9, "out": 10, "oct": 10, "nov": 11, "dez": 12, "dec": 12, "dic": 12, "ene": 1,
}

// ParseDate reads dd/mm/aaaa, d/m/yy, ISO and dates with a month's name, each
// with or without an hour, as local time of zone unless the text has its own
// offset. Two-digit years are 1969 to 2068. The error's code is CodeDate.
func ParseDate(text string, order DateOrder, zone *time.Location) (Moment, error) {
	s := Fold(tidy(text))
	day, clock := splitClock(s)
	y, m, d, ok := readDay(day, order)
	if !ok {
		return Moment{}, invalid(CodeDate, "date", text)
	}
	if clock == "" {
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, zone)
		if t.Day() != d { // summer time began at midnight: the day's first hour is one
			t = t.Add(time.Hour)
		}
		return Moment{Day: t.Format(time.DateOnly), Ms: t.UnixMilli()}, nil
	}
	since, offset, ok := readClock(clock)
	if !ok {
		return Moment{}, invalid(CodeDate, "date", text)
	}
	in := zone
	if offset != nil {
		in = offset
	}
	h, rest := since/time.Hour, since%time.Hour
	t := time.Date(y, time.Month(m), d, int(h), 0, 0, int(rest), in).In(zone)
	return Moment{Day: t.Format(time.DateOnly), Ms: t.UnixMilli(), HasHour: true}, nil
}

// DayAndMonth answers the two numbers of a date whose order is open
// ("05/08/2026" → 5, 8), for statistics over a column. ok is false for
// anything else, ISO dates included.
func DayAndMonth(text string) (first, second int, ok bool) {
	if len(text) < 6 || len(text) > 40 || !isDigit(text[0]) {
		return 0, 0, false
	}
	day, _ := splitClock(strings.TrimSpace(text))
	parts, ok := dayParts(day)
	if !ok {
		return 0, 0, false
	}
	for i, p := range parts {
		if !allDigits(p) || len(p) > 2 && (i < 2 || len(p) != 4) {
			return 0, 0, false
		}
	}
	return atoi(parts[0]), atoi(parts[1]), true
}

// splitClock parts the day from the hour at the first "T" between digits, or
// at the space before a token with ":" or "h".
func splitClock(s string) (day, clock string) {
	for i := 1; i+1 < len(s); i++ {
		if (s[i] == 't' || s[i] == 'T') && isDigit(s[i-1]) && isDigit(s[i+1]) {
			return s[:i], s[i+1:]
		}
	}
	at := strings.IndexByte(s, ':')
	if at < 0 {
		at = strings.LastIndexByte(s, 'h')
		if at < 1 || !isDigit(s[at-1]) {
			return s, ""
		}
	}
	space := strings.LastIndexByte(s[:at], ' ')
	if space < 0 {
		return s, ""
	}
	day = strings.TrimSpace(s[:space])
	for _, joint := range []string{" as", " a las", " at", ",", " -"} {
		day = strings.TrimSuffix(day, joint)
	}
	return strings.TrimSpace(day), s[space+1:]
}

// dayParts cuts a day into its three parts, separated by one kind of sign, or
// by "de", "of" and commas around a month's name.
func dayParts(s string) (parts [3]string, ok bool) {
	n := 0
	for _, token := range strings.FieldsFunc(s, func(r rune) bool {
		return r == '/' || r == '-' || r == '.' || r == ' ' || r == ','
	}) {
		if token == "de" || token == "del" || token == "of" {
			continue
		}
		if n == 3 {
			return parts, false
		}
		parts[n] = token
		n++
	}
	return parts, n == 3
}

func readDay(s string, order DateOrder) (y, m, d int, ok bool) {
	if len(s) == 8 && allDigits(s) {
		return checkDay(s[:4], s[4:6], s[6:])
	}
	p, ok := dayParts(s)
	if !ok || strings.Count(s, "/") == 1 || strings.Count(s, "-") == 1 {
		return 0, 0, 0, false
	}
	switch {
	case len(p[0]) == 4 && allDigits(p[0]):
		return checkDay(p[0], p[1], p[2])
	case !allDigits(p[0]): // May 8, 2026
		return checkDay(p[2], p[0], p[1])
	case !allDigits(p[1]): // 8 mai 2026
		return checkDay(p[2], p[1], p[0])
	}
	first, second := p[0], p[1]
	if order == MonthFirst && atoi(first) <= 12 || atoi(second) > 12 {
		first, second = second, first
	}
	return checkDay(p[2], second, first)
}

func checkDay(year, month, day string) (y, m, d int, ok bool) {
	if !allDigits(year) || len(year) != 2 && len(year) != 4 || !allDigits(day) || len(day) > 2 {
		return 0, 0, 0, false
	}
	y, d = atoi(year), atoi(day)
	if len(year) == 2 {
		if y += 2000; y >= 2069 {
			y -= 100
		}
	}
	if allDigits(month) && len(month) <= 2 {
		m = atoi(month)
	} else if len(month) >= 3 {
		m = monthNames[month[:3]]
	}
	if y < firstYear || y > lastYear || m < 1 || m > 12 || d < 1 {
		return 0, 0, 0, false
	}
	last := time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return y, m, d, d <= last
}

// readClock reads "17:14", "17:14:05.123", "17h14", "5:14 pm", each with an
// offset or none.
func readClock(s string) (since time.Duration, offset *time.Location, ok bool) {
	s, offset, ok = cutOffset(s)
	if !ok {
		return 0, nil, false
	}
	afternoon, morning := false, false
	if rest, found := strings.CutSuffix(s, "pm"); found {
		s, afternoon = strings.TrimSpace(rest), true
	} else if rest, found := strings.CutSuffix(s, "am"); found {
		s, morning = strings.TrimSpace(rest), true
	}
	s = strings.TrimSuffix(strings.Replace(s, "h", ":", 1), ":")
	parts := strings.Split(s, ":")
	if len(parts) == 3 {
		whole, fraction, found := strings.Cut(strings.Replace(parts[2], ",", ".", 1), ".")
		if found && (!allDigits(fraction) || len(fraction) > 9) {
			return 0, nil, false
		}
		parts[2] = whole
		ms, _ := strconv.Atoi((fraction + "000")[:3])
		since = time.Duration(ms) * time.Millisecond
	}
	if len(parts) > 3 {
		return 0, nil, false
	}
	limits, unit := [3]int{23, 59, 59}, time.Hour
	for i, p := range parts {
		if !allDigits(p) || len(p) > 2 || atoi(p) > limits[i] {
			return 0, nil, false
		}
		n := atoi(p)
		if i == 0 && (afternoon || morning) {
			if n < 1 || n > 12 {
				return 0, nil, false
			}
			if n %= 12; afternoon {
				n += 12
			}
		}
		since += time.Duration(n) * unit
		unit /= 60
	}
	return since, offset, true
}

// cutOffset takes "z", "utc", "+00:00" or "-0300" off the end of a clock.
func cutOffset(s string) (rest string, offset *time.Location, ok bool) {
	for _, name := range []string{"z", "utc", "gmt"} {
		if rest, found := strings.CutSuffix(s, name); found {
			return strings.TrimSpace(rest), time.UTC, true
		}
	}
	at := strings.LastIndexAny(s, "+-")
	if at < 0 {
		return s, nil, true
	}
	d := strings.Replace(s[at+1:], ":", "", 1)
	if len(d) == 2 {
		d += "00"
	}
	if len(d) != 4 || !allDigits(d) || atoi(d[:2]) > 14 || atoi(d[2:]) > 59 {
		return "", nil, false
	}
	seconds := (atoi(d[:2])*60 + atoi(d[2:])) * 60
	if s[at] == '-' {
		seconds = -seconds
	}
	return strings.TrimSpace(s[:at]), time.FixedZone("", seconds), true
}

// atoi reads a short run of digits that was checked already.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
