package record

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patio/sync/vv"
)

// The oracle knows no vectors and no hub: a write is a fact with what its
// writer knew, and a replica is the set of writes that it knows.
type fact struct {
	dot   vv.Dot
	field int // -1: the life
	value string
	gone  bool // takes the element out, or kills the record
	knew  map[vv.Dot]bool
}

type oracle struct {
	facts map[vv.Dot]*fact
	known []map[vv.Dot]bool // by replica, the hub last
}

// live answers the writes of a field that no known write replaced.
func (o *oracle) live(at, field int) map[vv.Dot]string {
	out := map[vv.Dot]string{}
	for d := range o.known[at] {
		if f := o.facts[d]; f.field == field && (!f.gone || field < 0) {
			out[d] = f.value
		}
	}
	for d := range o.known[at] {
		if f := o.facts[d]; f.field == field {
			for old := range f.knew {
				delete(out, old)
			}
		}
	}
	return out
}

func (o *oracle) dead(at int) bool {
	deleted, covered := false, map[vv.Dot]bool{}
	for d := range o.live(at, -1) {
		if f := o.facts[d]; f.gone {
			deleted = true
			covered[d] = true
			maps.Copy(covered, f.knew)
		}
	}
	for d := range o.known[at] {
		if d.Replica >= vv.FirstDevice && !covered[d] {
			return false
		}
	}
	return deleted
}

// device is one side of a star: what a client keeps of one record.
type device struct {
	state State
	own   Own
	acked uint64
	n     uint64
}

type star struct {
	t       *rapid.T
	devices []*device
	hub     State
	o       oracle
	now     HLC
}

var starKeys = []Key{{1, ""}, {2, ""}, {3, "a"}, {3, "b"}}

func newStar(t *rapid.T, devices int) *star {
	s := &star{t: t, o: oracle{facts: map[vv.Dot]*fact{}}, now: Clock(1_795_000_000_000)}
	for i := range devices {
		s.devices = append(s.devices, &device{own: Own{Replica: vv.FirstDevice + vv.Replica(i)}})
		s.o.known = append(s.o.known, map[vv.Dot]bool{})
	}
	s.o.known = append(s.o.known, map[vv.Dot]bool{})
	return s
}

// write is one write of a person on a device, its clock anywhere.
func (s *star) write(i int) {
	d := s.devices[i]
	d.n += rapid.Uint64Range(1, 3).Draw(s.t, "gap") // the counter is the replica's, not the record's
	dot := vv.Dot{Replica: d.own.Replica, N: d.n}
	at := s.now + HLC(rapid.Uint64Range(0, 1<<40).Draw(s.t, "clock"))
	f := &fact{dot: dot, knew: maps.Clone(s.o.known[i])}
	f.field = rapid.IntRange(-1, len(starKeys)-1).Draw(s.t, "field")
	f.gone = rapid.IntRange(0, 3).Draw(s.t, "gone") == 0
	switch {
	case f.field < 0 && f.gone:
		d.state.Delete(dot, at)
	case f.field < 0:
		d.state.Revive(dot, at)
	case f.gone:
		d.state.Remove(starKeys[f.field], dot)
	default:
		f.value = rapid.StringOfN(rapid.RuneFrom([]rune("xyz")), 1, 1, -1).Draw(s.t, "value")
		d.state.Put(starKeys[f.field], dot, d.state.Next(starKeys[f.field], at))
		i, _ := d.state.span(starKeys[f.field])
		d.state.Fields[i].Value = f.value
	}
	d.own.Waits = d.n
	if f.field < 0 {
		d.own.Life = true
	} else if k := starKeys[f.field]; !slices.Contains(d.own.Dirty, k) {
		d.own.Dirty = append(d.own.Dirty, k)
		slices.SortFunc(d.own.Dirty, Key.Compare)
	}
	s.o.facts[dot] = f
	s.o.known[i][dot] = true
}

// push tells the hub what is dirty; the answer is the whole record.
func (s *star) push(i int) {
	d := s.devices[i]
	if len(d.own.Dirty) == 0 && !d.own.Life {
		return
	}
	if !s.hub.Merge(d.state.Partial(d.own.Dirty, d.own.Life, d.acked), d.own.Replica) {
		s.t.Fatal("the hub has not seen what it acknowledged")
	}
	hub := s.o.known[len(s.devices)]
	maps.Copy(hub, s.o.known[i])
	d.acked, d.own.Waits, d.own.Dirty, d.own.Life = d.state.Seen.At(d.own.Replica), 0, nil, false
	s.pull(i)
}

func (s *star) pull(i int) {
	d := s.devices[i]
	d.state.Take(s.hub.Clone(), d.own)
	d.own.Hub = slices.Clone(s.hub.Seen)
	maps.Copy(s.o.known[i], s.o.known[len(s.devices)])
}

func (s *star) check(at int, got *State) {
	s.t.Helper()
	for f, k := range starKeys {
		want, have := s.o.live(at, f), map[vv.Dot]string{}
		i, end := got.span(k)
		for _, w := range got.Fields[i:end] {
			have[w.Dot] = w.Value
			if !got.Seen.Has(w.Dot) {
				s.t.Fatalf("replica %d: %v is live and not seen", at, w.Dot)
			}
		}
		if !maps.Equal(have, want) {
			s.t.Fatalf("replica %d, field %v: live %v, the oracle has %v", at, k, have, want)
		}
	}
	if !slices.IsSortedFunc(got.Fields, func(a, b Field) int {
		if a.before(b) {
			return -1
		}
		return 1
	}) {
		s.t.Fatalf("replica %d: out of order: %+v", at, got.Fields)
	}
	if dead := s.o.dead(at); got.Dead() != dead {
		s.t.Fatalf("replica %d: dead %v, the oracle says %v", at, got.Dead(), dead)
	}
}

