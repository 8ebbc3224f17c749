package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// check holds every replica to the hub, and the hub to what people wrote.
func (w *world) check(ctx context.Context) error {
	m, err := w.look(ctx)
	if err != nil {
		return err
	}
	if err := w.sound(&m); err != nil {
		return err
	}
	at := m.states
	latest := record.Clock(w.now.Add(time.Minute + time.Second).UnixMilli())
	for id, s := range at {
		for _, f := range s.Fields {
			if f.At > latest {
				return fmt.Errorf("record %x: %+v is stamped %d ms ahead", id, f, f.At.Millis()-w.now.UnixMilli())
			}
		}
	}
	for _, d := range w.devices {
		for id, s := range at {
			h, scopes := d.db.held[id], d.seen(m.rows[id].Scopes)
			sees := len(scopes) > 0 || d.sees(hub.Everything)
			switch {
			case !sees && h != nil:
				return fmt.Errorf("device %s holds %x, which it may not see: %+v", d.name, id, h)
			case sees && (h == nil || !slices.Equal(h.State.AppendValues(nil), s.AppendValues(nil))):
				return fmt.Errorf("device %s, record %x:\n%+v\nthe hub has\n%+v", d.name, id, h, s)
			case sees && !slices.Equal(d.seen(h.Scopes), scopes):
				return fmt.Errorf("device %s: %x is in %v, not in %v", d.name, id, scopes, h.Scopes)
			case sees && waits(h):
				return fmt.Errorf("device %s: %x still waits: %+v", d.name, id, h.Waits)
			}
		}
		for id := range d.db.held {
			if at[id] == nil {
				return fmt.Errorf("device %s holds %x, which the hub has not", d.name, id)
			}
		}
		for _, f := range d.db.filed {
			if m.erased[f.ID] {
				return fmt.Errorf("device %s has filed %q of %x, which was erased", d.name, f.Value, f.ID)
			}
		}
		r, err := client.New(d.db, d.wire(), d.clock).Sync(ctx)
		if err != nil {
			return fmt.Errorf("device %s: %w", d.name, err)
		}
		if r != (client.Result{}) {
			return fmt.Errorf("device %s: a sync that has nothing to do did %+v", d.name, r)
		}
	}
	return w.nothingLost(&m)
}

func (d *device) sees(scope record.ID) bool {
	return slices.ContainsFunc(d.db.meta.Grants, func(g protocol.Grant) bool { return g.Scope == scope })
}

// seen answers the scopes among these that a device may see.
func (d *device) seen(scopes []record.ID) []record.ID {
	return slices.DeleteFunc(slices.Clone(scopes), func(s record.ID) bool { return !d.sees(s) && !d.sees(hub.Everything) })
}

// nothingLost holds what is live to what people wrote and saw: a value is live
// unless a later write replaced it before its writer's eyes, or it was refused
// and filed.
func (w *world) nothingLost(m *moment) error {
	at := m.states
	for _, d := range w.devices {
		w.note(d)
	}
	gone := w.gone(at)
	for _, value := range slices.Sorted(maps.Keys(w.writes)) {
		f := w.writes[value]
		live := w.live(at, value)
		switch {
		case m.erased[f.id]:
			if live {
				return fmt.Errorf("%s is live in %x, which was erased", value, f.id)
			}
		case !live && w.filed[value]: // shown to whoever wrote it
		case refusable(value):
			if live {
				return fmt.Errorf("%s was to be refused and is live", value)
			}
			if !w.filed[value] && !f.lost && !gone[value] {
				return fmt.Errorf("%s was refused and filed nowhere", value)
			}
		case f.lost:
		case gone[value] && live && w.doubled[value]:
		case gone[value] == live:
			return fmt.Errorf("%s of device %s in %x %v: live %v, replaced %v", value, f.by.name, f.id, f.key, live, gone[value])
		}
	}
	return nil
}

