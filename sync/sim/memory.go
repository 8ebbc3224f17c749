// Package sim runs many replicas and a hub through a hostile world, with the
// packages that ship: their clocks, disks and network are the simulation's.
package sim

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"patio/sync/client"
	"patio/sync/record"
	"patio/sync/vv"
)

// memory is a replica's database on a disk that can fail, be copied and be
// put back.
type memory struct {
	meta    client.Meta
	counter uint64
	held    map[record.ID]*client.Held
	order   []record.ID // of the records, as they began to wait
	filed   []client.Refused
	evicted map[record.ID]bool // dropped under this number

	fail func(written bool) error // asked before a commit, and after it
}

// NewMemory answers a replica in memory: what a client.Local must do, against
// which others are held.
func NewMemory(workspace record.ID, replica vv.Replica) client.Local {
	return newMemory(workspace, replica)
}

func newMemory(workspace record.ID, replica vv.Replica) *memory {
	return &memory{meta: client.Meta{Workspace: workspace, Replica: replica}, held: map[record.ID]*client.Held{}, evicted: map[record.ID]bool{}}
}

// copied answers a copy that shares nothing, as of a file.
func (m *memory) copied() *memory {
	out := &memory{meta: m.meta, counter: m.counter, held: make(map[record.ID]*client.Held, len(m.held)), order: slices.Clone(m.order), filed: slices.Clone(m.filed), evicted: maps.Clone(m.evicted), fail: m.fail}
	out.meta.Marks, out.meta.Grants = slices.Clone(m.meta.Marks), slices.Clone(m.meta.Grants)
	for id, h := range m.held {
		out.held[id] = cloneHeld(h)
	}
	return out
}

func cloneHeld(h *client.Held) *client.Held {
	c := *h
	c.State = *h.State.Clone()
	c.Hub, c.Waits, c.Scopes = slices.Clone(h.Hub), slices.Clone(h.Waits), slices.Clone(h.Scopes)
	return &c
}

// Update works on a copy that takes the place of the whole when f is done.
func (m *memory) Update(_ context.Context, f func(client.Tx) error) error {
	t := &memoryTx{memory: m, meta: m.meta, changed: map[record.ID]*client.Held{}, saved: map[record.ID]bool{}, dropped: map[record.ID]bool{}, erased: map[record.ID]bool{}, counter: m.counter}
	if err := f(t); err != nil {
		return err
	}
	if m.fail != nil {
		if err := m.fail(false); err != nil {
			return err
		}
	}
	t.commit()
	if m.fail != nil {
		return m.fail(true)
	}
	return nil
}

type memoryTx struct {
	memory  *memory
	meta    client.Meta
	counter uint64
	changed map[record.ID]*client.Held
	saved   map[record.ID]bool
	dropped map[record.ID]bool
	erased  map[record.ID]bool
	filed   []client.Refused
	renamed bool
}

func (t *memoryTx) commit() {
	m := t.memory
	m.meta, m.counter = t.meta, t.counter
	maps.Copy(m.held, t.changed)
	if t.renamed {
		clear(m.evicted)
	}
	for id := range t.dropped {
		if t.changed[id] == nil {
			delete(m.held, id)
			m.evicted[id] = true
		}
	}
	for id := range t.changed {
		delete(m.evicted, id)
	}
	m.filed = slices.DeleteFunc(append(m.filed, t.filed...), func(r client.Refused) bool { return t.erased[r.ID] })
	m.order = slices.DeleteFunc(m.order, func(id record.ID) bool { return m.held[id] == nil || !waits(m.held[id]) })
	for _, id := range slices.SortedFunc(maps.Keys(t.changed), func(a, b record.ID) int { return slices.Compare(a[:], b[:]) }) {
		if waits(t.changed[id]) && !slices.Contains(m.order, id) {
			m.order = append(m.order, id)
		}
	}
}

func waits(h *client.Held) bool { return len(h.Waits) > 0 || h.Whole }

func (t *memoryTx) SetMeta(m client.Meta) error { t.meta = m; return nil }
func (t *memoryTx) File(r client.Refused) error { t.filed = append(t.filed, r); return nil }

func (t *memoryTx) Save(h *client.Held) error {
	t.changed[h.ID], t.saved[h.ID] = cloneHeld(h), true
	return nil
}

