package vv

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is a vector as its definition says it: replica → highest n.
type model map[Replica]uint64

func (m model) vector() Vector {
	var v Vector
	for r, n := range m {
		v = v.With(Dot{r, n})
	}
	return v
}

// covers says whether every write that o has seen was seen by m.
func (m model) covers(o model) bool {
	for r, n := range o {
		if m[r] < n {
			return false
		}
	}
	return true
}

// Few replicas and small numbers meet often.
func models() *rapid.Generator[model] {
	return rapid.Custom(func(t *rapid.T) model {
		return rapid.MapOf(rapid.SampledFrom([]Replica{1, 7, FirstDevice, FirstDevice + 1, 1<<32 - 1}), rapid.OneOf(rapid.Uint64Range(1, 4), rapid.Uint64Min(1))).Draw(t, "vector")
	})
}

func vectors() *rapid.Generator[Vector] {
	return rapid.Map(models(), func(m model) Vector { return m.vector() })
}

func TestCompareIsTheOrderOfWhatWasSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := models().Draw(t, "a"), models().Draw(t, "b")
		want := map[[2]bool]Ordering{{true, true}: Equal, {true, false}: After, {false, true}: Before, {false, false}: Concurrent}[[2]bool{a.covers(b), b.covers(a)}]
		if got := a.vector().Compare(b.vector()); got != want {
			t.Fatalf("%v compared to %v is %d, want %d", a, b, got, want)
		}
	})
}

func TestCompareTurnedRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := vectors().Draw(t, "a"), vectors().Draw(t, "b"), vectors().Draw(t, "c")
		turned := map[Ordering]Ordering{Equal: Equal, Before: After, After: Before, Concurrent: Concurrent}
		if a.Compare(b) != turned[b.Compare(a)] {
			t.Fatalf("%v and %v: %d, turned %d", a, b, a.Compare(b), b.Compare(a))
		}
		if a.Compare(a) != Equal {
			t.Fatalf("%v differs from itself", a)
		}
		if (a.Compare(b) == Equal) != slices.Equal(a, b) {
			t.Fatalf("%v and %v compare %d", a, b, a.Compare(b))
		}
		if a.Compare(b) == Before && b.Compare(c) == Before && a.Compare(c) != Before {
			t.Fatalf("%v, %v, %v are in no order", a, b, c)
		}
	})
}

func TestJoinIsAUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := vectors().Draw(t, "a"), vectors().Draw(t, "b"), vectors().Draw(t, "c")
		before, after := slices.Clone(a), slices.Clone(b)
		ab := a.Join(b)
		if !slices.Equal(a, before) || !slices.Equal(b, after) {
			t.Fatal("joining changed what was joined")
		}
		if !slices.Equal(ab, b.Join(a)) {
			t.Fatalf("not commutative: %v and %v", ab, b.Join(a))
		}
		if !slices.Equal(ab.Join(c), a.Join(b.Join(c))) {
			t.Fatal("not associative")
		}
		if !slices.Equal(a.Join(a), a) || !slices.Equal(ab.Join(b), ab) {
			t.Fatal("not idempotent")
		}
		if o := a.Compare(ab); o != Equal && o != Before {
			t.Fatalf("%v isn't in its join %v", a, ab)
		}
		// The join is the least vector that has seen both.
		if o := c.Compare(a); (o == After || o == Equal) && (c.Compare(b) == After || c.Compare(b) == Equal) {
			if o := ab.Compare(c); o != Equal && o != Before {
				t.Fatalf("%v has seen both and not %v", c, ab)
			}
		}
	})
}

func TestWithAddsOneDotAndNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := models().Draw(t, "vector")
		d := Dot{rapid.SampledFrom([]Replica{1, 2, 7, FirstDevice, 1 << 31}).Draw(t, "replica"), rapid.Uint64Range(1, 5).Draw(t, "n")}
		v := m.vector().With(d)
		if !v.Has(d) {
			t.Fatalf("%v has not seen %v", v, d)
		}
		m[d.Replica] = max(m[d.Replica], d.N)
		for r := range m {
			if v.At(r) != m[r] {
				t.Fatalf("%v says %d of %d, not %d", v, v.At(r), r, m[r])
			}
			if v.Has(Dot{r, m[r]}) != true || m[r] < 1<<63 && v.Has(Dot{r, m[r] + 1}) {
				t.Fatalf("%v has seen the wrong writes of %d", v, r)
			}
		}
		if len(v) != len(m) || !slices.IsSortedFunc(v, func(a, b Counter) int { return int(int64(a.Replica) - int64(b.Replica)) }) {
			t.Fatalf("%v isn't sorted, or counts more than %v", v, m)
		}
		if v.At(3) != 0 || v.Has(Dot{3, 1}) {
			t.Fatalf("%v has seen a stranger's write", v)
		}
	})
}

func TestEncodingReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, before, rest := vectors().Draw(t, "vector"), rapid.SliceOf(rapid.Byte()).Draw(t, "before"), rapid.SliceOf(rapid.Byte()).Draw(t, "rest")
		b := append(v.Append(slices.Clone(before)), rest...)
		if !slices.Equal(b[:len(before)], before) {
			t.Fatal("what stood before changed")
		}
		got, left, err := Decode(b[len(before):])
		if err != nil || !slices.Equal(got, v) || !slices.Equal(left, rest) {
			t.Fatalf("%v became %v, rest %v, %v", v, got, left, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0})
	f.Add([]byte{2, 1, 1, 1, 1})                   // twice the same replica
	f.Add([]byte{255, 255, 255, 255, 255, 1})      // more than there are bytes
	f.Add([]byte{1, 255, 255, 255, 255, 255, 255}) // no replica's number
	f.Add(Vector{{1, 1}, {FirstDevice, 1 << 60}}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, rest, err := Decode(b)
		if err != nil {
			return
		}
		again, left, err := Decode(v.Append(nil))
		if err != nil || !slices.Equal(again, v) || len(left) > 0 {
			t.Errorf("%v was read and doesn't read back: %v %v", v, again, err)
		}
		if len(rest) > len(b) || v.Compare(v) != Equal {
			t.Errorf("%v, rest %d of %d", v, len(rest), len(b))
		}
		for i := 1; i < len(v); i++ {
			if v[i-1].Replica >= v[i].Replica {
				t.Errorf("%v isn't sorted", v)
			}
		}
	})
}
