package hub

import (
	"context"
	"errors"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Digest answers in which buckets the hub has other records than a device, of
// those that it may see. Errors: those of a request, sync.forked, sync.malformed.
func (h *Hub) Digest(ctx context.Context, key []byte, ask *protocol.Digest) (*protocol.Digested, error) {
	theirs, ok := protocol.DecodeSums(ask.Sums)
	if !ok {
		return nil, protocol.Refuse(protocol.CodeMalformed, errors.New("no digest"))
	}
	var answer *protocol.Digested
	err := h.seeing(ctx, key, ask.Ask, func(v View, head Head, d *Device) error {
		ours, err := sums(v, d)
		if err != nil {
			return err
		}
		answer = &protocol.Digested{Hub: h.about(head, d), Buckets: ours.Differing(theirs)}
		return nil
	})
	return answer, err
}

// sums sums up what a device sees, grant by grant: a record that is in several
// of its scopes counts with the first. Nothing of it is kept but the sums.
func sums(v View, d *Device) (*protocol.Sums, error) {
	out := &protocol.Sums{}
	for i, g := range d.Grants {
		if err := eachIn(v, g.Scope, 0, func(c Change) (bool, error) {
			if d.firstOf(c.Row.Scopes) == i {
				out.Add(c.Row.ID, c.Row.Kind, c.Row.State)
			}
			return true, nil
		}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// firstOf answers the first grant by which a device sees a record.
func (d *Device) firstOf(scopes []record.ID) int {
	return slices.IndexFunc(d.Grants, func(g protocol.Grant) bool {
		return g.Scope == Everything || slices.Contains(scopes, g.Scope)
	})
}

// eachIn calls f with each record of a scope, page by page, beyond a sequence
// and in its order, until it answers false. Those that left aren't among them.
func eachIn(v View, scope record.ID, after uint64, f func(Change) (bool, error)) error {
	for {
		changes, err := v.Changed(scope, after, protocol.MaxRecords)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if c.Left {
				continue
			}
			if more, err := f(c); err != nil || !more {
				return err
			}
		}
		if len(changes) < protocol.MaxRecords {
			return nil
		}
		after = changes[len(changes)-1].At
	}
}

// Again answers the records of some buckets in a grant, from a mark on, as a
// pull would those that changed. Errors: as of Digest.
func (h *Hub) Again(ctx context.Context, key []byte, ask *protocol.Again) (*protocol.Page, error) {
	var wanted [protocol.Buckets]bool
	for _, b := range ask.Buckets {
		if b >= protocol.Buckets {
			return nil, protocol.Refuse(protocol.CodeMalformed, errors.New("no bucket"))
		}
		wanted[b] = true
	}
	var page *protocol.Page
	err := h.seeing(ctx, key, ask.Ask, func(v View, head Head, d *Device) error {
		page = &protocol.Page{Hub: h.about(head, d), Mark: ask.Mark}
		i := slices.IndexFunc(d.Grants, func(g protocol.Grant) bool { return g.Number == ask.Mark.Grant })
		if i < 0 {
			return nil // the answer's grants say what there is to ask
		}
		size := 0
		return eachIn(v, d.Grants[i].Scope, ask.Mark.Seq, func(c Change) (bool, error) {
			if !wanted[protocol.Bucket(c.Row.ID)] {
				return true, nil
			}
			size += len(c.Row.State)
			if len(page.Rows) == protocol.MaxRecords || size > protocol.MaxBytes && len(page.Rows) > 0 {
				page.More = true
				return false, nil
			}
			page.Rows, page.Mark.Seq = append(page.Rows, *d.told(c.Row)), c.At
			return true, nil
		})
	})
	return page, err
}

// seeing runs f on one snapshot with the device that asks, once it is known to
// be the copy of its database that the hub knows.
func (h *Hub) seeing(ctx context.Context, key []byte, ask protocol.Ask, f func(View, Head, *Device) error) error {
	err := h.store.Read(ctx, ask.Workspace, func(v View) error {
		head, err := v.Head()
		if err != nil {
			return err
		}
		d, err := admit(v, head, ask, key)
		if err != nil {
			return err
		}
		if ask.Answered != d.Batch || ask.Hash != d.Hash {
			return protocol.Refuse(protocol.CodeForked, nil)
		}
		return f(v, head, d)
	})
	if err != nil {
		return h.refusal(ctx, ask.Workspace, err)
	}
	h.spoke(ctx, ask.Workspace, ask.Replica)
	return nil
}
