package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// A workbook's numbers come with formats made for eyes: "99,900", "5/8/26",
// "1.2E+10" for a phone. Before reading, every format is replaced: a date's
// serial number comes behind a mark that says what it shows, all else as the
// plain number with a decimal point. The library would round dates to seconds.
const (
	dayMark    = "\x0eday "
	momentMark = "\x0emoment "
	clockMark  = "\x0eclock "
	serial     = "0.0000000000" // days; ten places are 9 microseconds
)

// plainNumbers replaces the number formats of all styles.
func plainNumbers(book *excelize.File) error {
	if book.Styles == nil || book.Styles.CellXfs == nil {
		return nil
	}
	styles := book.Styles
	custom := map[int]string{}
	if styles.NumFmts != nil {
		for _, f := range styles.NumFmts.NumFmt {
			if f != nil {
				custom[f.NumFmtID] = f.FormatCode
			}
		}
	}
	count := len(styles.CellXfs.Xf)
	ids := map[string]int{"": 0} // mark → its format's id; 0 is "General"
	for _, mark := range []string{dayMark, momentMark, clockMark} {
		format := `"` + mark + `"` + serial
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return err
		}
		ids[mark] = *styles.CellXfs.Xf[style].NumFmtID
	}
	for i := range styles.CellXfs.Xf[:count] {
		xf := &styles.CellXfs.Xf[i]
		if xf.NumFmtID == nil {
			continue
		}
		code, ok := custom[*xf.NumFmtID]
		if !ok {
			code = builtinFormat(*xf.NumFmtID)
		}
		id := ids[markOf(code)]
		xf.NumFmtID = &id
	}
	return nil
}

// builtinFormat answers a format in the place of a number that every workbook
// knows: which parts of a date it shows is all that matters.
func builtinFormat(id int) string {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return "d"
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return "h"
	case id == 22:
		return "dh"
	}
	return ""
}

// markOf answers the mark for what a format shows, "" for a plain number.
func markOf(code string) string {
	day, hour := dateParts(code)
	switch {
	case day && hour:
		return momentMark
	case day:
		return dayMark
	case hour:
		return clockMark
	}
	return ""
}

// isoDate turns a marked serial number into ISO text: "2026-05-08",
// "2026-05-08 17:14:05.123", "17:14:00". Other cells pass as they are.
func isoDate(cell string, from1904 bool) string {
	marked := strings.TrimPrefix(cell, "-")
	if marked == "" || marked[0] != dayMark[0] {
		return cell
	}
	mark, text, _ := strings.Cut(marked[1:], " ")
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || marked != cell || days > 2_958_466 { // no date: below 0, beyond 9999
		return strings.TrimSuffix(cell, marked) + strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days < 60: // before the 29 February 1900 that never was
		epoch = epoch.AddDate(0, 0, 1)
	}
	ms := int64(math.Round(days * 86_400_000))
	t := epoch.AddDate(0, 0, int(ms/86_400_000)).Add(time.Duration(ms%86_400_000) * time.Millisecond)
	switch mark {
	case "day":
		return t.Format(time.DateOnly)
	case "clock":
		return t.Format(time.TimeOnly)
	}
	return t.Format("2006-01-02 15:04:05.999")
}

// dateParts says whether a format code shows a day and an hour. Quoted text,
// escaped characters, colours and currencies in brackets don't count, and an m
// is a month unless there are hours or seconds.
func dateParts(code string) (day, hour bool) {
	code, _, _ = strings.Cut(code, ";")
	month := false
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '\\', '_', '*':
			i++
		case '"', '[':
			shut := byte('"')
			if code[i] == '[' {
				shut = ']'
			}
			end := strings.IndexByte(code[i+1:], shut)
			if end < 0 {
				return day, hour
			}
			if inner := strings.ToLower(code[i+1 : i+1+end]); shut == ']' && strings.Trim(inner, "hms") == "" && inner != "" {
				hour = true // [h]:mm, hours beyond a day
			}
			i += end + 1
		case 'd', 'D', 'y', 'Y':
			day = true
		case 'h', 'H', 's', 'S':
			hour = true
		case 'm', 'M':
			month = true
		case 'G', 'g':
			if strings.HasPrefix(strings.ToLower(code[i:]), "general") {
				i += len("general") - 1
			}
		}
	}
	return day || month && !hour, hour
}
