package sim

import (
	"context"
	"errors"
	"testing"

	"patio/sync/client"
	"patio/sync/record"
	"patio/sync/vv"
)

func TestAPersonIsAskedBeforeAPullRemovesMany(t *testing.T) {
	ctx := context.Background()
	const all, gone, few = 100, 30, 20
	w, err := newWorld(ctx, Mix{Devices: 2, Records: all}, 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.calm = true
	for _, id := range w.ids {
		err := w.devices[0].db.write(id, deal, func(s *record.State, d vv.Dot) record.Key {
			key := record.Key{ID: 1}
			s.Put(key, d, record.Clock(w.now.UnixMilli()))
			return key
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range w.devices {
		if err := d.sync(ctx); err != nil {
			t.Fatal(err)
		}
	}
	d := w.devices[1]
	holds := func(what string, want int) {
		t.Helper()
		if len(d.db.held) != want {
			t.Errorf("%s: %d records are held, want %d", what, len(d.db.held), want)
		}
	}
	erase := func(ids []record.ID) {
		t.Helper()
		if err := w.hub.Erase(ctx, w.workspace, ids); err != nil {
			t.Fatal(err)
		}
	}
	erase(w.ids[:gone])
	c := client.New(d.db, d.wire(), d.clock)
	for range 2 { // asking changes nothing
		_, err = c.Sync(ctx)
		var many *client.ManyRemovals
		if !errors.As(err, &many) || many.Removed != gone || many.Held != all {
			t.Errorf("%+v, %v", many, err)
		}
		holds("unasked", all)
	}
	if _, err := c.Sync(ctx, client.AllowRemovals); err != nil {
		t.Error(err)
	}
	holds("after a yes", all-gone)
	erase(w.ids[gone : gone+few])
	if _, err := c.Sync(ctx); err != nil {
		t.Errorf("a few: %v", err)
	}
	holds("a few", all-gone-few)
	erase(w.ids[gone+few:])
	if _, err := c.Sync(ctx); err == nil {
		t.Error("the yes held for a later sync")
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
}
