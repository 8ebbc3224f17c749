// Package record holds what a replica knows about one record beside its
// values: which write each field shows, which writes were seen, and whether
// the record lives. It is pure: no disk, no CRM.
package record

import (
	"encoding/binary"
	"errors"
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

// ErrEncoding says that bytes are no state.
var ErrEncoding = errors.New("record: malformed state")

// format is the first byte of an encoded state.
const format = 1

// Append adds the state's bytes to b. Writes of one operation are consecutive
// in n and share a clock, so fields are written as runs: a new lead of twenty
// fields takes some forty bytes.
func (s *State) Append(b []byte) []byte {
	b = append(b, format)
	b = s.Seen.Append(b)
	b = binary.AppendUvarint(b, uint64(len(s.Life)))
	for _, l := range s.Life {
		b = appendDot(b, l.Dot, l.At)
		if !l.Dead {
			b = append(b, 0)
			continue
		}
		b = append(b, 1)
		b = l.Seen.Append(b)
	}
	for i := 0; i < len(s.Fields); {
		end := i + 1
		for end < len(s.Fields) && follows(s.Fields[end-1], s.Fields[end]) {
			end++
		}
		b = binary.AppendUvarint(b, uint64(end-i))
		b = appendDot(b, s.Fields[i].Dot, s.Fields[i].At)
		for ; i < end; i++ {
			b = appendKey(b, s.Fields[i].Key)
		}
	}
	return b
}

func follows(a, b Field) bool {
	return a.At == b.At && a.Dot.Replica == b.Dot.Replica && a.Dot.N+1 == b.Dot.N
}

func appendDot(b []byte, d vv.Dot, at HLC) []byte {
	b = binary.AppendUvarint(b, uint64(d.Replica))
	b = binary.AppendUvarint(b, d.N)
	return binary.BigEndian.AppendUint64(b, uint64(at))
}

func appendKey(b []byte, k Key) []byte {
	if k.Sub == "" {
		return binary.AppendUvarint(b, uint64(k.ID)<<1)
	}
	b = binary.AppendUvarint(b, uint64(k.ID)<<1|1)
	b = binary.AppendUvarint(b, uint64(len(k.Sub)))
	return append(b, k.Sub...)
}

// Decode reads what Append wrote.
func Decode(b []byte) (*State, error) {
	if len(b) == 0 || b[0] != format {
		return nil, ErrEncoding
	}
	r := reader{b: b[1:]}
	s := &State{Seen: r.vector()}
	for n := r.count(); n > 0 && !r.bad; n-- {
		l := Life{}
		l.Dot, l.At = r.dot()
		if l.Dead = r.byte() == 1; l.Dead {
			l.Seen = r.vector()
		}
		s.Life = append(s.Life, l)
	}
	for len(r.b) > 0 && !r.bad {
		n := r.count()
		d, at := r.dot()
		for ; n > 0 && !r.bad; n-- {
			k := r.key()
			if last := len(s.Fields) - 1; last >= 0 && s.Fields[last].Key.Compare(k) > 0 {
				r.fail() // Append writes them in order, and span relies on it
			}
			s.Fields = append(s.Fields, Field{Key: k, Dot: d, At: at})
			d.N++
		}
	}
	if r.bad {
		return nil, ErrEncoding
	}
	return s, nil
}

// reader takes values off bytes; after the first malformed one it is bad and
// answers zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() { r.b, r.bad = nil, true }

func (r *reader) uvarint() uint64 {
	n, k := binary.Uvarint(r.b)
	if k <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[k:]
	return n
}

// count reads a length, which can't exceed the bytes that follow.
func (r *reader) count() uint64 {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

func (r *reader) dot() (vv.Dot, HLC) {
	replica, n := r.uvarint(), r.uvarint()
	d := vv.Dot{Replica: vv.Replica(replica), N: n}
	if len(r.b) < 8 || replica > 1<<32-1 {
		r.fail()
		return vv.Dot{}, 0
	}
	at := HLC(binary.BigEndian.Uint64(r.b))
	r.b = r.b[8:]
	return d, at
}

func (r *reader) key() Key {
	n := r.uvarint()
	if n>>1 > 1<<16-1 {
		r.fail()
	}
	k := Key{ID: uint16(n >> 1)}
	if n&1 == 1 {
		l := r.count()
		k.Sub = string(r.b[:l])
		r.b = r.b[l:]
	}
	return k
}

func (r *reader) vector() vv.Vector {
	v, rest, err := vv.Decode(r.b)
	if err != nil {
		r.fail()
		return nil
	}
	r.b = rest
	return v
}