func (t *memoryTx) Settle(id record.ID, state *record.State, scopes []record.ID, seq uint64) (bool, error) {
	h, err := t.Held(id)
	if err != nil || h == nil || t.saved[id] || !bytes.Equal(h.State.Append(nil), state.Append(nil)) {
		return false, err
	}
	h.Hub, h.Scopes, h.Seq, h.Waits, h.Whole = slices.Clone(state.Seen), slices.Clone(scopes), seq, nil, false
	t.changed[id] = h
	return true, nil
}

func (t *memoryTx) Count() (n int, err error) {
	n = len(t.changed)
	for id := range t.memory.held {
		if t.changed[id] == nil && !t.dropped[id] {
			n++
		}
	}
	return n, nil
}

func (t *memoryTx) Drop(id record.ID) error {
	t.dropped[id] = true
	delete(t.changed, id)
	return nil
}

func (t *memoryTx) Erase(id record.ID) error {
	t.erased[id] = true
	if h, err := t.Held(id); err != nil || h == nil {
		return err
	}
	return t.Drop(id)
}

// Meta answers what shares nothing with the disk, as a read from one would.
func (t *memoryTx) Meta() (client.Meta, error) {
	m := t.meta
	m.Marks, m.Grants, m.Frozen = slices.Clone(m.Marks), slices.Clone(m.Grants), slices.Clone(m.Frozen)
	return m, nil
}

func (t *memoryTx) Look([]record.ID) error { return nil }

func (t *memoryTx) Held(id record.ID) (*client.Held, error) {
	if h := t.changed[id]; h != nil {
		return cloneHeld(h), nil
	}
	if h := t.memory.held[id]; h != nil && !t.dropped[id] {
		return cloneHeld(h), nil
	}
	return nil, nil
}

func (t *memoryTx) Outside(scopes []record.ID) (out []record.ID, err error) {
	for id := range t.memory.held {
		if h, err := t.Held(id); err != nil {
			return nil, err
		} else if h != nil && !waits(h) && !slices.ContainsFunc(h.Scopes, func(s record.ID) bool { return slices.Contains(scopes, s) }) {
			out = append(out, id)
		}
	}
	return out, nil
}

func (t *memoryTx) Waiting(except map[record.ID]bool, limit int) ([]record.ID, error) {
	var out []record.ID
	for _, id := range t.memory.order {
		if !except[id] && len(out) < limit {
			out = append(out, id)
		}
	}
	return out, nil
}

func (t *memoryTx) Clean(after record.ID, limit int) ([]*client.Held, error) {
	var out []*client.Held
	for _, id := range slices.SortedFunc(maps.Keys(t.memory.held), func(a, b record.ID) int { return slices.Compare(a[:], b[:]) }) {
		if h := t.memory.held[id]; slices.Compare(id[:], after[:]) > 0 && !waits(h) && len(out) < limit {
			out = append(out, cloneHeld(h))
		}
	}
	return out, nil
}

func (t *memoryTx) Rename(from, to vv.Replica, all bool) error {
	t.renamed = true
	for id, old := range t.memory.held {
		h := cloneHeld(old)
		h.State.Rename(from, to, h.Hub.At(from))
		h.Hub, h.Seq, h.Whole = nil, 0, all
		t.changed[id] = h
	}
	return nil
}

// errEvicted: a record was dropped, and can't be made again from nothing.
var errEvicted = errors.New("sim: evicted")

// write is what a person does to a record: value "" takes the field out.
func (m *memory) write(id record.ID, kind uint32, f func(s *record.State, d vv.Dot) record.Key) error {
	return m.Update(context.Background(), func(tx client.Tx) error {
		t := tx.(*memoryTx)
		h, err := t.Held(id)
		if err != nil {
			return err
		}
		if h == nil {
			if m.evicted[id] {
				return errEvicted
			}
			h = &client.Held{ID: id, Kind: kind}
		}
		t.counter++
		d := vv.Dot{Replica: t.meta.Replica, N: t.counter}
		key := f(&h.State, d)
		i := slices.IndexFunc(h.Waits, func(w client.Wait) bool { return w.Key == key })
		if i < 0 {
			h.Waits = append(h.Waits, client.Wait{Key: key, N: d.N})
			slices.SortFunc(h.Waits, func(a, b client.Wait) int { return a.Key.Compare(b.Key) })
		} else {
			h.Waits[i].N = d.N
		}
		return t.Save(h)
	})
}
