package hub

import (
	"fmt"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// honest checks that new writes are the sender's own, beyond those that the
// hub has seen of it in this record, and that it claims no other knowledge
// than the hub gave it.
func honest(r vv.Replica, now *record.State, told *record.Delta) error {
	forged := func(d vv.Dot) bool {
		if now.Seen.Has(d) {
			return false
		}
		return d.Replica != r || !told.Seen.Has(d)
	}
	for _, f := range told.Fields {
		if forged(f.Dot) {
			return protocol.Refuse(protocol.CodeForged, fmt.Errorf("write %v", f.Dot))
		}
	}
	for _, l := range told.Life {
		if forged(l.Dot) {
			return protocol.Refuse(protocol.CodeForged, fmt.Errorf("write %v to a life", l.Dot))
		}
		for _, c := range l.Seen {
			if !told.Seen.Has(vv.Dot(c)) {
				return protocol.Refuse(protocol.CodeForged, fmt.Errorf("a deletion that saw %v", c))
			}
		}
	}
	for _, c := range told.Seen {
		if c.Replica != r && !now.Seen.Has(vv.Dot(c)) {
			return protocol.Refuse(protocol.CodeForged, fmt.Errorf("knowledge of %v", c))
		}
	}
	return nil
}

// stampAtMost brings the sender's own clocks back to a limit.
func stampAtMost(d *record.Delta, r vv.Replica, limit record.HLC) {
	for i := range d.Fields {
		if f := &d.Fields[i]; f.Dot.Replica == r {
			f.At = min(f.At, limit)
		}
	}
	for i := range d.Life {
		if l := &d.Life[i]; l.Dot.Replica == r {
			l.At = min(l.At, limit)
		}
	}
}

// accepted takes refused fields out of a Delta. What it says to have seen of
// its writer ends at the last write that was accepted: a refused one gets no dot.
func accepted(d record.Delta, refused []record.Key, r vv.Replica, now *record.State) record.Delta {
	no := func(k record.Key) bool {
		_, found := slices.BinarySearchFunc(refused, k, record.Key.Compare)
		return found
	}
	keys := d.Keys
	if d.Complete {
		keys = nil
		for i, f := range d.Fields {
			if i == 0 || f.Key != d.Fields[i-1].Key {
				keys = append(keys, f.Key)
			}
		}
	}
	lifeToo := (d.LifeToo || d.Complete) && !no(LifeKey)
	out := d.State.Partial(slices.DeleteFunc(slices.Clone(keys), no), lifeToo, d.Base)
	last := now.Seen.At(r)
	for _, f := range out.Fields {
		if f.Dot.Replica == r {
			last = max(last, f.Dot.N)
		}
	}
	for _, l := range out.Life {
		if l.Dot.Replica == r {
			last = max(last, l.Dot.N)
		}
	}
	seen := make(vv.Vector, 0, len(d.Seen))
	for _, c := range d.Seen {
		if c.Replica == r {
			c.N = min(c.N, last)
		}
		if c.N > 0 {
			seen = append(seen, c)
		}
	}
	out.Seen = seen
	return out
}

// toldKeys answers all that a Delta tells, sorted.
func toldKeys(d *record.Delta) []record.Key {
	keys := slices.Clone(d.Keys)
	for _, f := range d.Fields {
		keys = append(keys, f.Key)
	}
	if d.LifeToo || len(d.Life) > 0 {
		keys = append(keys, LifeKey)
	}
	slices.SortFunc(keys, record.Key.Compare)
	return slices.Compact(keys)
}
