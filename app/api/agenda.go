package api

import (
	"context"
	"io"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/ics"
	"patio/backend/store"
	"patio/backend/transfer"
)

// Agenda answers what is due, day by day, and writes it as a calendar.
type Agenda struct {
	store *store.Store
	files *Files
	now   func() time.Time
}

// NewAgenda binds an Agenda to an open store.
func NewAgenda(s *store.Store, files *Files) *Agenda { return &Agenda{s, files, time.Now} }

// Load answers some days and what is overdue now. Errors: invalid.
func (a *Agenda) Load(r crm.AgendaRequest) (crm.Agenda, error) {
	return a.store.Agenda(context.Background(), r)
}

// CalendarAsk says what goes into a calendar: one activity, or what is due on
// some days.
type CalendarAsk struct {
	ActivityID string            `json:"activityId"` // "" for the days
	Request    crm.AgendaRequest `json:"request"`
	Name       string            `json:"name"`  // the calendar's, as the person reads it
	Kinds      map[string]string `json:"kinds"` // names of the kinds of activity, as the person reads them
}

// CalendarWritten says what a calendar holds.
type CalendarWritten struct {
	Count int `json:"count"`
	Left  int `json:"left"` // days with more than anybody reads, of which the rest was left out
}

// Export writes a calendar that other programs read (.ics). Errors: not_found,
// invalid, file.unknown_handle, those of writing a file.
func (a *Agenda) Export(handle string, ask CalendarAsk) (CalendarWritten, error) {
	path, err := a.files.Path(handle, FileWrite)
	if err != nil {
		return CalendarWritten{}, err
	}
	entries, left, err := a.entries(ask)
	if err != nil {
		return CalendarWritten{}, err
	}
	events := make([]ics.Event, len(entries))
	for i, e := range entries {
		events[i] = event(e, ask.Kinds)
	}
	return CalendarWritten{len(events), left}, transfer.WriteFile(path, func(w io.Writer) error {
		return ics.Write(w, ask.Name, a.now(), events)
	})
}

func (a *Agenda) entries(ask CalendarAsk) (list []crm.AgendaEntry, left int, err error) {
	ctx := context.Background()
	if ask.ActivityID != "" {
		e, err := a.store.AgendaEntry(ctx, ask.ActivityID)
		return []crm.AgendaEntry{e}, 0, err
	}
	ask.Request.PerDay = store.MaxPage
	agenda, err := a.store.Agenda(ctx, ask.Request)
	for _, d := range agenda.Days {
		list = append(list, d.Entries...)
		if d.Count > len(d.Entries) {
			left++
		}
	}
	return list, left, err
}

// event is an entry in words: "Visita: Patrícia Assunção", and what one has at
// hand when it is time.
func event(e crm.AgendaEntry, kinds map[string]string) ics.Event {
	what := kinds[e.Kind]
	if e.Title != "" {
		what = e.Title
	}
	var lines []string
	for _, line := range []string{joined(", ", e.Vehicle, format.DisplayPlate(e.Plate)), e.Subject, e.Company, format.DisplayPhone(e.Phone)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	out := ics.Event{UID: e.ID, Day: e.DueDay, Summary: joined(": ", what, e.Name), Description: strings.Join(lines, "\n")}
	if e.DueAt > 0 {
		out.Day, out.Start, out.Length = "", time.UnixMilli(e.DueAt), crm.ActivityLength(e.Kind)
	}
	return out
}

// joined puts two texts together where there are two.
func joined(between, a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}
