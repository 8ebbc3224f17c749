package hub

import (
	"slices"

	"patio/sync/record"
)

// deepest is how far a move is followed: from a contact to its lead, on to
// that one's activities and so on. Records that refer to each other in a circle
// must not keep a hub busy for ever.
const deepest = 16

// settle finds where the changed records belong, and lets those follow whose
// place depends on theirs. Each that moves is changed, so that whoever sees it,
// or saw it, hears of it.
func (b *batch) settle() error {
	// A batch that moves nothing, as most do, asks the store for nothing.
	unsure := map[record.ID]bool{}
	for _, id := range b.order {
		k := b.looked[id]
		if k.there && !b.replaced(k) {
			continue
		}
		unsure[id] = true
		for _, parent := range slices.Concat(k.refs, k.up) {
			unsure[parent] = true
		}
	}
	for _, id := range b.gone {
		if k := b.looked[id]; k != nil {
			for _, parent := range k.refs {
				unsure[parent] = true
			}
		}
	}
	for depth := 0; len(unsure) > 0 && depth < deepest; depth++ {
		var err error
		if unsure, err = b.place(unsure); err != nil {
			return err
		}
	}
	return nil
}

// replaced says whether a record's place is told by something else than it was.
func (b *batch) replaced(k *kept) bool {
	if !k.written {
		return false
	}
	return k.by != k.place.By || !slices.Equal(k.refs, k.up) || !slices.Equal(b.scopes(k), k.was)
}

// place finds the places of some records and answers whose are unsure by that.
func (b *batch) place(unsure map[record.ID]bool) (map[record.ID]bool, error) {
	ids := keysOf(unsure)
	if err := b.look(ids); err != nil {
		return nil, err
	}
	var above, gathering []record.ID
	for _, id := range ids {
		if k := b.looked[id]; k != nil && k.place.By == Parent && len(k.up) > 0 {
			above = append(above, k.up[0])
		} else if k != nil && k.place.By == Children {
			gathering = append(gathering, id)
		}
	}
	if err := b.look(above); err != nil {
		return nil, err
	}
	if err := b.lookBelow(gathering); err != nil {
		return nil, err
	}
	var moved []record.ID
	for _, id := range ids {
		k := b.looked[id]
		if k == nil || b.erased[id] {
			continue
		}
		if scopes := b.scopes(k); !slices.Equal(scopes, k.row.Scopes) {
			k.row.Scopes = scopes
			b.change(k)
			moved = append(moved, id)
		}
	}
	if err := b.lookBelow(moved); err != nil {
		return nil, err
	}
	next := map[record.ID]bool{}
	for _, id := range moved {
		k := b.looked[id]
		for _, kid := range b.below(id) {
			if kid.follows(id) {
				next[kid.row.ID] = true
			}
		}
		for _, parent := range k.up {
			if !k.follows(parent) {
				next[parent] = true
			}
		}
	}
	return next, nil
}

// follows says whether a record is where that parent is.
func (k *kept) follows(parent record.ID) bool {
	return k.place.By == Parent && len(k.up) > 0 && k.up[0] == parent
}

// scopes answers where a record belongs, sorted, by what was looked at.
func (b *batch) scopes(k *kept) []record.ID {
	switch k.place.By {
	case Own:
		return []record.ID{k.place.Scope}
	case Parent:
		if len(k.up) > 0 {
			if parent := b.looked[k.up[0]]; parent != nil && len(parent.row.Scopes) > 0 && !b.erased[k.up[0]] {
				return parent.row.Scopes
			}
		}
	case Children:
		var out []record.ID
		for _, kid := range b.below(k.row.ID) {
			if !kid.follows(k.row.ID) {
				out = append(out, kid.row.Scopes...)
			}
		}
		if len(out) > 0 {
			return sortedIDs(out)
		}
	}
	return b.orphaned(k)
}

// orphaned answers where a record is whose place can't be told.
func (b *batch) orphaned(k *kept) []record.ID {
	switch {
	case b.d == nil || !k.written:
		return k.was
	case !k.there:
		return b.d.home()
	case !b.d.Sees(k.was...): // brought back after a restore by one who had it elsewhere
		return sortedIDs(slices.Concat(k.was, b.d.home()))
	}
	return k.was
}
