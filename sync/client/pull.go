package client

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// pullAll asks each grant for what changed until there is nothing more. The
// first answer of all says which grants there are.
func (c *Client) pullAll(ctx context.Context, o *options, r *Result) error {
	done := map[uint64]bool{}
	for {
		var ask protocol.Pull
		if err := c.local.Update(ctx, func(tx Tx) error {
			m, err := tx.Meta()
			ask = protocol.Pull{Ask: m.ask(), Mark: m.next(done)}
			return err
		}); err != nil {
			return err
		}
		if ask.Mark.Grant == 0 && done[0] {
			return nil
		}
		page, err := c.hub.Pull(ctx, &ask)
		if err != nil {
			return err
		}
		if !follows(page.Mark, &ask) {
			return protocol.Refuse(protocol.CodeMalformed, fmt.Errorf("mark %+v after %+v", page.Mark, ask.Mark))
		}
		if err := c.apply(ctx, page, o, r); err != nil {
			return err
		}
		if !page.More {
			done[page.Mark.Grant] = true
			done[0] = true
		}
		for _, mark := range page.Hub.Marks {
			done[mark.Grant] = true
		}
	}
}

// follows says whether a page's mark goes on from one of those that were asked with.
func follows(mark protocol.Mark, ask *protocol.Pull) bool {
	asked := func(m protocol.Mark) bool { return m.Grant == mark.Grant && m.Seq <= mark.Seq }
	return asked(ask.Mark) || slices.ContainsFunc(ask.Ask.Marks, asked)
}

// next answers where to go on: the mark of a grant that is not done; the zero
// Mark when all are, or none is known yet.
func (m *Meta) next(done map[uint64]bool) protocol.Mark {
	for _, g := range m.Grants {
		if done[g.Number] {
			continue
		}
		if i := slices.IndexFunc(m.Marks, func(mark protocol.Mark) bool { return mark.Grant == g.Number }); i >= 0 {
			return m.Marks[i]
		}
		return protocol.Mark{Grant: g.Number}
	}
	return protocol.Mark{}
}

// apply takes a page in and moves the mark, in one transaction.
func (c *Client) apply(ctx context.Context, page *protocol.Page, o *options, r *Result) error {
	return c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		before := m
		before.Marks = slices.Clone(m.Marks)
		if m.Sent != nil {
			return fmt.Errorf("client: a page while batch %d waits for its answer", m.Answered+1)
		}
		if err := m.hear(tx, page.Hub, c.now()); err != nil {
			return err
		}
		removed := 0
		for _, id := range page.Erased {
			h, err := tx.Held(id)
			if err != nil {
				return err
			}
			if h != nil {
				removed++
			}
			if err := tx.Erase(id); err != nil {
				return err
			}
		}
		for _, row := range page.Rows {
			gone, err := m.row(tx, row)
			if err != nil {
				return err
			}
			if gone {
				removed++
			}
		}
		if err := o.judge(tx, removed); err != nil {
			return err
		}
		if page.Mark.Grant != 0 {
			m.mark(page.Mark)
		}
		r.Pulled += len(page.Rows)
		if m.same(before) {
			return nil // nothing is worth a write to the disk
		}
		return tx.SetMeta(m)
	})
}

// drift is how far the hub's clock may be off from what is kept, in ms, until
// that is worth a write of its own.
const drift = 1000

// same says whether keeping m instead of what is kept would change anything.
func (m *Meta) same(kept Meta) bool {
	now := *m
	if d := now.Offset - kept.Offset; d > -drift && d < drift {
		now.Offset = kept.Offset
	}
	return reflect.DeepEqual(now, kept)
}

// row takes one in; gone says that it removed a record.
func (m *Meta) row(tx Tx, row protocol.Row) (gone bool, err error) {
	h, err := tx.Held(row.ID)
	if err != nil {
		return false, err
	}
	if row.Left {
		if h == nil || len(h.Waits) > 0 || h.Seq >= row.Seq {
			return false, nil
		}
		return true, tx.Drop(row.ID)
	}
	if h == nil {
		state, err := record.Decode(row.State)
		if err != nil {
			return false, protocol.Refuse(protocol.CodeMalformed, err)
		}
		return false, tx.Save(&Held{ID: row.ID, Kind: row.Kind, Scopes: row.Scopes, State: *state, Hub: slices.Clone(state.Seen), Seq: row.Seq})
	}
	return false, h.take(tx, m.Replica, row)
}