// gone answers the values that were replaced before their replacer's eyes. What
// nobody but its writer ever saw passes on what it had replaced; a refused value
// takes along only what nobody else saw.
func (w *world) gone(at map[record.ID]*record.State) map[string]bool {
	gone := map[string]bool{}
	var replace func(values []string, private bool)
	replace = func(values []string, private bool) {
		for _, v := range values {
			if private && w.hasArrived(v) && !refusable(v) {
				continue
			}
			gone[v] = true
			if !w.hasArrived(v) || refusable(v) || w.writes[v].lost {
				replace(w.writes[v].replaced, private)
			}
		}
	}
	for value, f := range w.writes {
		if refused := refusable(value) || w.filed[value] && !w.hasArrived(value); (!f.lost || w.live(at, value)) && (refused || w.hasArrived(value)) {
			replace(f.replaced, refused)
		}
	}
	return gone
}

// double notes the values that wait in a database of which there are two from
// now on: what one replaces, the other may tell.
func (w *world) double(db *memory) {
	for _, h := range db.held {
		for _, f := range h.State.Fields {
			if f.Dot.Replica == db.meta.Replica && !h.Hub.Has(f.Dot) {
				w.doubled[f.Value] = true
			}
		}
	}
	var p protocol.Push
	if db.meta.Sent == nil || protocol.Decode(db.meta.Sent, &p) != nil {
		return
	}
	for _, item := range p.Items {
		if s, err := record.Decode(item.State); err == nil {
			for _, f := range s.Fields {
				w.doubled[f.Value] = true
			}
		}
	}
}

func (w *world) hasArrived(value string) bool { return w.reached[value] != vv.Dot{} }

func (w *world) live(at map[record.ID]*record.State, value string) bool {
	f := w.writes[value]
	s := at[f.id]
	return s != nil && slices.ContainsFunc(s.Fields, func(x record.Field) bool { return x.Key == f.key && x.Value == value })
}

// arrived notes the values of a batch that the hub has judged. A value that
// arrives as two writes was told by two copies of a database, or again after
// its answer was lost with the number or the hub that it was told to.
func (w *world) arrived(p *protocol.Push, answer *protocol.Pushed) {
	for i, item := range p.Items {
		s, err := record.Decode(item.State)
		if verdict := answer.Verdicts[i].Status; err != nil || verdict != protocol.Accepted && verdict != protocol.Refused {
			continue
		}
		for _, f := range s.Fields {
			if slices.Contains(answer.Verdicts[i].Refused, f.Key) {
				continue
			}
			if dot, again := w.reached[f.Value]; again && dot != f.Dot {
				w.doubled[f.Value] = true
			}
			w.reached[f.Value] = f.Dot
		}
	}
}

// forget marks as lost the writes that nobody knows of any more: the hub alone
// had them, for nobody saw their scope. What only their writers ever saw before
// that is lost with them.
func (w *world) forget(ctx context.Context) error {
	after, err := w.look(ctx)
	for value := range w.writes {
		if w.hasArrived(value) && !w.known(&after, value) {
			w.lost(&after, value)
		}
	}
	return err
}

func (w *world) lost(m *moment, value string) {
	f := w.writes[value]
	f.lost = true
	for _, v := range f.replaced {
		if !w.writes[v].lost && !w.hasArrived(v) && !w.known(m, v) {
			w.lost(m, v)
		}
	}
}

// known says whether the hub or a device has a value, or saw it.
func (w *world) known(m *moment, value string) bool {
	id, dot := w.writes[value].id, w.reached[value]
	saw := func(s *record.State) bool { return w.hasArrived(value) && s.Seen.Has(dot) }
	if s := m.states[id]; s != nil && saw(s) {
		return true
	}
	return slices.ContainsFunc(w.devices, func(d *device) bool {
		h := d.db.held[id]
		return h != nil && saw(&h.State) || d.holds(id, value)
	})
}

// lose marks what a device wrote since, and nobody else has.
func (w *world) lose(d *device, since int) {
	for value, f := range w.writes {
		if f.by == d && f.order >= since && (!w.hasArrived(value) || refusable(value)) {
			f.lost = true
		}
	}
}

// note keeps what a device filed, before its database goes.
func (w *world) note(d *device) {
	for _, f := range d.db.filed {
		w.filed[f.Value] = true
	}
}
