package hub

import (
	"context"
	"slices"

	"patio/sync/record"
	"patio/sync/vv"
)

// Arrangement gives a field that shows Old the value New.
type Arrangement struct {
	ID       record.ID
	Key      record.Key
	Old, New string
}

// Arrange puts values in the place of others that say the same to a person, as
// ranks do that leave cards in their order. Each keeps the clock of the write
// that it replaces, so that whatever people write apart from it wins or loses as
// if it weren't there. What shows something else by now, or is deleted or
// erased, stays as it is. It answers how many it changed.
func (h *Hub) Arrange(ctx context.Context, workspace record.ID, list []Arrangement) (changed int, err error) {
	err = h.change(ctx, workspace, func(b *batch) error {
		ids := make([]record.ID, len(list))
		for i := range list {
			ids[i] = list[i].ID
		}
		if err := b.lookErased(ids); err != nil {
			return err
		}
		for i := range list {
			a := &list[i]
			k := b.looked[a.ID]
			if k == nil || b.erased[a.ID] || k.state.Dead() {
				continue
			}
			s := k.state.Clone()
			desk := vv.FirstDesk + b.head.Hub
			if !a.put(s, vv.Dot{Replica: desk, N: s.Seen.At(desk) + 1}) {
				continue
			}
			changed++
			k.written = true
			b.set(k, s)
		}
		return nil
	})
	return changed, err
}

// put replaces the write that a field shows; the others that are live, if any,
// are people's to choose from, and stay. One that is as late as another would
// lose to it in the desk's name, and stays, too.
func (a *Arrangement) put(s *record.State, dot vv.Dot) bool {
	win, there := s.Live(a.Key)
	if !there || win.Value != a.Old || a.Old == a.New {
		return false
	}
	at := -1
	for i, f := range s.Fields {
		switch {
		case f.Dot == win.Dot:
			at = i
		case f.Key == a.Key && f.At == win.At:
			return false
		}
	}
	s.Fields = slices.Delete(s.Fields, at, at+1)
	// A field's writes stand by their dots, and the desk's come first but for a hub's.
	to := slices.IndexFunc(s.Fields, func(f record.Field) bool {
		return f.Key.Compare(a.Key) > 0 || f.Key == a.Key && dot.Before(f.Dot)
	})
	if to < 0 {
		to = len(s.Fields)
	}
	s.Fields = slices.Insert(s.Fields, to, record.Field{Key: a.Key, Dot: dot, At: win.At, Value: a.New})
	s.Seen = s.Seen.With(dot)
	return true
}

// overArrangements lets a device's write take the place of an arrangement that
// it had not heard of, if it knew all that people had said in the record, and
// tells nothing else in the field: two moves apart are for somebody to decide, a
// move and a tidying are not. s is the record as now became by what was told.
func overArrangements(s, now *record.State, told *record.Delta, writer vv.Replica) {
	if now == nil || !slices.ContainsFunc(now.Fields, func(f record.Field) bool { return f.Dot.Replica.Arranges() && !told.Seen.Has(f.Dot) }) {
		return
	}
	for _, c := range now.Seen {
		if c.Replica != writer && !c.Replica.Arranges() && !told.Seen.Has(vv.Dot(c)) {
			return
		}
	}
	s.Fields = slices.DeleteFunc(s.Fields, func(f record.Field) bool {
		return f.Dot.Replica.Arranges() && !told.Seen.Has(f.Dot) && replaces(told, now, f.Key, writer)
	})
}

// replaces says whether a new write of the device's is all that it tells of a
// field. What else it tells there it had come to know beside its own.
func replaces(told *record.Delta, now *record.State, key record.Key, writer vv.Replica) bool {
	writes := 0
	for _, f := range told.Fields {
		if f.Key != key {
			continue
		}
		if writes++; f.Dot.Replica != writer || now.Seen.Has(f.Dot) {
			return false
		}
	}
	return writes > 0
}
