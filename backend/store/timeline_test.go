package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
)

func TestATimelineGoesBackPageByPageToTheMaking(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 0)
	var id string
	w.transact("lead.create", func(tx *Tx) (err error) { id, err = w.put(tx); return err })
	for i := range 40 {
		if w.r.IntN(3) > 0 { // else of one moment with the one before
			w.now = w.now.Add(time.Minute)
		}
		w.transact("lead.update", func(tx *Tx) error {
			if i%2 == 0 {
				return Put(tx, &crm.Activity{LeadID: id, Kind: crm.ActivityNote, Body: fmt.Sprint(i), DoneAt: w.now.UnixMilli(), CreatedAt: w.now.UnixMilli()})
			}
			l, err := Get[crm.Lead](tx, id)
			if err != nil {
				return err
			}
			l.ValueCents++
			return Put(tx, l)
		})
	}
	w.transact("activity.add", func(tx *Tx) error {
		return Put(tx, &crm.Activity{LeadID: id, Kind: crm.ActivityTask, Title: "planejada", DueAt: w.now.UnixMilli() + 1})
	})
	all, more, err := w.s.Timeline(ctx, id, 0, MaxPage)
	if err != nil || more {
		t.Fatal(more, err)
	}
	if last := all[len(all)-1]; last.Type != "created" || last.ID != id {
		t.Errorf("the last entry is %+v", last)
	}
	events := 0
	for i, item := range all {
		switch item.Type {
		case "event":
			events++
			if len(item.Changes) == 0 || item.Op == "" {
				t.Errorf("event %+v says nothing", item)
			}
		case "activity":
			if item.Activity.DoneAt == 0 || item.At != item.Activity.DoneAt {
				t.Errorf("%+v is planned", item.Activity)
			}
		}
		if i > 0 && i < len(all)-1 && item.At > all[i-1].At {
			t.Errorf("entry %d is newer than the one before", i)
		}
	}
	if events < 20 {
		t.Errorf("%d events", events)
	}
	var paged []string
	for before, more := int64(0), true; more; {
		var items []crm.TimelineItem
		if items, more, err = w.s.Timeline(ctx, id, before, 7); err != nil {
			t.Fatal(err)
		}
		for _, item := range items {
			paged = append(paged, item.ID)
		}
		before = items[len(items)-1].At
	}
	var want []string
	for _, item := range all {
		want = append(want, item.ID)
	}
	if !slices.Equal(paged, want) {
		t.Errorf("by pages %d entries, at once %d", len(paged), len(want))
	}
	_, _, err = w.s.Timeline(ctx, w.s.NewID(), 0, 5)
	wantCode(t, err, crm.CodeNotFound)
}
