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
	var ahead *early
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
		page := ahead.of(ask.Mark)
		if page == nil {
			var err error
			if page, err = c.hub.Pull(ctx, &ask); err != nil {
				return err
			}
		}
		if !follows(page.Mark, &ask) {
			return protocol.Refuse(protocol.CodeMalformed, fmt.Errorf("mark %+v after %+v", page.Mark, ask.Mark))
		}
		var err error
		if ahead, err = c.beside(ctx, page, ask, func() error { return c.apply(ctx, page, o, r) }); err != nil {
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

// early is a page that was fetched while the one before it was taken in.
type early struct {
	after protocol.Mark
	page  *protocol.Page // nil if it didn't come
}

// of answers the page, if it is the one that is to be taken in now.
func (e *early) of(mark protocol.Mark) *protocol.Page {
	if e == nil || e.after != mark {
		return nil
	}
	return e.page
}

// beside takes a page in while the next one is on its way, asked for as the
// first was. One that doesn't come is asked for again, by whom errors count.
func (c *Client) beside(ctx context.Context, page *protocol.Page, ask protocol.Pull, take func() error) (*early, error) {
	if !page.More {
		return nil, take()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ask.Mark = page.Mark
	next, come := &early{after: page.Mark}, make(chan struct{})
	go func() {
		defer close(come)
		if page, err := c.hub.Pull(ctx, &ask); err == nil {
			next.page = page
		}
	}()
	err := take()
	if err != nil {
		cancel()
	}
	<-come
	return next, err
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
		if err := tx.Look(append(slices.Clone(page.Erased), rowIDs(page.Rows)...)); err != nil {
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

func rowIDs(rows []protocol.Row) []record.ID {
	ids := make([]record.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
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
