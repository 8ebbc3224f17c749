package sim

import (
	"context"
	"fmt"
	"slices"

	"patio/sync/client"
)

// flip lets a device's disk lose something of records of which nothing waits: a
// live write, whose vector stays, or all of the record. It answers of how many.
func (d *device) flip() (lost int) {
	w := d.w
	for _, id := range w.ids {
		h := d.db.held[id]
		if h == nil || waits(h) || w.r.IntN(1000) >= w.mix.Flip {
			continue
		}
		h = cloneHeld(h)
		fields, lives := len(h.State.Fields), len(h.State.Life)
		at := w.r.IntN(fields + lives + 1)
		switch {
		case at < fields:
			h.State.Fields = slices.Delete(h.State.Fields, at, at+1)
		case at < fields+lives:
			h.State.Life = slices.Delete(h.State.Life, at-fields, at-fields+1)
		default:
			delete(d.db.held, id)
			lost++
			continue
		}
		d.db.held[id] = h
		lost++
	}
	return lost
}

// heal has a device compare, which mends so many records and nothing else, and
// is done then.
func (d *device) heal(ctx context.Context, lost int) error {
	for _, want := range []client.Result{{Healed: lost}, {}} {
		r, err := client.New(d.db, d.wire(), d.clock).Sync(ctx, client.Compare)
		if err != nil {
			return err
		}
		if r != want {
			return fmt.Errorf("comparing did %+v, want %+v", r, want)
		}
	}
	return nil
}
