package hub

import (
	"slices"

	"patio/sync/record"
	"patio/sync/vv"
)

// repair holds lives together: a deleted parent of a live record that holds it
// lives again. Only what this batch made, revived, deleted or gave another
// parent can be wrong, and what is repaired because of that.
func (b *batch) repair() error {
	var ids []record.ID
	for _, id := range b.order {
		k := b.looked[id]
		if k.written && (!k.there || k.wasDead != k.state.Dead() || !slices.Equal(k.refs, k.up)) {
			ids = append(ids, id)
		}
	}
	for depth := 0; len(ids) > 0 && depth < deepest; depth++ {
		var err error
		if ids, err = b.revive(ids); err != nil {
			return err
		}
	}
	return nil
}

// revive revives those of the records that are held, and the parents that they
// hold; it answers what it revived.
func (b *batch) revive(ids []record.ID) ([]record.ID, error) {
	var parents, dead []record.ID
	for _, id := range ids {
		if k := b.looked[id]; k.state.Dead() {
			dead = append(dead, id)
		} else if k.place.Holds {
			parents = append(parents, k.up...)
		}
	}
	if err := b.look(parents); err != nil {
		return nil, err
	}
	if err := b.lookBelow(dead); err != nil {
		return nil, err
	}
	for _, id := range dead {
		if slices.ContainsFunc(b.below(id), func(kid *kept) bool { return kid.place.Holds && !kid.state.Dead() }) {
			parents = append(parents, id)
		}
	}
	var revived []record.ID
	for _, id := range sortedIDs(parents) {
		if k := b.looked[id]; k != nil && !b.erased[id] && k.state.Dead() {
			s := k.state.Clone()
			s.Revive(b.dot(s), record.Clock(b.h.now().UnixMilli()))
			b.set(k, s)
			revived = append(revived, id)
		}
	}
	return revived, nil
}

// dot answers the hub's next write to a record. A machine's write revives
// nobody by being there (see record.State.Dead): this one does by taking the
// place of the deletions. One that it has not seen, and that saw every write of
// a person, kills the record again, until that one's batch is repaired, too.
func (b *batch) dot(s *record.State) vv.Dot {
	return vv.Dot{Replica: b.head.Hub, N: s.Seen.At(b.head.Hub) + 1}
}

// erase erases records, and all that refer to them.
func (b *batch) erase(ids []record.ID) error {
	for len(ids) > 0 {
		ids = sortedIDs(slices.DeleteFunc(slices.Clone(ids), func(id record.ID) bool { return b.erased[id] }))
		if err := b.look(ids); err != nil {
			return err
		}
		if err := b.lookBelow(ids); err != nil {
			return err
		}
		var next []record.ID
		for _, id := range ids {
			for _, kid := range b.below(id) {
				next = append(next, kid.row.ID)
			}
			b.erased[id] = true
			b.gone = append(b.gone, id)
		}
		ids = next
	}
	return nil
}
