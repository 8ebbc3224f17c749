package hub

import (
	"context"
	"errors"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Pull answers what changed in a grant since a mark: at most MaxRecords rows
// or MaxBytes, and at least one row. A mark of a grant that the device has no
// more, or of a commit that the hub doesn't know, begins anew. Errors: those
// of a request, sync.forked.
func (h *Hub) Pull(ctx context.Context, key []byte, p *protocol.Pull) (*protocol.Page, error) {
	var page *protocol.Page
	var device *Device
	err := h.store.Read(ctx, p.Ask.Workspace, func(v View) error {
		head, err := v.Head()
		if err != nil {
			return err
		}
		d, err := admit(v, head, p.Ask, key)
		if err != nil {
			return err
		}
		if p.Ask.Answered != d.Batch || p.Ask.Hash != d.Hash {
			return protocol.Refuse(protocol.CodeForked, nil)
		}
		device = d
		page = &protocol.Page{Hub: h.about(head, d), Mark: p.Mark}
		i := slices.IndexFunc(d.Grants, func(g protocol.Grant) bool { return g.Number == p.Mark.Grant })
		if i < 0 {
			return nil // the answer's grants say what there is to ask
		}
		return h.fill(v, head, d.Grants[i].Scope, page)
	})
	switch {
	case errors.Is(err, errRolledBack):
		return nil, errors.Join(protocol.Refuse(protocol.CodeEpoch, err), h.NewEpoch(ctx, p.Ask.Workspace))
	case err == nil && device.Uploads:
		err = h.store.Write(ctx, p.Ask.Workspace, func(tx Tx) error {
			d, err := tx.Device(p.Ask.Replica)
			if err != nil || d == nil {
				return err
			}
			d.Uploads = false
			return tx.PutDevice(*d)
		})
	}
	return page, err
}

// errRolledBack: a device proves a commit that this database doesn't have.
var errRolledBack = errors.New("hub: rolled back")

// NewEpoch begins a new generation, as after a restore: every device takes a
// new number and brings what it has.
func (h *Hub) NewEpoch(ctx context.Context, workspace record.ID) error {
	return h.store.Write(ctx, workspace, func(tx Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		if head.Hub++; head.Hub >= vv.FirstDevice {
			return errors.New("hub: out of numbers of its own")
		}
		head.Epoch = newID()
		return tx.SetHead(head)
	})
}

func (h *Hub) fill(v View, head Head, scope record.ID, page *protocol.Page) error {
	if page.Mark.Seq > 0 {
		token, err := v.Token(page.Mark.Seq)
		if err != nil {
			return err
		}
		if token != page.Mark.Token {
			return errRolledBack
		}
	}
	var err error
	if page.Erased, err = v.Erased(page.Mark.Seq); err != nil {
		return err
	}
	rows, err := v.Changed(scope, page.Mark.Seq, protocol.MaxRecords)
	if err != nil {
		return err
	}
	size := 0
	for i := range rows {
		size += len(rows[i].State)
		if i > 0 && size > protocol.MaxBytes {
			rows, page.More = rows[:i], true
			break
		}
	}
	page.Rows = rows
	page.More = page.More || len(rows) == protocol.MaxRecords
	page.Mark.Seq, page.Mark.Token = head.Seq, head.Token
	if page.More {
		page.Mark.Seq = rows[len(rows)-1].Seq
		page.Mark.Token, err = v.Token(page.Mark.Seq)
	}
	return err
}
