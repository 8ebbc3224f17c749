package hub

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// batch is a change of a workspace on its way in: the records that it looked
// at, as it leaves them. They are written once, at its end.
type batch struct {
	h    *Hub
	tx   Tx
	d    *Device // who writes; nil of the hub itself
	head *Head
	from uint64 // the sequence before it

	looked map[record.ID]*kept // nil: there is none
	kids   map[record.ID][]record.ID
	erased map[record.ID]bool
	order  []record.ID       // of what changed
	gone   []record.ID       // erased by this batch
	due    []protocol.BlobID // to be removed at once
}

// kept is a record as a batch leaves it.
type kept struct {
	row   protocol.Row // its Seq is the store's until the batch ends
	was   []record.ID  // its scopes in the store
	refs  []record.ID  // its parents in the store
	by    PlaceBy      // in the store
	there bool         // the store has it
	state *record.State
	place Place
	up    []record.ID       // its parents
	had   []protocol.BlobID // the blobs that it names in the store
	blobs []protocol.BlobID // that it names

	changed bool
	written bool // by who pushes
	wasDead bool // in the store
}

func newBatch(h *Hub, tx Tx, d *Device, head *Head) *batch {
	return &batch{h: h, tx: tx, d: d, head: head, from: head.Seq, looked: map[record.ID]*kept{}, kids: map[record.ID][]record.ID{}, erased: map[record.ID]bool{}}
}

// look reads the records among ids that weren't read yet, in one question.
func (b *batch) look(ids []record.ID) error {
	ids = sortedIDs(slices.DeleteFunc(slices.Clone(ids), func(id record.ID) bool { _, done := b.looked[id]; return done }))
	if len(ids) == 0 {
		return nil
	}
	rows, err := b.tx.Records(ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		b.looked[id] = nil
		if row, there := rows[id]; there {
			s, err := record.Decode(row.State)
			if err != nil {
				return fmt.Errorf("hub: record %x: %w", id, err)
			}
			k := &kept{row: row, was: row.Scopes, there: true, state: s, wasDead: s.Dead()}
			b.placed(k)
			k.refs, k.by, k.had = k.up, k.place.By, k.blobs
			b.looked[id] = k
		}
	}
	return nil
}

// lookErased reads the records among ids, and which of them were erased.
func (b *batch) lookErased(ids []record.ID) error {
	if len(ids) == 0 {
		return nil
	}
	erased, err := b.tx.IsErased(sortedIDs(slices.Clone(ids)))
	if err != nil {
		return err
	}
	maps.Copy(b.erased, erased)
	return b.look(ids)
}

// placed asks the policy where a record belongs now.
func (b *batch) placed(k *kept) {
	k.place = b.h.policy.Place(k.row.Kind, k.state)
	k.up, k.blobs = k.place.parents(k.row.ID), k.place.blobs()
}

// lookBelow reads the records that refer to ids.
func (b *batch) lookBelow(ids []record.ID) error {
	ids = sortedIDs(slices.DeleteFunc(slices.Clone(ids), func(id record.ID) bool { _, done := b.kids[id]; return done }))
	if len(ids) == 0 {
		return nil
	}
	found, err := b.tx.Children(ids)
	if err != nil {
		return err
	}
	var all []record.ID
	for _, id := range ids {
		b.kids[id] = found[id]
		all = append(all, found[id]...)
	}
	if err := b.look(all); err != nil {
		return err
	}
	for _, id := range b.order { // what this batch wrote refers to them, too
		for _, parent := range b.looked[id].up {
			if slices.Contains(ids, parent) {
				b.kids[parent] = append(b.kids[parent], id)
			}
		}
	}
	return nil
}

// below answers the records that refer to one, as the batch leaves them.
func (b *batch) below(id record.ID) []*kept {
	var out []*kept
	for _, kid := range sortedIDs(slices.Clone(b.kids[id])) {
		if k := b.looked[kid]; k != nil && !b.erased[kid] && slices.Contains(k.up, id) {
			out = append(out, k)
		}
	}
	return out
}

