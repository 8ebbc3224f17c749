package crm

import "time"

// AgendaRequest asks for what is due on some days. Empty lists don't filter.
type AgendaRequest struct {
	From    string   `json:"from"`    // YYYY-MM-DD, the first day, in the workspace's zone
	Days    int      `json:"days"`    // at most MaxAgendaDays
	UserIDs []string `json:"userIds"` // who does it; "" stands for "nobody"
	ShopIDs []string `json:"shopIds"` // of the lead
	Kinds   []string `json:"kinds"`   // of activity
	PerDay  int      `json:"perDay"`  // entries that are answered of each day, the first ones
}

// MaxAgendaDays is six weeks: a month as a wall calendar shows it.
const MaxAgendaDays = 42

// AgendaEntry is an activity with a day or an hour, planned or done since, and
// what it is about.
type AgendaEntry struct {
	ID      string `json:"id"`
	LeadID  string `json:"leadId"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	DueAt   int64  `json:"dueAt"`  // ms UTC; with an hour
	DueDay  string `json:"dueDay"` // YYYY-MM-DD; without an hour
	DoneAt  int64  `json:"doneAt"` // ms UTC, 0 while planned
	Outcome string `json:"outcome"`
	UserID  string `json:"userId"`
	Due     int64  `json:"due"` // ms UTC after which it is overdue; 0 when done
	Remind  int64  `json:"remind"`

	Name    string `json:"name"` // the contact's
	Company string `json:"company"`
	Phone   string `json:"phone"` // first phone, E.164
	Vehicle string `json:"vehicle"`
	Plate   string `json:"plate"`
	Subject string `json:"subject"`
	StageID string `json:"stageId"`
	ShopID  string `json:"shopId"`
}

// MaxAgendaCount is as far as is counted: of a day, or of what is overdue. It
// stands for "or more".
const MaxAgendaCount = 100

// AgendaDay is one day: how many there are, and the first of them, those
// without an hour ahead of the others.
type AgendaDay struct {
	Day     string        `json:"day"`   // YYYY-MM-DD
	Count   int           `json:"count"` // at most MaxAgendaCount, or one more than were asked for
	Entries []AgendaEntry `json:"entries"`
}

// Agenda is what is due on some days, and what is overdue now whatever the days.
type Agenda struct {
	Days         []AgendaDay   `json:"days"`
	Overdue      []AgendaEntry `json:"overdue"`      // the first of them, the longest overdue first
	OverdueCount int           `json:"overdueCount"` // at most MaxAgendaCount
}

// Day answers the day on which an entry falls in a zone, YYYY-MM-DD.
func (e *AgendaEntry) Day(zone *time.Location) string {
	if e.DueAt > 0 {
		return time.UnixMilli(e.DueAt).In(zone).Format(time.DateOnly)
	}
	return e.DueDay
}

// DayBegin answers when the calendar day of t begins in a zone. Where clocks
// went forward at midnight that is one o'clock.
func DayBegin(t time.Time, zone *time.Location) time.Time {
	begin := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
	if begin.Day() != t.Day() { // midnight doesn't exist, and Date took the offset of before
		begin = begin.Add(time.Hour)
	}
	return begin
}

// ActivityLength is how long an activity of a kind takes where a calendar must
// know: nobody is asked.
func ActivityLength(kind string) time.Duration {
	if kind == ActivityVisit || kind == ActivityTestDrive {
		return time.Hour
	}
	return 30 * time.Minute
}
