package record

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patio/sync/vv"
)

const hub, phone, desk = vv.Replica(3), vv.FirstDevice, vv.FirstDevice + 9

var keys = []Key{{1, ""}, {2, ""}, {2, "a"}, {2, "b"}, {7, "+5511985270593"}, {65535, "é"}}

// write is one step of a record's life on one replica, with its own dot.
func write(t *rapid.T, s *State, n *uint64, now *HLC) {
	*n++
	*now += HLC(rapid.Uint64Range(0, 1<<20).Draw(t, "later"))
	d := vv.Dot{Replica: rapid.SampledFrom([]vv.Replica{hub, phone, desk}).Draw(t, "replica"), N: *n}
	k := rapid.SampledFrom(keys).Draw(t, "key")
	switch rapid.SampledFrom([]string{"put", "put", "put", "remove", "delete", "revive"}).Draw(t, "step") {
	case "put":
		s.Put(k, d, s.Next(k, *now))
	case "remove":
		s.Remove(k, d)
	case "delete":
		s.Delete(d, *now)
	case "revive":
		s.Revive(d, *now)
	}
}

// written makes states that the program can make by itself.
func written() *rapid.Generator[*State] {
	return rapid.Custom(func(t *rapid.T) *State {
		s, n, now := &State{}, uint64(0), Clock(1_795_000_000_000)
		for range rapid.IntRange(0, 25).Draw(t, "writes") {
			write(t, s, &n, &now)
		}
		return s
	})
}

// merged makes states that only merging makes: several live writes of a field, and
// several lives.
func merged() *rapid.Generator[*State] {
	return rapid.Custom(func(t *rapid.T) *State {
		dot := func() vv.Dot {
			return vv.Dot{Replica: rapid.SampledFrom([]vv.Replica{1, hub, phone, desk, 1<<32 - 1}).Draw(t, "replica"), N: rapid.Uint64Range(1, 9).Draw(t, "n")}
		}
		clock := func() HLC { return HLC(rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64()).Draw(t, "clock")) }
		s := &State{}
		for range rapid.IntRange(0, 12).Draw(t, "fields") {
			s.Fields = append(s.Fields, Field{Key: rapid.SampledFrom(keys).Draw(t, "key"), Dot: dot(), At: clock()})
		}
		slices.SortStableFunc(s.Fields, func(a, b Field) int { return a.Key.Compare(b.Key) })
		for range rapid.IntRange(0, 4).Draw(t, "lives") {
			l := Life{Dot: dot(), At: clock(), Dead: rapid.Bool().Draw(t, "dead")}
			for range rapid.IntRange(0, 4).Draw(t, "seen") {
				if l.Dead {
					l.Seen = l.Seen.With(dot())
				}
			}
			if l.Dead {
				l.Seen = l.Seen.With(l.Dot)
			}
			s.Life = append(s.Life, l)
		}
		for range rapid.IntRange(0, 6).Draw(t, "vector") {
			s.Seen = s.Seen.With(dot())
		}
		return s
	})
}

func equal(a, b *State) bool {
	return slices.Equal(a.Seen, b.Seen) && slices.Equal(a.Fields, b.Fields) &&
		slices.EqualFunc(a.Life, b.Life, func(a, b Life) bool {
			return a.Dot == b.Dot && a.At == b.At && a.Dead == b.Dead && slices.Equal(a.Seen, b.Seen)
		})
}

func TestEncodingReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(written(), merged()).Draw(t, "state")
		before := rapid.SliceOf(rapid.Byte()).Draw(t, "before")
		encode := s.Append
		if rapid.Bool().Draw(t, "values") {
			encode = s.AppendValues
			for i := range s.Fields {
				s.Fields[i].Value = rapid.String().Draw(t, "value")
			}
		}
		b := encode(slices.Clone(before))
		if !bytes.Equal(b[:len(before)], before) {
			t.Fatal("what stood before changed")
		}
		got, err := Decode(b[len(before):])
		if err != nil || !equal(got, s) {
			t.Fatalf("%+v became %+v, %v", s, got, err)
		}
		encode = got.Append
		if b[len(before)] == formatValues {
			encode = got.AppendValues
		}
		if again := encode(nil); !bytes.Equal(again, b[len(before):]) {
			t.Fatal("one state, two encodings")
		}
	})
}