func TestDevicesAndHubAgreeWithTheOracle(t *testing.T) {
	conflicts, died := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := newStar(t, rapid.IntRange(2, 4).Draw(t, "devices"))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, len(s.devices)-1).Draw(t, "device")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				s.push(i)
			case 1:
				s.pull(i)
			default:
				s.write(i)
			}
			s.check(i, &s.devices[i].state)
			s.check(len(s.devices), &s.hub)
		}
		for range 2 { // the second round tells the first ones what the last ones pushed
			for i := range s.devices {
				s.push(i)
				s.pull(i)
			}
		}
		for i, d := range s.devices {
			s.check(i, &d.state)
			if !equal(&d.state, &s.hub) {
				t.Fatalf("device %d holds\n%+v\nthe hub\n%+v", i, d.state, s.hub)
			}
		}
		conflicts += len(s.hub.Conflicts())
		if s.hub.Dead() {
			died++
		}
	})
	if conflicts == 0 || died == 0 {
		t.Errorf("%d conflicts and %d deaths: the test tells too little", conflicts, died)
	}
}

// Two who share no writes merge the same whichever way round, and however often.
func TestMergingIsCommutativeAssociativeAndIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStar(t, 3)
		for range rapid.IntRange(3, 30).Draw(t, "steps") {
			i := rapid.IntRange(0, 2).Draw(t, "device")
			if rapid.IntRange(0, 5).Draw(t, "step") == 0 {
				s.push(i)
			} else {
				s.write(i)
			}
		}
		a, b, c := &s.devices[0].state, &s.devices[1].state, &s.devices[2].state
		merged := func(list ...*State) *State {
			out := list[0].Clone()
			for _, other := range list[1:] {
				out.Merge(other.Clone().Whole(), 0)
			}
			return out
		}
		want := merged(a, b, c)
		for _, other := range []*State{merged(c, b, a), merged(b, a, c), merged(a, merged(b, c)), merged(want, a, c, want)} {
			if !equal(want, other) {
				t.Fatalf("%+v\n%+v", want, other)
			}
		}
	})
}

func TestAPartialStateThatBuildsOnUnseenWritesIsNotMerged(t *testing.T) {
	s, other := &State{}, &State{}
	other.Put(starKeys[0], vv.Dot{Replica: phone, N: 1}, Clock(1))
	other.Put(starKeys[1], vv.Dot{Replica: phone, N: 2}, Clock(2))
	if s.Merge(other.Partial(starKeys[1:2], false, 1), phone) || len(s.Fields)+len(s.Seen) > 0 {
		t.Errorf("merged: %+v", s)
	}
	if !s.Merge(other.Whole(), phone) || !equal(s, other) {
		t.Errorf("whole: %+v", s)
	}
}

// A write that is gone although its vector is right comes back with the next
// pull; joining alone would leave it gone.
func TestTakingHealsWhatJoiningCannot(t *testing.T) {
	hub, held := &State{}, &State{}
	hub.Put(starKeys[0], vv.Dot{Replica: phone, N: 1}, Clock(1))
	held.Seen = slices.Clone(hub.Seen)
	joined := held.Clone()
	joined.Merge(hub.Clone().Whole(), phone)
	if len(joined.Fields) != 0 {
		t.Fatal("joining healed it")
	}
	held.Take(hub.Clone(), Own{Replica: desk, Hub: slices.Clone(hub.Seen)})
	if !equal(held, hub) {
		t.Errorf("%+v", held)
	}
}

// What a restored hub, or an old page, doesn't know stays.
func TestAPageThatKnowsLessTakesNothingAway(t *testing.T) {
	hub, held := &State{}, &State{}
	hub.Put(starKeys[0], vv.Dot{Replica: phone, N: 1}, Clock(1))
	old := hub.Clone()
	hub.Put(starKeys[1], vv.Dot{Replica: phone, N: 2}, Clock(2))
	held.Take(hub.Clone(), Own{Replica: desk})
	held.Take(old, Own{Replica: desk, Hub: slices.Clone(hub.Seen)})
	if !equal(held, hub) {
		t.Errorf("%+v", held)
	}
}

func TestRenamingKeepsWhatTheHubHasSeen(t *testing.T) {
	s := &State{}
	s.Put(starKeys[0], vv.Dot{Replica: phone, N: 3}, Clock(1))
	s.Put(starKeys[1], vv.Dot{Replica: phone, N: 7}, Clock(2))
	s.Delete(vv.Dot{Replica: phone, N: 9}, Clock(3))
	s.Rename(phone, desk, 5)
	want := vv.Vector{{Replica: phone, N: 5}, {Replica: desk, N: 9}}
	if !slices.Equal(s.Seen, want) || !slices.Equal(s.Life[0].Seen, want) {
		t.Errorf("seen %v, the deletion's %v; want %v", s.Seen, s.Life[0].Seen, want)
	}
	dots := []vv.Dot{s.Fields[0].Dot, s.Fields[1].Dot, s.Life[0].Dot}
	if !slices.Equal(dots, []vv.Dot{{Replica: phone, N: 3}, {Replica: desk, N: 7}, {Replica: desk, N: 9}}) {
		t.Errorf("dots %v", dots)
	}
	if !s.Dead() {
		t.Error("renaming revived it")
	}
}
