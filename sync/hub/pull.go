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
	filled, n := false, news{v: v, head: head}
	for _, mark := range marks {
		scope, granted := d.scope(mark.Grant)
		if !granted {
			continue // the answer's grants say what there is to ask
		}
		limit := protocol.MaxRecords
		if filled {
			limit = 1
		}
		some, err := n.read(scope, mark.Seq, limit)
		switch {
		case err != nil:
			return err
		case !some:
			page.Hub.Marks = append(page.Hub.Marks, protocol.Mark{Grant: mark.Grant, Seq: head.Seq})
		case !filled:
			filled, page.Mark = true, mark
			n.fill(d, page)
		}
	}
	if _, granted := d.scope(p.Mark.Grant); granted && !filled {
		page.Mark.Seq = head.Seq
	}
	return nil
}

// news is what happened in a scope beyond a sequence.
type news struct {
	v    View
	head Head

	changes []Change
	erased  []record.ID
	since   uint64 // erased is what was beyond that
	known   bool   // erased was read
}

// read reads so many changes at most, and says whether there is anything. Most
// who ask have marks that stand alike.
func (n *news) read(scope record.ID, after uint64, limit int) (bool, error) {
	n.changes = nil
	if after == n.head.Seq {
		n.erased, n.since, n.known = nil, after, true
		return false, nil
	}
	var err error
	if !n.known || n.since != after {
		if n.erased, err = n.v.Erased(after); err != nil {
			return false, err
		}
		n.since, n.known = after, true
	}
	n.changes, err = n.v.Changed(scope, after, limit)
	return len(n.changes)+len(n.erased) > 0, err
}

// fill puts what was read into a page. A record that left the scope, and is in
// another that the device sees, comes as it is: the grant by which it is seen may
// end before it was pulled by it.
func (n *news) fill(d *Device, page *protocol.Page) {
	changes := n.changes
	page.Erased = n.erased
	page.More = len(changes) == protocol.MaxRecords
	page.Mark.Seq = n.head.Seq
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
}
