package record

import (
	"encoding/binary"
	"errors"

	"patio/sync/vv"
)

// ErrEncoding says that bytes are no state.
var ErrEncoding = errors.New("record: malformed state")

// The first byte of an encoded state.
const (
	formatBare   = 1 // values stand elsewhere
	formatValues = 2 // each live write is followed by its value
)

// Append adds the state's bytes to b, without its values. Writes of one
// operation are consecutive in n and share a clock, so fields are written as
// runs: a new lead of twenty fields takes some forty bytes.
func (s *State) Append(b []byte) []byte { return s.append(append(b, formatBare), false) }

// AppendValues is Append with the values.
func (s *State) AppendValues(b []byte) []byte { return s.append(append(b, formatValues), true) }

func (s *State) append(b []byte, values bool) []byte {
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
			if values {
				b = binary.AppendUvarint(b, uint64(len(s.Fields[i].Value)))
				b = append(b, s.Fields[i].Value...)
			}
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

// Decode reads what Append or AppendValues wrote.
func Decode(b []byte) (*State, error) {
	if len(b) == 0 || b[0] != formatBare && b[0] != formatValues {
		return nil, ErrEncoding
	}
	values := b[0] == formatValues
	r := reader{b: b[1:]}
	s := &State{Seen: r.vector()}
	for n := r.count(); n > 0 && !r.bad; n-- {
		l := Life{}
		l.Dot, l.At = r.dot()
		switch r.byte() {
		case 0:
		case 1:
			l.Dead, l.Seen = true, r.vector()
		default:
			r.fail()
		}
		s.Life = append(s.Life, l)
	}
	for len(r.b) > 0 && !r.bad {
		n := r.count()
		if n == 0 {
			r.fail() // nobody writes an empty run, and one state has one encoding
		}
		d, at := r.dot()
		for ; n > 0 && !r.bad; n-- {
			f := Field{Key: r.key(), Dot: d, At: at}
			if values {
				f.Value = r.text()
			}
			if last := len(s.Fields) - 1; last >= 0 && s.Fields[last].Key.Compare(f.Key) > 0 {
				r.fail() // Append writes them in order, and span relies on it
			}
			s.Fields = append(s.Fields, f)
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
		k.Sub = r.text()
	}
	return k
}

func (r *reader) text() string {
	n := r.count()
	text := string(r.b[:n])
	r.b = r.b[n:]
	return text
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
