package record

import (
	"slices"

	"patio/sync/vv"
)

// Delta is what one replica tells another of a record. It tells a field as a
// whole: all of its live writes, or that it has none.
type Delta struct {
	State           // Seen is the writer's whole vector; Fields and Life only what is told
	Keys     []Key  // the fields told, sorted; nil of a complete one
	LifeToo  bool   // the life is told, too; a complete one always tells it
	Complete bool   // every field is told: what is not in Fields has no live write
	Base     uint64 // of a partial one: the receiver must have seen its writer up to here
}

// Whole tells all of a record.
func (s *State) Whole() Delta { return Delta{State: *s, Complete: true} }

// Partial tells some fields of a record. keys are sorted; base is how far the
// receiver is known to have seen the writer in this record.
func (s *State) Partial(keys []Key, life bool, base uint64) Delta {
	d := Delta{State: State{Seen: s.Seen}, Keys: keys, LifeToo: life, Base: base}
	for _, k := range keys {
		i, end := s.span(k)
		d.Fields = append(d.Fields, s.Fields[i:end]...)
	}
	if life {
		d.Life = s.Life
	}
	return d
}

// Merge joins what the other side tells into s: a live write stays unless the
// other side has seen it and holds it no more. Merging is commutative,
// associative and idempotent. It answers false, and leaves s alone, when a
// partial Delta builds on writes that s has not seen: then the whole record is
// needed. Nothing of d is kept by reference that s writes to.
func (s *State) Merge(d Delta, writer vv.Replica) bool {
	if !d.Complete && d.Base > s.Seen.At(writer) {
		return false
	}
	out := make([]Field, 0, len(s.Fields)+len(d.Fields))
	mine, theirs := s.Fields, d.Fields
	told := func(k Key) bool {
		if d.Complete {
			return true
		}
		_, ok := slices.BinarySearchFunc(d.Keys, k, Key.Compare)
		return ok
	}
	for len(mine) > 0 || len(theirs) > 0 {
		switch {
		case len(theirs) == 0 || len(mine) > 0 && mine[0].before(theirs[0]):
			if f := mine[0]; !told(f.Key) || !d.Seen.Has(f.Dot) {
				out = append(out, f)
			}
			mine = mine[1:]
		case len(mine) == 0 || theirs[0].before(mine[0]):
			if f := theirs[0]; !s.Seen.Has(f.Dot) {
				out = append(out, f)
			}
			theirs = theirs[1:]
		default:
			f := mine[0]
			f.At = min(f.At, theirs[0].At)
			out = append(out, f)
			mine, theirs = mine[1:], theirs[1:]
		}
	}
	s.Fields = out
	if d.Complete || d.LifeToo {
		s.Life = joinLife(s.Life, s.Seen, d.Life, d.Seen)
	}
	s.Seen = s.Seen.Join(d.Seen)
	return true
}

// joinLife joins the writes to a record's life as Merge joins a field's.
func joinLife(mine []Life, seen vv.Vector, theirs []Life, theirSeen vv.Vector) []Life {
	var out []Life
	for len(mine) > 0 || len(theirs) > 0 {
		switch {
		case len(theirs) == 0 || len(mine) > 0 && mine[0].Dot.Before(theirs[0].Dot):
			if !theirSeen.Has(mine[0].Dot) {
				out = append(out, mine[0])
			}
			mine = mine[1:]
		case len(mine) == 0 || theirs[0].Dot.Before(mine[0].Dot):
			if !seen.Has(theirs[0].Dot) {
				out = append(out, theirs[0])
			}
			theirs = theirs[1:]
		default:
			l := mine[0]
			l.At = min(l.At, theirs[0].At)
			out = append(out, l)
			mine, theirs = mine[1:], theirs[1:]
		}
	}
	return out
}

// Clone answers a copy that shares nothing that is written to.
func (s *State) Clone() *State {
	return &State{Seen: slices.Clone(s.Seen), Fields: slices.Clone(s.Fields), Life: slices.Clone(s.Life)}
}

