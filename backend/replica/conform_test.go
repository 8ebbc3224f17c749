package replica

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/sim"
	"patio/sync/vv"
)

// rival is the store beside the simulation's memory: both get the same, and
// must answer the same.
type rival struct {
	t      testing.TB
	r      *rand.Rand
	s      *store.Store
	memory client.Local
	own    []vv.Replica
	n      uint64
	ids    []record.ID
	kinds  map[record.ID]uint32

	settled int
}

func TestTheStoreDoesWhatALocalMust(t *testing.T) {
	var settled atomic.Int64
	for _, seed := range histories(t, 12) {
		t.Run(fmt.Sprintf("PATIO_HISTORY=%d", seed), func(t *testing.T) {
			s := openStore(t, t.TempDir())
			v := &rival{t: t, r: rand.New(rand.NewPCG(seed, 5)), s: s, own: []vv.Replica{vv.FirstDevice + 3}, kinds: map[record.ID]uint32{}}
			l := NewLocal(s)
			if err := l.Join(context.Background(), record.ID{1}, v.own[0]); err != nil {
				t.Fatal(err)
			}
			v.memory = sim.NewMemory(record.ID{1}, v.own[0])
			v.seedMemory(l)
			for i := range 16 {
				id := record.ID{0: byte(i), 6: 0x70, 8: 0x80, 15: 7}
				v.ids = append(v.ids, id)
				v.kinds[id] = []uint32{1, 2, 4, 7, 8, 20, 21, 21, 22, 23, 24, 77}[v.r.IntN(12)]
			}
			for range 30 {
				v.step(l)
			}
			v.compare(l)
			settled.Add(int64(v.settled))
			report, err := s.Verify(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range report.Problems {
				if p.Detail != "dot above the replica's counter" { // a client makes no writes of its own; this test does
					t.Errorf("%+v", p)
				}
			}
		})
	}
	if settled.Load() == 0 {
		t.Error("nothing was settled: the test tells too little")
	}
}

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), store.Config{Dir: dir, Log: zerolog.Nop(), Grace: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// seedMemory gives the memory what a new store has: the ready records.
func (v *rival) seedMemory(l *Local) {
	v.t.Helper()
	if err := l.Update(context.Background(), func(tx client.Tx) error {
		ids, err := tx.Waiting(nil, 1000)
		if err != nil {
			return err
		}
		return v.memory.Update(context.Background(), func(to client.Tx) error {
			for _, id := range ids {
				h, err := tx.Held(id)
				if err != nil {
					return err
				}
				v.ids, v.kinds[id] = append(v.ids, id), h.Kind
				if err := to.Save(h); err != nil {
					return err
				}
			}
			return nil
		})
	}); err != nil {
		v.t.Fatal(err)
	}
}

var errNever = errors.New("never mind")

// step does some of what a client does, in one transaction, in both; some fail.
func (v *rival) step(l *Local) {
	v.t.Helper()
	seed := v.r.Uint64()
	fails := v.r.IntN(6) == 0
	before, n, own := maps.Clone(v.kinds), v.n, slices.Clone(v.own)
	act := func(tx client.Tx) error {
		v.r, v.n, v.own = rand.New(rand.NewPCG(seed, 6)), n, slices.Clone(own)
		if v.r.IntN(12) == 0 {
			to := vv.FirstDevice + 10 + vv.Replica(v.r.IntN(1e6))
			m, err := tx.Meta()
			if err != nil {
				return err
			}
			if err := tx.Rename(m.Replica, to, v.r.IntN(2) == 0); err != nil {
				return err
			}
			v.own = append(v.own, to)
			m.Replica = to
			return tx.SetMeta(m)
		}
		for range 1 + v.r.IntN(4) {
			if err := v.act(tx); err != nil {
				return err
			}
		}
		if fails {
			return errNever
		}
		return nil
	}
	for _, local := range []client.Local{v.memory, l} {
		if err := local.Update(context.Background(), act); err != nil && !errors.Is(err, errNever) {
			v.t.Fatalf("%T: %v", local, err)
		}
	}
	if fails {
		v.kinds, v.n = before, n
	}
	v.compare(l)
}

func (v *rival) act(tx client.Tx) error {
	id := v.ids[v.r.IntN(len(v.ids))]
	switch v.r.IntN(8) {
	case 0:
		if v.r.IntN(2) == 0 {
			return tx.Erase(id)
		}
		return tx.Drop(id)
	case 1:
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		m.Offset, m.Answered, m.Heard = v.r.Int64N(1e6)-5e5, m.Answered+1, true
		m.Marks = []protocol.Mark{{Grant: 3, Seq: v.r.Uint64()}}
		m.Sent = nil
		if v.r.IntN(2) == 0 {
			m.Sent = []byte{1, 2, byte(v.r.IntN(256))}
			m.Frozen = []client.Frozen{{ID: id, N: 7}}
		}
		return tx.SetMeta(m)
	}
	h, err := tx.Held(id)
	if err != nil {
		return err
	}
	if h != nil && v.r.IntN(4) == 0 {
		return v.settle(tx, h)
	}
	if h == nil {
		h = &client.Held{ID: id, Kind: v.kinds[id]}
	}
	for range 1 + v.r.IntN(5) {
		v.write(h)
	}
	h.Seq, h.Whole = v.r.Uint64N(1000), v.r.IntN(5) == 0
	h.Scopes = nil
	for i := range 3 {
		if v.r.IntN(2) == 0 {
			h.Scopes = append(h.Scopes, record.ID{byte(i)})
		}
	}
	if v.r.IntN(3) > 0 {
		h.Hub = h.Hub.Join(h.State.Seen)
		h.Waits = nil
	}
	return tx.Save(h)
}

// settle does so with what is held, or with something else.
func (v *rival) settle(tx client.Tx, h *client.Held) error {
	state := h.State.Clone()
	other := v.r.IntN(3) == 0
	if other {
		state.Seen = state.Seen.With(vv.Dot{Replica: vv.FirstDevice + 2, N: 1 << 40})
	}
	done, err := tx.Settle(h.ID, state, []record.ID{{byte(v.r.IntN(3))}}, v.r.Uint64N(1000))
	if err == nil && other && done {
		err = errors.New("settled though it is another")
	}
	if err == nil && done {
		v.settled++
	}
	return err
}

// write puts some write of this or another replica into a record: right ones,
// and such as no program of this version makes.
func (v *rival) write(h *client.Held) {
	by := []vv.Replica{v.own[len(v.own)-1], 1, vv.FirstDevice + 1, vv.FirstDevice + 2}[v.r.IntN(4)]
	v.n++
	d, at := vv.Dot{Replica: by, N: v.n + 1000}, record.Clock(1_795_000_000_000+v.r.Int64N(1e6))
	k := record.Key{ID: uint16(1 + v.r.IntN(24))}
	wait := func(k record.Key) {
		if by != v.own[len(v.own)-1] {
			return
		}
		i, there := slices.BinarySearchFunc(h.Waits, k, func(w client.Wait, k record.Key) int { return w.Key.Compare(k) })
		if there {
			h.Waits[i].N = d.N
		} else {
			h.Waits = slices.Insert(h.Waits, i, client.Wait{Key: k, N: d.N})
		}
	}
	switch v.r.IntN(12) {
	case 0:
		h.State.Delete(d, at)
		wait(record.Key{})
		return
	case 1:
		h.State.Revive(d, at)
		wait(record.Key{})
		return
	}
	if v.r.IntN(3) == 0 {
		k.Sub = v.value()
	}
	if v.r.IntN(6) == 0 {
		h.State.Remove(k, d)
		wait(k)
		return
	}
	var others []record.Field // concurrent ones stay
	if v.r.IntN(3) == 0 {
		for _, f := range h.State.Fields {
			if f.Key == k && f.Dot.Replica != by {
				others = append(others, f)
			}
		}
	}
	h.State.Put(k, d, at)
	i := slices.IndexFunc(h.State.Fields, func(f record.Field) bool { return f.Dot == d })
	h.State.Fields[i].Value = v.value()
	h.State.Fields = append(h.State.Fields, others...)
	slices.SortFunc(h.State.Fields, func(a, b record.Field) int {
		if c := a.Key.Compare(b.Key); c != 0 || a.Dot == b.Dot {
			return c
		}
		if a.Dot.Before(b.Dot) {
			return -1
		}
		return 1
	})
	wait(k)
}

func (v *rival) value() string {
	ids := []string{crm.ReadyShop, crm.ReadyPipelines()[1].Stages[0].ID, store.IDText(v.ids[v.r.IntN(len(v.ids))])}
	list := []string{"", "0", "1", "-7", "+7", "007", "9223372036854775807", "99999999999999999999", "Ana", "a\x00b", "\xff\xfe", "não", "2026-12-24", "1|trabalho", "|", "x|y", "02|a",
		"+5511999990000", "ana@example.com", "{}", "01900000-0000-7000-8000-00000000ABCD", "01900000000070008000000000000000", "36:" + ids[1] + "2:a013:1795000000000", "1:a", "0:0:0:", "America/Manaus",
		"1795000000000"}
	return append(list, ids...)[v.r.IntN(len(list)+len(ids))]
}

// compare asks both all there is to ask.
func (v *rival) compare(l *Local) {
	v.t.Helper()
	ask := func(local client.Local) (out []any) {
		if err := local.Update(context.Background(), func(tx client.Tx) error {
			m, err := tx.Meta()
			if err != nil {
				return err
			}
			m.Workspace = record.ID{}
			count, err := tx.Count()
			if err != nil {
				return err
			}
			out = append(out, m, count)
			for _, id := range v.ids {
				h, err := tx.Held(id)
				if err != nil {
					return err
				}
				out = append(out, h)
			}
			for _, scopes := range [][]record.ID{nil, {{0}}, {{1}, {2}}, {{0}, {1}, {2}}} {
				ids, err := tx.Outside(scopes)
				if err != nil {
					return err
				}
				out = append(out, sortedSet(ids))
			}
			for after, more := (record.ID{}), true; more; {
				clean, err := tx.Clean(after, 3)
				if err != nil {
					return err
				}
				out = append(out, clean)
				if more = len(clean) == 3; more {
					after = clean[2].ID
				}
			}
			waiting, err := tx.Waiting(map[record.ID]bool{v.ids[0]: true}, 1000)
			out = append(out, sortedSet(waiting))
			return err
		}); err != nil {
			v.t.Fatalf("%T: %v", local, err)
		}
		return out
	}
	if diff := cmp.Diff(ask(v.memory), ask(l), cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(protocol.Mark{}, protocol.Head{}, protocol.Grant{})); diff != "" {
		v.t.Fatalf("memory (-) and store (+) differ:\n%s", diff)
	}
}

func sortedSet(ids []record.ID) []record.ID {
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b record.ID) int { return slices.Compare(a[:], b[:]) })
	return out
}
