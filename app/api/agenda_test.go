package api

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patio/backend/crm"
	"patio/backend/leads"
)

func TestACalendarHoldsTheDaysThatAreShown(t *testing.T) {
	s := newDesk(t, t.TempDir()).store
	files := NewFiles()
	a := NewAgenda(s, files)
	a.now = func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	done, err := leads.Create(t.Context(), s, leads.New{Name: "Patrícia Assunção", Phone: "11 98527-0593", Vehicle: "Jeep Compass", Plate: "RIO2A18"})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 25, 13, 30, 0, 0, time.UTC)
	for _, n := range []leads.NewActivity{
		{Kind: crm.ActivityTestDrive, DueAt: at.UnixMilli()},
		{Kind: crm.ActivityTask, Title: "Lavar o carro", DueDay: "2026-11-26"},
		{Kind: crm.ActivityCall, DueDay: "2026-12-26"},
	} {
		n.LeadID = done.IDs[0]
		if _, err := leads.AddActivity(t.Context(), s, n); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "agenda.ics")
	file := files.Add(path, FileWrite)
	ask := CalendarAsk{Name: "Agenda", Kinds: map[string]string{crm.ActivityTestDrive: "Test drive"}, Request: crm.AgendaRequest{From: "2026-11-22", Days: 7}}
	read := func() string {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(text), "\r\n ", "")
	}
	w, err := a.Export(file.Handle, ask)
	if err != nil || w != (CalendarWritten{Count: 2}) {
		t.Fatalf("%+v: %v", w, err)
	}
	for _, line := range []string{
		"DTSTART:20261125T133000Z", "DTEND:20261125T143000Z", "SUMMARY:Test drive: Patrícia Assunção", `DESCRIPTION:Jeep Compass\, RIO2A18\n(11) 98527-0593`,
		"DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261127", "SUMMARY:Lavar o carro: Patrícia Assunção", "DTSTAMP:20261123T120000Z",
	} {
		if !strings.Contains(read(), line+"\r\n") {
			t.Errorf("no %s in\n%s", line, read())
		}
	}
	v, err := a.Load(ask.Request)
	if err != nil {
		t.Fatal(err)
	}
	ask.ActivityID = v.Days[4].Entries[0].ID
	if w, err = a.Export(file.Handle, ask); err != nil || w.Count != 1 || strings.Count(read(), "BEGIN:VEVENT") != 1 || !strings.Contains(read(), "UID:"+ask.ActivityID+"\r\n") {
		t.Errorf("one: %+v, %v\n%s", w, err, read())
	}
	for _, wrong := range []struct {
		handle string
		ask    CalendarAsk
		code   crm.Code
	}{
		{"nobody's", ask, CodeFileHandle},
		{files.Add(path, FileRead).Handle, ask, CodeFileHandle},
		{file.Handle, CalendarAsk{ActivityID: crm.ReadyShop}, crm.CodeNotFound},
		{file.Handle, CalendarAsk{ActivityID: "1"}, crm.CodeInvalid},
		{file.Handle, CalendarAsk{}, crm.CodeInvalid},
	} {
		if _, err := a.Export(wrong.handle, wrong.ask); crm.CodeOf(err) != wrong.code {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}
