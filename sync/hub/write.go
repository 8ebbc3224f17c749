package hub

import (
	"context"
	"errors"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Errors of the hub's own writes.
var (
	ErrErased    = errors.New("hub: the record was erased")
	ErrOtherKind = errors.New("hub: the record is of another kind")
)

// Erase deletes records for good, with all that anybody ever pushed of them and
// all that refer to them: their ids go to every device, whatever its scopes, and
// are refused from then on. What is erased already stays so.
func (h *Hub) Erase(ctx context.Context, workspace record.ID, ids []record.ID) error {
	return h.change(ctx, workspace, func(b *batch) error {
		if err := b.lookErased(ids); err != nil {
			return err
		}
		return b.erase(ids)
	})
}

// Write sets fields of a record in the hub's own name, and makes the record if
// there is none. It revives no deleted one. Errors: ErrErased, ErrOtherKind.
func (h *Hub) Write(ctx context.Context, workspace record.ID, kind uint32, id record.ID, fields map[record.Key]string) error {
	return h.change(ctx, workspace, func(b *batch) error {
		if err := b.lookErased([]record.ID{id}); err != nil {
			return err
		}
		if b.erased[id] {
			return ErrErased
		}
		k := b.looked[id]
		if k == nil {
			k = &kept{row: protocol.Row{ID: id, Kind: kind}, state: &record.State{}}
		} else if k.row.Kind != kind {
			return ErrOtherKind
		}
		s := k.state.Clone()
		for _, key := range sortedKeys(fields) {
			b.put(s, key, fields[key])
		}
		if k.there && same(s, k.state) {
			return nil
		}
		k.written = true
		b.set(k, s)
		return nil
	})
}

// put writes a field of a record if it has another value.
func (b *batch) put(s *record.State, key record.Key, value string) {
	if f, ok := s.Live(key); ok && f.Value == value && !slices.Contains(s.Conflicts(), key) {
		return
	}
	dot := b.dot(s)
	s.Put(key, dot, s.Next(key, record.Clock(b.h.now().UnixMilli())))
	i := slices.IndexFunc(s.Fields, func(f record.Field) bool { return f.Dot == dot })
	s.Fields[i].Value = value
}

func sortedKeys(fields map[record.Key]string) []record.Key {
	keys := make([]record.Key, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, record.Key.Compare)
	return keys
}

// change runs what the hub itself does to a workspace's records.
func (h *Hub) change(ctx context.Context, workspace record.ID, f func(*batch) error) error {
	var moved *commit
	var due []protocol.BlobID
	err := h.store.Write(ctx, workspace, func(tx Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		b := newBatch(h, tx, nil, &head)
		if err := f(b); err != nil {
			return err
		}
		moved = &commit{epoch: head.Epoch}
		moved.moves, err = b.finish()
		due = b.due
		return err
	})
	if err == nil && moved.any {
		h.tell(workspace, moved)
		h.swept(ctx, workspace, due)
	}
	return err
}