// change notes that a record is to be written.
func (b *batch) change(k *kept) {
	if !k.changed {
		k.changed = true
		b.order = append(b.order, k.row.ID)
	}
}

// set gives a record another state.
func (b *batch) set(k *kept, s *record.State) {
	k.state, k.row.State = s, s.AppendValues(nil)
	b.placed(k)
	b.looked[k.row.ID] = k
	b.change(k)
	for _, parent := range k.up {
		if list, done := b.kids[parent]; done {
			b.kids[parent] = append(list, k.row.ID)
		}
	}
}

// finish settles what was changed and writes it, and answers what moved.
func (b *batch) finish() (m moves, err error) {
	b.order = slices.DeleteFunc(b.order, func(id record.ID) bool { return b.erased[id] })
	if err := b.settle(); err != nil {
		return m, err
	}
	if err := b.repair(); err != nil {
		return m, err
	}
	if err := b.write(); err != nil {
		return m, err
	}
	if len(b.order)+len(b.gone) == 0 {
		return m, nil
	}
	m = b.moves()
	b.head.Token = newToken()
	m.head = protocol.Head{Seq: b.head.Seq, Token: b.head.Token}
	return m, b.tx.SetHead(*b.head)
}

// moves answers whom what was written reaches: where it is, and where it was.
func (b *batch) moves() (m moves) {
	m.any, m.all, m.from = true, len(b.gone) > 0, b.from
	rows := make([]moved, len(b.order))
	for i, id := range b.order {
		k := b.looked[id]
		m.in(k.row.Scopes)
		m.in(k.was)
		rows[i] = moved{k.row, k.was}
	}
	m.told(rows)
	return m
}

// write writes what changed, each record with the next sequence, and where the
// devices of a scope that it left hear of that.
func (b *batch) write() error {
	rows := make([]protocol.Row, 0, len(b.order))
	var lefts []Left
	var refs []Refs
	for _, id := range b.order {
		k := b.looked[id]
		b.head.Seq++
		k.row.Seq = b.head.Seq
		rows = append(rows, k.row)
		for _, scope := range k.was {
			if !slices.Contains(k.row.Scopes, scope) {
				lefts = append(lefts, Left{Scope: scope, ID: id, Seq: k.row.Seq})
			}
		}
		if !slices.Equal(k.refs, k.up) {
			refs = append(refs, Refs{Child: id, Parents: k.up})
		}
	}
	if len(b.gone) > 0 {
		if err := b.tx.Erase(b.gone, b.head.Seq+1); err != nil {
			return err
		}
		b.head.Seq += uint64(len(b.gone))
	}
	if len(rows) > 0 {
		if err := b.tx.PutRecords(rows); err != nil {
			return err
		}
		if err := b.tx.Leave(lefts); err != nil {
			return err
		}
		if err := b.tx.Refer(refs); err != nil {
			return err
		}
	}
	return b.name()
}

// looking is the View that a Policy gets: the workspace with the records as the
// batch leaves them.
type looking struct {
	View
	b *batch
}

// Records answers those of the ids that there are, what was read before without
// asking again.
func (l looking) Records(ids []record.ID) (map[record.ID]protocol.Row, error) {
	if err := l.b.look(ids); err != nil {
		return nil, err
	}
	out := make(map[record.ID]protocol.Row, len(ids))
	for _, id := range ids {
		if k := l.b.looked[id]; k != nil && !l.b.erased[id] {
			out[id] = k.row
		}
	}
	return out, nil
}

// same says whether two states are equal.
func same(a, b *record.State) bool { return bytes.Equal(a.AppendValues(nil), b.AppendValues(nil)) }

func keysOf[V any](m map[record.ID]V) []record.ID {
	return sortedIDs(slices.Collect(maps.Keys(m)))
}
