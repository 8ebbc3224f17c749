package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
)

func TestAHistoryIsFilteredByKindAndSearched(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t)
	s := a.s
	lead := makeLead(t, s, "Ana")
	other := crm.ReadyPipelines()[0].Stages[1]
	act := func(kind, body string) {
		a.now = a.now.Add(time.Minute)
		a.do("activity.log", func(tx *Tx) error {
			return Put(tx, &crm.Activity{LeadID: lead, Kind: kind, Body: body, DoneAt: tx.Now, CreatedAt: tx.Now})
		})
	}
	act(crm.ActivityNote, "Prefere ligação à tarde")
	act(crm.ActivityCall, "Não atendeu")
	act(crm.ActivityEmail, "Mandei a proposta")
	a.now = a.now.Add(time.Minute)
	a.do("lead.move", func(tx *Tx) error {
		l, err := Get[crm.Lead](tx, lead)
		if err != nil {
			return err
		}
		l.StageID, l.StageSince = other.ID, tx.Now
		return Put(tx, l)
	})
	a.now = a.now.Add(time.Minute)
	a.do("lead.update", func(tx *Tx) error {
		l, err := Get[crm.Lead](tx, lead)
		if err != nil {
			return err
		}
		l.Vehicle = "Fiat Toro"
		return Put(tx, l)
	})
	a.now = a.now.Add(time.Minute)
	rg := attach(t, s, lead, "RG.jpg", "um documento")
	attach(t, s, lead, "frente.jpg", "um carro")
	a.now = a.now.Add(time.Minute)
	detach(t, s, rg.ID)

	for name, c := range map[string]struct {
		f    crm.TimelineFilter
		want int
	}{
		"all":                            {crm.TimelineFilter{}, 8},
		"notes":                          {crm.TimelineFilter{Kinds: []string{crm.EntryNote}}, 1},
		"messages":                       {crm.TimelineFilter{Kinds: []string{crm.EntryMessage}}, 1},
		"actions and messages":           {crm.TimelineFilter{Kinds: []string{crm.EntryAction, crm.EntryMessage}}, 2},
		"stages":                         {crm.TimelineFilter{Kinds: []string{crm.EntryStage}}, 1},
		"edits, the making among them":   {crm.TimelineFilter{Kinds: []string{crm.EntryEdit}}, 2},
		"files, those taken off too":     {crm.TimelineFilter{Kinds: []string{crm.EntryFile}}, 2},
		"words in any order, no accents": {crm.TimelineFilter{Text: "tarde LIGACAO"}, 1},
		"a stage by its name":            {crm.TimelineFilter{Text: other.Names[crm.Portuguese]}, 1},
		"an edit by its value":           {crm.TimelineFilter{Text: "toro"}, 1},
		"a file by its name":             {crm.TimelineFilter{Text: "frente"}, 1},
		"a kind and a word":              {crm.TimelineFilter{Kinds: []string{crm.EntryNote}, Text: "proposta"}, 0},
	} {
		got, more, err := s.FindInTimeline(ctx, lead, c.f, 0, 50)
		if err != nil || more || len(got) != c.want {
			t.Errorf("%s: %d entries, %v, %v: %+v", name, len(got), more, err, got)
		}
	}
	_, _, err := s.FindInTimeline(ctx, s.NewID(), crm.TimelineFilter{}, 0, 5)
	wantCode(t, err, crm.CodeNotFound)
}

// What is rare in a long history is found however far back, each once.
func TestAFilteredHistoryIsPagedToItsEnd(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t)
	lead := makeLead(t, a.s, "Ana")
	for i := range 50 {
		a.now = a.now.Add(time.Second)
		a.do("activity.log", func(tx *Tx) error {
			for j := range 10 {
				note := crm.Activity{LeadID: lead, Kind: crm.ActivityNote, Body: fmt.Sprintf("nota %d", i*10+j), DoneAt: tx.Now, CreatedAt: tx.Now}
				if i%10 == 0 && j == 0 {
					note.Body = fmt.Sprintf("agulha %d", i)
				}
				if err := Put(tx, &note); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var found []string
	before, pages := int64(0), 0
	for more := true; more; pages++ {
		var items []crm.TimelineItem
		var err error
		if items, more, err = a.s.FindInTimeline(ctx, lead, crm.TimelineFilter{Text: "agulha"}, before, 2); err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			found = append(found, it.Activity.Body)
			before = it.At
		}
	}
	if want := []string{"agulha 40", "agulha 30", "agulha 20", "agulha 10", "agulha 0"}; !slices.Equal(found, want) || pages < 2 {
		t.Errorf("%v in %d pages", found, pages)
	}
}