// dead is the rule as SYNC.md writes it, with nothing but sets of writes: a Del
// is live, and of every replica that is no hub the live Dels together saw all.
func dead(s *State) bool {
	var dels []Life
	for _, l := range s.Life {
		if l.Dead {
			dels = append(dels, l)
		}
	}
	if len(dels) == 0 {
		return false
	}
	for _, c := range s.Seen {
		known := uint64(0)
		for _, l := range dels {
			known = max(known, l.Seen.At(c.Replica))
			if l.Dot.Replica == c.Replica {
				known = max(known, l.Dot.N)
			}
		}
		if c.Replica >= vv.FirstDevice && c.N > known {
			return false
		}
	}
	return true
}

func TestDeadFollowsTheRule(t *testing.T) {
	deadOnes := 0
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(written(), merged()).Draw(t, "state")
		if got := s.Dead(); got != dead(s) {
			t.Fatalf("%+v: dead %v, want %v", s, got, !got)
		} else if got {
			deadOnes++
		}
	})
	if deadOnes == 0 {
		t.Error("no state was dead: the test tells nothing")
	}
}

// The cases of SYNC.md by hand: two who both delete after editing leave it
// dead; an edit that a delete had not seen revives; a hub's write never does;
// removing a tag from a revived record doesn't kill it.
func TestDeletingAndEditing(t *testing.T) {
	at := Clock(1)
	dot := func(r vv.Replica, n uint64) vv.Dot { return vv.Dot{Replica: r, N: n} }
	made := func() *State {
		s := &State{}
		s.Put(keys[0], dot(phone, 1), at)
		return s
	}
	t.Run("both delete after editing", func(t *testing.T) {
		a, b := made(), made()
		a.Put(keys[0], dot(phone, 2), at+1)
		a.Delete(dot(phone, 3), at+2)
		b.Put(keys[1], dot(desk, 1), at+1)
		b.Delete(dot(desk, 2), at+2)
		both := &State{Seen: a.Seen.Join(b.Seen), Life: append(slices.Clone(a.Life), b.Life...)}
		if !both.Dead() {
			t.Error("it lives")
		}
		both.Put(keys[1], dot(desk, 3), at+3)
		if both.Dead() {
			t.Error("an edit that nobody had seen doesn't revive it")
		}
	})
	t.Run("a hub writes", func(t *testing.T) {
		s := made()
		s.Delete(dot(phone, 2), at+1)
		s.Put(keys[2], dot(hub, 1), at+2)
		if !s.Dead() {
			t.Error("a machine's write revived it")
		}
	})
	t.Run("revived, then a tag is removed", func(t *testing.T) {
		s := made()
		s.Put(keys[2], dot(phone, 2), at)
		s.Delete(dot(phone, 3), at+1)
		s.Revive(dot(desk, 1), at+2)
		s.Remove(keys[2], dot(phone, 4))
		if s.Dead() {
			t.Error("it died")
		}
	})
}

func TestWritesKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n, now := &State{}, uint64(0), Clock(1_795_000_000_000)
		for range rapid.IntRange(1, 25).Draw(t, "writes") {
			was := &State{Seen: slices.Clone(s.Seen)}
			write(t, s, &n, &now)
			if o := was.Seen.Compare(s.Seen); o != vv.Before {
				t.Fatalf("a write moved the vector from %v to %v", was.Seen, s.Seen)
			}
			for _, f := range s.Fields { // live ⊆ seen
				if !s.Seen.Has(f.Dot) {
					t.Fatalf("%+v is live and unseen", f)
				}
			}
			for _, l := range s.Life {
				if !s.Seen.Has(l.Dot) || l.Dead && !l.Seen.Has(l.Dot) {
					t.Fatalf("%+v is live and unseen", l)
				}
				if o := l.Seen.Compare(s.Seen); l.Dead && o != vv.Equal && o != vv.Before {
					t.Fatalf("a deletion saw %v, more than %v", l.Seen, s.Seen)
				}
			}
			if !slices.IsSortedFunc(s.Fields, func(a, b Field) int { return a.Key.Compare(b.Key) }) {
				t.Fatalf("fields in disorder: %+v", s.Fields)
			}
			for i := 1; i < len(s.Fields); i++ { // a local write has no rival
				if s.Fields[i-1].Key == s.Fields[i].Key {
					t.Fatalf("two live writes of %+v", s.Fields[i].Key)
				}
			}
		}
	})
}

func TestThePutThatWinsIsTheGreatestByClockReplicaAndN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := merged().Draw(t, "state")
		for _, k := range keys {
			var of []Field
			for _, f := range s.Fields {
				if f.Key == k {
					of = append(of, f)
				}
			}
			got, ok := s.Live(k)
			if ok != (len(of) > 0) {
				t.Fatalf("%+v is live: %v, of %d", k, ok, len(of))
			}
			if !ok {
				continue
			}
			want := slices.MaxFunc(of, func(a, b Field) int {
				return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Dot.Replica, b.Dot.Replica), cmp.Compare(a.Dot.N, b.Dot.N))
			})
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%+v wins, want %+v", got, want)
			}
			// A new write, stamped as it should be, beats them all and is alone.
			if want.At == 1<<64-1 {
				continue // no clock is greater
			}
			d := vv.Dot{Replica: phone, N: 1000}
			at := s.Next(k, Clock(5))
			s.Put(k, d, at)
			if got, _ := s.Live(k); got.Dot != d || at <= want.At {
				t.Fatalf("a write at %d doesn't beat %+v", at, want)
			}
		}
	})
}

func TestClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<47).Draw(t, "ms")
		if got := Clock(ms).Millis(); got != ms {
			t.Fatalf("%d became %d", ms, got)
		}
		if Clock(ms) >= Clock(ms+1) || Clock(ms)+1<<15 >= Clock(ms+1) {
			t.Fatal("the counter reaches into the next millisecond")
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{formatBare})
	f.Add([]byte{formatBare, 0, 255, 255, 255, 255, 15})
	f.Add([]byte{formatBare, 0, 0, 255, 255, 3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{formatBare, 0, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2}) // no replica's number
	f.Add([]byte{formatBare, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x80, 1})          // no field's id
	f.Add([]byte{formatBare, 0, 0, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 6, 4})                         // fields in disorder
	s := &State{}
	s.Put(keys[0], vv.Dot{Replica: phone, N: 1}, Clock(1))
	s.Put(keys[4], vv.Dot{Replica: phone, N: 2}, Clock(1))
	s.Delete(vv.Dot{Replica: desk, N: 3}, Clock(2))
	f.Add(s.Append(nil))
	s.Fields[0].Value, s.Fields[1].Value = "Ana", ""
	f.Add(s.AppendValues(nil))
	f.Add([]byte{formatValues, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 200}) // a value beyond the end
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			return
		}
		s.Dead()
		for _, k := range keys {
			s.Live(k)
		}
		if !slices.IsSortedFunc(s.Fields, func(a, b Field) int { return a.Key.Compare(b.Key) }) {
			t.Errorf("fields in disorder: %+v", s.Fields)
		}
		encode := s.Append
		if b[0] == formatValues {
			encode = s.AppendValues
		}
		again, err := Decode(encode(nil))
		if err != nil || !equal(again, s) {
			t.Errorf("%+v was read and doesn't read back: %+v %v", s, again, err)
		}
	})
}
