// Package vv holds dots and version vectors: who has seen which write. It is
// pure: no clock, no disk, no CRM.
package vv

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Replica is the number of one installed copy. Numbers below FirstDevice
// belong to hubs, so that a machine's writes are recognised and lose ties.
type Replica uint32

// FirstDevice is the lowest number that a device can have. A hub writes under
// two: below FirstDesk what it says, and as far above it what it only arranges
// anew, in which nobody has said anything.
const (
	FirstDesk   Replica = 1 << 15
	FirstDevice Replica = 1 << 16
)

// Arranges says whether what r writes is only arranged anew.
func (r Replica) Arranges() bool { return FirstDesk <= r && r < FirstDevice }

// Dot is one write: the n-th of its replica. A replica's n rises with every
// write, whatever the record.
type Dot struct {
	Replica Replica
	N       uint64
}

// Before orders dots, by replica and then by n. It says nothing of time.
func (d Dot) Before(o Dot) bool {
	return d.Replica < o.Replica || d.Replica == o.Replica && d.N < o.N
}

// Counter is one entry of a Vector: the highest n seen of a replica.
type Counter struct {
	Replica Replica
	N       uint64
}

// Vector says, per replica, the highest n that a record has seen. It is
// sorted by replica, holds only the record's writers and is never pruned.
type Vector []Counter

// Ordering relates two vectors. There is no newer or older: only seen or not.
type Ordering int

// Orderings.
const (
	Equal Ordering = iota
	Before
	After
	Concurrent
)

func (v Vector) find(r Replica) (int, bool) {
	return slices.BinarySearchFunc(v, r, func(c Counter, r Replica) int {
		switch {
		case c.Replica < r:
			return -1
		case c.Replica > r:
			return 1
		}
		return 0
	})
}

// At answers the highest n seen of r, 0 when none.
func (v Vector) At(r Replica) uint64 {
	if i, ok := v.find(r); ok {
		return v[i].N
	}
	return 0
}

// Has says whether the write d was seen.
func (v Vector) Has(d Dot) bool { return d.N <= v.At(d.Replica) }

// With answers a vector that has seen d too. v may be reused: keep the result
// only, as with append.
func (v Vector) With(d Dot) Vector {
	i, ok := v.find(d.Replica)
	if !ok {
		return slices.Insert(v, i, Counter(d))
	}
	v[i].N = max(v[i].N, d.N)
	return v
}

// Join answers a new vector that has seen what either has.
func (v Vector) Join(w Vector) Vector {
	out := slices.Clone(v)
	for _, c := range w {
		out = out.With(Dot(c))
	}
	return out
}

// Renamed answers a new vector in which what was seen of from beyond acked was
// seen of to.
func (v Vector) Renamed(from, to Replica, acked uint64) Vector {
	n := v.At(from)
	if n <= acked {
		return slices.Clone(v)
	}
	out := make(Vector, 0, len(v)+1)
	for _, c := range v {
		if c.Replica != from {
			out = append(out, c)
		} else if acked > 0 {
			out = append(out, Counter{from, acked})
		}
	}
	return out.With(Dot{to, n})
}

// Compare relates v to w: Before means that w has seen all of v and more.
func (v Vector) Compare(w Vector) Ordering {
	vw, wv := v.covers(w), w.covers(v)
	switch {
	case vw && wv:
		return Equal
	case wv:
		return Before
	case vw:
		return After
	}
	return Concurrent
}

func (v Vector) covers(w Vector) bool {
	for _, c := range w {
		if !v.Has(Dot(c)) {
			return false
		}
	}
	return true
}

// ErrEncoding says that bytes are no vector.
var ErrEncoding = errors.New("vv: malformed vector")

// Append adds the vector's bytes to b: its length, then replica and n in turn.
func (v Vector) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(v)))
	for _, c := range v {
		b = binary.AppendUvarint(b, uint64(c.Replica))
		b = binary.AppendUvarint(b, c.N)
	}
	return b
}

// Decode reads what Append wrote and answers the rest of b.
func Decode(b []byte) (Vector, []byte, error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)) {
		return nil, nil, ErrEncoding
	}
	b = b[k:]
	v := make(Vector, 0, n)
	for range n {
		r, k := binary.Uvarint(b)
		if k <= 0 || r > 1<<32-1 || (len(v) > 0 && v[len(v)-1].Replica >= Replica(r)) {
			return nil, nil, ErrEncoding
		}
		b = b[k:]
		c, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, nil, ErrEncoding
		}
		b = b[k:]
		v = append(v, Counter{Replica(r), c})
	}
	return v, b, nil
}
