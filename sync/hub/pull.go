package hub

import (
	"context"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Pull answers what changed in a grant since a mark, or in another of the asker's
// if that is nothing: at most MaxRecords rows
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
		return look(v, head, d, p, page)
	})
	if err != nil {
		return nil, h.refusal(ctx, p.Ask.Workspace, err)
	}
	h.observer.Pulled(p.Ask.Workspace, p.Ask.Replica, len(page.Rows))
	h.spoke(ctx, p.Ask.Workspace, p.Ask.Replica)
	if !device.Uploads {
		return page, nil
	}
	err = h.store.Write(ctx, p.Ask.Workspace, func(tx Tx) error {
		d, err := tx.Device(p.Ask.Replica)
		if err != nil || d == nil {
			return err
		}
		d.Uploads = false
		return tx.PutDevice(*d)
	})
	return page, err
}

// look fills a page of the first of the grants in which something changed, the
// one that is asked for first, and moves the marks of those in which nothing did.
func look(v View, head Head, d *Device, p *protocol.Pull, page *protocol.Page) error {
	marks := append([]protocol.Mark{p.Mark}, slices.DeleteFunc(slices.Clone(p.Ask.Marks), func(m protocol.Mark) bool { return m.Grant == p.Mark.Grant })...)
	filled := false
	for _, mark := range marks {
		scope, granted := d.scope(mark.Grant)
		if !granted {
			continue // the answer's grants say what there is to ask
		}
		some, err := news(v, scope, mark.Seq)
		switch {
		case err != nil:
			return err
		case !some:
			page.Hub.Marks = append(page.Hub.Marks, protocol.Mark{Grant: mark.Grant, Seq: head.Seq})
		case !filled:
			filled, page.Mark = true, mark
			if err := fill(v, head, d, scope, page); err != nil {
				return err
			}
		}
	}
	if _, granted := d.scope(p.Mark.Grant); granted && !filled {
		page.Mark.Seq = head.Seq
	}
	return nil
}

// news says whether anything happened in a scope beyond a sequence.
func news(v View, scope record.ID, after uint64) (bool, error) {
	erased, err := v.Erased(after)
	if err != nil || len(erased) > 0 {
		return true, err
	}
	changes, err := v.Changed(scope, after, 1)
	return len(changes) > 0, err
}

// fill puts what changed in a scope into a page. A record that left it, and is
// in another that the device sees, comes as it is: the grant by which it is seen
// may end before it was pulled by it.
func fill(v View, head Head, d *Device, scope record.ID, page *protocol.Page) error {
	var err error
	if page.Erased, err = v.Erased(page.Mark.Seq); err != nil {
		return err
	}
	changes, err := v.Changed(scope, page.Mark.Seq, protocol.MaxRecords)
	if err != nil {
		return err
	}
	page.More = len(changes) == protocol.MaxRecords
	page.Mark.Seq = head.Seq
	size := 0
	for i, c := range changes {
		row := d.told(c.Row)
		if row == nil {
			row = &protocol.Row{ID: c.Row.ID, Seq: c.At, Left: true}
		}
		size += len(row.State)
		if i > 0 && size > protocol.MaxBytes {
			changes, page.More = changes[:i], true
			break
		}
		page.Rows = append(page.Rows, *row)
	}
	if page.More {
		page.Mark.Seq = changes[len(changes)-1].At
	}
	return nil
}
