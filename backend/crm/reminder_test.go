package crm

import (
	"testing"
	"time"
)

func TestWhenSomebodyIsReminded(t *testing.T) {
	at := time.Date(2026, 11, 25, 13, 30, 0, 0, time.UTC)
	utc := func(y int, m time.Month, d, hour, minute int) time.Time {
		return time.Date(y, m, d, hour, minute, 0, 0, time.UTC)
	}
	const paulo = "America/Sao_Paulo"
	for name, c := range map[string]struct {
		a       Activity
		zone    string
		morning int
		want    time.Time
	}{
		"never":                         {Activity{DueAt: at.UnixMilli()}, paulo, 540, time.UnixMilli(0)},
		"at the hour":                   {Activity{DueAt: at.UnixMilli(), Remind: RemindThen}, paulo, 540, at},
		"15 minutes before":             {Activity{DueAt: at.UnixMilli(), Remind: 15}, paulo, 540, at.Add(-15 * time.Minute)},
		"done":                          {Activity{DueAt: at.UnixMilli(), Remind: 15, DoneAt: 1}, paulo, 540, time.UnixMilli(0)},
		"undated":                       {Activity{Remind: 15}, paulo, 540, time.UnixMilli(0)},
		"in the morning of its day":     {Activity{DueDay: "2026-11-25", Remind: RemindThen}, paulo, 540, utc(2026, 11, 25, 12, 0)},
		"minutes count for no day":      {Activity{DueDay: "2026-11-25", Remind: 15}, paulo, 510, utc(2026, 11, 25, 11, 30)},
		"the morning of the day before": {Activity{DueDay: "2026-11-01", Remind: dayMinutes}, paulo, 540, utc(2026, 10, 31, 12, 0)},
		// Clocks go from 00:00 to 01:00, from 02:00 to 03:00, and on Lord Howe from 02:00 to 02:30.
		"a morning that clocks leap over":        {Activity{DueDay: "2018-11-04", Remind: RemindThen}, paulo, 30, utc(2018, 11, 4, 3, 30)},
		"one at two o'clock":                     {Activity{DueDay: "2027-03-14", Remind: RemindThen}, "America/New_York", 2*60 + 30, utc(2027, 3, 14, 7, 30)},
		"one of half an hour":                    {Activity{DueDay: "2026-10-04", Remind: RemindThen}, "Australia/Lord_Howe", 2*60 + 10, utc(2026, 10, 3, 15, 40)},
		"on the day of a leap, after it":         {Activity{DueDay: "2018-11-04", Remind: RemindThen}, paulo, 540, utc(2018, 11, 4, 11, 0)},
		"the day before a leap, at its hour":     {Activity{DueDay: "2018-11-05", Remind: dayMinutes}, paulo, 0, utc(2018, 11, 4, 3, 0)},
		"minutes are minutes across a leap, too": {Activity{DueAt: utc(2018, 11, 4, 3, 5).UnixMilli(), Remind: 15}, paulo, 540, utc(2018, 11, 4, 2, 50)},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := time.UnixMilli(c.a.RemindAt(zone, c.morning)); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got.UTC(), c.want)
		}
	}
}

func TestTomorrowIsTheNextMorning(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	// 22:30 there, and tomorrow already in UTC.
	if got, want := Morning(time.Date(2026, 11, 25, 1, 30, 0, 0, time.UTC), zone, 540), time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("%s, want %s", got.UTC(), want)
	}
}

func TestWhatIsNoReminderIsRefused(t *testing.T) {
	for minutes, code := range map[int64]Code{RemindNever: "", RemindThen: "", 15: "", MaxRemind: "", -2: CodeInvalid, MaxRemind + 1: CodeInvalid} {
		if err := CheckRemind(minutes); CodeOf(err) != code {
			t.Errorf("%d: %v", minutes, err)
		}
	}
}