// Own says what of a held record waits to be pushed.
type Own struct {
	Replica vv.Replica
	Hub     vv.Vector // the record's vector as the hub last told it
	Waits   uint64    // the last of this replica's writes that wait; 0 none
	Dirty   []Key     // fields with a write that waits, sorted
	Life    bool      // the life has one
}

// Take lets the hub's record h, told whole, replace the held one: its clean
// fields become the hub's, its dirty ones join. Joining alone would never heal a
// replica whose vector is right and whose write is gone. When h has not seen
// what the hub once answered to have seen, the page is stale or the hub was
// restored: then all of it joins.
func (s *State) Take(h *State, own Own) {
	switch own.Hub.Compare(h.Seen) {
	case vv.Equal, vv.Before:
	default:
		s.Merge(h.Whole(), own.Replica)
		return
	}
	joined := s.Clone()
	joined.Merge(h.Whole(), own.Replica)
	dirty := func(k Key) bool {
		_, ok := slices.BinarySearchFunc(own.Dirty, k, Key.Compare)
		return ok
	}
	fields := make([]Field, 0, len(joined.Fields))
	mine, theirs := joined.Fields, h.Fields
	for len(mine) > 0 || len(theirs) > 0 {
		takeMine := len(theirs) == 0 || len(mine) > 0 && mine[0].before(theirs[0])
		if takeMine {
			if dirty(mine[0].Key) {
				fields = append(fields, mine[0])
			}
			mine = mine[1:]
			continue
		}
		if !dirty(theirs[0].Key) {
			fields = append(fields, theirs[0])
		} else if len(mine) > 0 && !theirs[0].before(mine[0]) {
			fields = append(fields, mine[0])
		}
		if len(mine) > 0 && !theirs[0].before(mine[0]) {
			mine = mine[1:]
		}
		theirs = theirs[1:]
	}
	s.Fields = fields
	if own.Life {
		s.Life = joined.Life
	} else {
		s.Life = slices.Clone(h.Life)
	}
	s.Seen = slices.Clone(h.Seen)
	if own.Waits > 0 {
		s.Seen = s.Seen.With(vv.Dot{Replica: own.Replica, N: own.Waits})
	}
}

// Rename gives the writes that the hub has not seen a new number: what a copy
// of a database, a restored one or one that joins does before it pushes. n is
// kept. acked is how far the hub has seen the old number's writes to this record.
func (s *State) Rename(from, to vv.Replica, acked uint64) {
	for i, f := range s.Fields {
		if f.Dot.Replica == from && f.Dot.N > acked {
			s.Fields[i].Dot.Replica = to
		}
	}
	slices.SortFunc(s.Fields, func(a, b Field) int {
		if a.before(b) {
			return -1
		}
		if b.before(a) {
			return 1
		}
		return 0
	})
	for i := range s.Life {
		l := &s.Life[i]
		if l.Dot.Replica != from || l.Dot.N <= acked {
			continue
		}
		l.Dot.Replica = to
		l.Seen = l.Seen.Renamed(from, to, acked)
	}
	slices.SortFunc(s.Life, func(a, b Life) int {
		if a.Dot.Before(b.Dot) {
			return -1
		}
		if b.Dot.Before(a.Dot) {
			return 1
		}
		return 0
	})
	s.Seen = s.Seen.Renamed(from, to, acked)
}

// Conflicts answers the fields with live writes of more than one value, by key.
func (s *State) Conflicts() []Key {
	var out []Key
	for i := 0; i < len(s.Fields); {
		end, differ := i+1, false
		for ; end < len(s.Fields) && s.Fields[end].Key == s.Fields[i].Key; end++ {
			differ = differ || s.Fields[end].Value != s.Fields[i].Value
		}
		if differ {
			out = append(out, s.Fields[i].Key)
		}
		i = end
	}
	return out
}
