package format

import (
	"testing"
	"time"

	"patio/backend/crm"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestDates(t *testing.T) {
	saoPaulo := zone(t, "America/Sao_Paulo")
	for _, c := range []struct {
		text  string
		order DateOrder
		want  string // "" is refused
	}{
		{"08/05/2026 17:14", DayFirst, "2026-05-08T17:14:00-03:00"},
		{"08/05/2026", DayFirst, "2026-05-08"},
		{"08/05/2026", MonthFirst, "2026-08-05"},
		{"14/1/25", DayFirst, "2025-01-14"},
		{"5/4/24", DayFirst, "2024-04-05"},
		{"5/4/24", MonthFirst, "2024-05-04"},
		{"05/23/2026", DayFirst, "2026-05-23"}, // 23 is no month
		{"23/05/2026", MonthFirst, "2026-05-23"},
		{"2026-04-14", DayFirst, "2026-04-14"},
		{"2026-04-14", MonthFirst, "2026-04-14"},
		{"2026-09-07 01:05", DayFirst, "2026-09-07T01:05:00-03:00"},
		{"2026-09-07T01:05:30", DayFirst, "2026-09-07T01:05:30-03:00"},
		{"2026-09-07T01:05:30.25Z", DayFirst, "2026-09-06T22:05:30.25-03:00"},
		{"2026-09-07T01:05:30+02:00", DayFirst, "2026-09-06T20:05:30-03:00"},
		{"2026-09-07 01:05:30 -0500", DayFirst, "2026-09-07T03:05:30-03:00"},
		{"2026-09-07 01:05:30 UTC", DayFirst, "2026-09-06T22:05:30-03:00"},
		{"08.05.2026", DayFirst, "2026-05-08"},
		{"08-05-2026 às 17h14", DayFirst, "2026-05-08T17:14:00-03:00"},
		{"08/05/2026, 17:14", DayFirst, "2026-05-08T17:14:00-03:00"},
		{"08/05/2026 17h", DayFirst, "2026-05-08T17:00:00-03:00"},
		{"5/8/2026 5:14 PM", MonthFirst, "2026-05-08T17:14:00-03:00"},
		{"5/8/2026 12:14 am", MonthFirst, "2026-05-08T00:14:00-03:00"},
		{"8 mai 2026", DayFirst, "2026-05-08"},
		{"08/mai/26", DayFirst, "2026-05-08"},
		{"8 de maio de 2026", DayFirst, "2026-05-08"},
		{"May 8, 2026", DayFirst, "2026-05-08"},
		{"20260508", DayFirst, "2026-05-08"},
		{"29/02/2024", DayFirst, "2024-02-29"},
		{"01/01/69", DayFirst, "1969-01-01"},
		{"01/01/68", DayFirst, "2068-01-01"},
		{"15/10/2017 23:30", DayFirst, "2017-10-15T23:30:00-02:00"}, // summer time
		{"04/11/2018", DayFirst, "2018-11-04"},                      // a day without midnight
		{"29/02/2026", DayFirst, ""},
		{"31/04/2026", DayFirst, ""},
		{"13/13/2026", DayFirst, ""},
		{"00/05/2026", DayFirst, ""},
		{"08/05", DayFirst, ""},
		{"08/05/026", DayFirst, ""},
		{"08/05/1026", DayFirst, ""},
		{"08/05/2026 25:00", DayFirst, ""},
		{"08/05/2026 17:60", DayFirst, ""},
		{"08/05/2026 13:00 pm", DayFirst, ""},
		{"08/05/2026 a tarde", DayFirst, ""},
		{"amanhã", DayFirst, ""},
		{"", DayFirst, ""},
		{"17:14", DayFirst, ""},
		{"45.000,00", DayFirst, ""},
		{"(11) 98527-0593", DayFirst, ""},
	} {
		got, err := ParseDate(c.text, c.order, saoPaulo)
		if c.want == "" {
			if crm.CodeOf(err) != CodeDate {
				t.Errorf("ParseDate(%q) = %+v, %v; want %s", c.text, got, err, CodeDate)
			}
			continue
		}
		want := Moment{Day: c.want}
		if len(c.want) > 10 {
			at, _ := time.Parse(time.RFC3339Nano, c.want)
			want = Moment{Day: c.want[:10], Ms: at.UnixMilli(), HasHour: true}
		} else {
			want.Ms = got.Ms
			if first := time.UnixMilli(got.Ms).In(saoPaulo); first.Format(time.DateOnly) != c.want || first.Hour() > 1 {
				t.Errorf("ParseDate(%q) begins at %v", c.text, first)
			}
		}
		if err != nil || got != want {
			t.Errorf("ParseDate(%q) = %+v, %v; want %+v", c.text, got, err, want)
		}
	}
}

func TestADateReadsBackFromEverySpelling(t *testing.T) {
	saoPaulo := zone(t, "America/Sao_Paulo")
	rapid.Check(t, func(t *rapid.T) {
		// Summer time ended for good in 2019: no hour is there twice since.
		at := time.Unix(rapid.Int64Range(1577836800, 2999999999).Draw(t, "at")/60*60, 0).In(saoPaulo)
		for layout, order := range map[string]DateOrder{
			"02/01/2006 15:04": DayFirst, "2/1/06 15:04": DayFirst, "2006-01-02 15:04:05": MonthFirst, time.RFC3339: DayFirst,
			"1/2/2006 3:04 PM": MonthFirst, "02.01.2006 15h04": DayFirst, "2 Jan 2006 15:04": DayFirst,
		} {
			if layout == "2/1/06 15:04" && at.Year() > 2068 {
				continue
			}
			got, err := ParseDate(at.Format(layout), order, saoPaulo)
			if err != nil || got.Ms != at.UnixMilli() || got.Day != at.Format(time.DateOnly) {
				t.Fatalf("%q read as %+v, %v; want %v", at.Format(layout), got, err, at)
			}
		}
	})
}

func TestStatisticsSeeDayAndMonthOnlyWhereTheirOrderIsOpen(t *testing.T) {
	for text, want := range map[string][2]int{
		"05/23/2026": {5, 23}, "23/05/26 10:00": {23, 5}, "2026-05-23": {}, "8 mai 2026": {}, "": {}, "99.900,00": {}, "a/b/c/d": {},
	} {
		first, second, ok := DayAndMonth(text)
		if ok != (want != [2]int{}) || first != want[0] || second != want[1] {
			t.Errorf("DayAndMonth(%q) = %d, %d, %v", text, first, second, ok)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"08/05/2026 17:14", "2026-09-07T01:05:30+02:00", "5/8/2026 5:14 PM", "8 de maio de 2026", "20260508", "1h", ":", "t1t"} {
		f.Add(seed)
	}
	saoPaulo := zone(f, "America/Sao_Paulo")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseDate(text, DayFirst, saoPaulo)
		DayAndMonth(text)
		if err != nil {
			return
		}
		again, err := ParseDate(m.Day, DayFirst, saoPaulo)
		if err != nil || again.Day != m.Day {
			t.Errorf("%q is the day %q, which reads as %+v, %v", text, m.Day, again, err)
		}
	})
}
