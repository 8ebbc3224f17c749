package sim

import (
	"slices"
	"testing"

	"patio/sync/record"
	"patio/sync/vv"
)

// lives tries all short histories of three replicas that delete, bring back and
// edit a record and hear of each other, against sets of operations that know no
// vectors.
func lives(t *testing.T) {
	const steps = 6
	heard := 0
	var walk func(h histories, left int)
	walk = func(h histories, left int) {
		if left == 0 {
			return
		}
		for r := range h {
			for _, kind := range []byte{'e', 'l'} {
				next := h
				next[r] = h[r].clone()
				next[r].act(kind, steps-left)
				walk(next, left-1)
			}
			for from := range h {
				if from == r || len(h[from].ops) == 0 {
					continue
				}
				next := h
				next[r] = h[r].clone()
				next[r].hear(h[from])
				heard++
				if next[r].state.Dead() != next[r].dead() {
					t.Fatalf("%v: dead %v", next[r].ops, next[r].state.Dead())
				}
				walk(next, left-1)
			}
		}
	}
	var h histories
	for i := range h {
		h[i] = &history{me: vv.FirstDevice + vv.Replica(i), state: &record.State{}}
	}
	walk(h, steps)
	t.Logf("%d states", heard)
}

type histories [3]*history

// history is a replica, and the operations that it knows.
type history struct {
	me    vv.Replica
	state *record.State
	ops   []op // by dot
}

func (h *history) clone() *history {
	return &history{me: h.me, state: h.state.Clone(), ops: slices.Clone(h.ops)}
}

// op is what somebody did, knowing what.
type op struct {
	dot  vv.Dot
	what byte // edit, delete, revive
	knew []vv.Dot
}

func (h *history) act(kind byte, at int) {
	d := vv.Dot{Replica: h.me, N: uint64(at + 1)}
	o := op{dot: d, what: kind}
	for _, x := range h.ops {
		o.knew = append(o.knew, x.dot)
	}
	clock := record.Clock(int64(at))
	switch {
	case kind == 'e':
		h.state.Put(record.Key{ID: 1}, d, clock)
	case h.state.Dead():
		o.what = 'r'
		h.state.Revive(d, clock)
	default:
		o.what = 'd'
		h.state.Delete(d, clock)
	}
	h.ops = append(h.ops, o)
}

func (h *history) hear(other *history) {
	h.state.Merge(other.state.Whole(), other.me)
	for _, o := range other.ops {
		if !slices.ContainsFunc(h.ops, func(x op) bool { return x.dot == o.dot }) {
			h.ops = append(h.ops, o)
		}
	}
}

// dead says so from the operations alone: a deletion stands that no life write
// knew, and those that stand together knew of everything.
func (h *history) dead() bool {
	known := map[vv.Dot]bool{}
	stands := false
	for _, o := range h.ops {
		if o.what != 'd' || slices.ContainsFunc(h.ops, func(x op) bool { return x.what != 'e' && slices.Contains(x.knew, o.dot) }) {
			continue
		}
		stands = true
		known[o.dot] = true
		for _, d := range o.knew {
			known[d] = true
		}
	}
	return stands && !slices.ContainsFunc(h.ops, func(o op) bool { return !known[o.dot] })
}
