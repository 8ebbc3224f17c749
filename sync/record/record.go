// Package record holds what a replica knows about one record beside its
// values: which write each field shows, which writes were seen, and whether
// the record lives. It is pure: no disk, no CRM.
package record

import (
	"slices"
	"strings"

	"patio/sync/vv"
)

// HLC is a hybrid logical clock: milliseconds UTC in the upper 48 bits, a
// counter in the lower 16. It orders winners and display, never causality.
type HLC uint64

// Clock makes an HLC from milliseconds.
func Clock(ms int64) HLC { return HLC(ms) << 16 }

// Millis answers the clock's milliseconds UTC.
func (h HLC) Millis() int64 { return int64(h >> 16) }

// ID names a record: a UUID.
type ID [16]byte

// Key names a field: a small stable id, and for an element of a set its subkey.
type Key struct {
	ID  uint16
	Sub string
}

// Compare orders keys by id, then by subkey.
func (k Key) Compare(o Key) int {
	if k.ID != o.ID {
		return int(k.ID) - int(o.ID)
	}
	return strings.Compare(k.Sub, o.Sub)
}

// Field is one live write of a field. Value is what was written, opaque here.
// Where a domain row holds it, a State leaves it "".
type Field struct {
	Key   Key
	Dot   vv.Dot
	At    HLC
	Value string
}

// before orders live writes: by key, then by dot.
func (f Field) before(o Field) bool {
	if c := f.Key.Compare(o.Key); c != 0 {
		return c < 0
	}
	return f.Dot.Before(o.Dot)
}

// Life is a live write to the record's life.
type Life struct {
	Dot  vv.Dot
	At   HLC
	Dead bool
	Seen vv.Vector // of a deletion: what it had seen, its own dot included
}

// State is a record. Fields are sorted by Key, live writes of one field and
// Life by Dot.
type State struct {
	Seen   vv.Vector
	Fields []Field
	Life   []Life
}

// Put makes d the only live write of a field. at must be greater than every
// clock in the field; Next makes such a one.
func (s *State) Put(k Key, d vv.Dot, at HLC) {
	i, end := s.span(k)
	s.Fields = slices.Replace(s.Fields, i, end, Field{Key: k, Dot: d, At: at})
	s.Seen = s.Seen.With(d)
}

// Remove takes an element out of its set. d is the removal's own write, so
// that the vector tells of it.
func (s *State) Remove(k Key, d vv.Dot) {
	i, end := s.span(k)
	s.Fields = slices.Delete(s.Fields, i, end)
	s.Seen = s.Seen.With(d)
}

// Delete makes d the only live write of the record's life: it died, knowing
// all that was seen.
func (s *State) Delete(d vv.Dot, at HLC) {
	s.Seen = s.Seen.With(d)
	s.Life = append(s.Life[:0], Life{Dot: d, At: at, Dead: true, Seen: slices.Clone(s.Seen)})
}

// Revive writes life over the deletions that were seen.
func (s *State) Revive(d vv.Dot, at HLC) {
	s.Seen = s.Seen.With(d)
	s.Life = append(s.Life[:0], Life{Dot: d, At: at})
}

// Dead says whether a deletion is live and the live deletions together saw
// every write of a person; a hub's writes never revive.
func (s *State) Dead() bool {
	dead := false
	for _, l := range s.Life {
		dead = dead || l.Dead
	}
	if !dead {
		return false
	}
	for _, c := range s.Seen {
		if c.Replica < vv.FirstDevice {
			continue
		}
		var known uint64
		for _, l := range s.Life {
			if l.Dead {
				known = max(known, l.Seen.At(c.Replica))
			}
		}
		if c.N > known {
			return false
		}
	}
	return true
}

// Live answers the winning write of a field: the greatest by clock, replica, n.
func (s *State) Live(k Key) (Field, bool) {
	i, end := s.span(k)
	if i == end {
		return Field{}, false
	}
	win := s.Fields[i]
	for _, f := range s.Fields[i+1 : end] {
		if f.At > win.At || f.At == win.At && win.Dot.Before(f.Dot) {
			win = f
		}
	}
	return win, true
}

// Next answers a clock greater than now and than every clock in the field.
func (s *State) Next(k Key, now HLC) HLC {
	i, end := s.span(k)
	for _, f := range s.Fields[i:end] {
		now = max(now, f.At+1)
	}
	return now
}

// span answers where a field's writes stand: [i, end).
func (s *State) span(k Key) (i, end int) {
	i, _ = slices.BinarySearchFunc(s.Fields, k, func(f Field, k Key) int { return f.Key.Compare(k) })
	for end = i; end < len(s.Fields) && s.Fields[end].Key == k; end++ {
	}
	return i, end
}
