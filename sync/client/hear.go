package client

import (
	"context"
	"errors"
	"slices"

	"patio/sync/protocol"
)

// Hear takes in what the hub's stream told, as a pull would have brought it.
// taken is false where that doesn't go on from what is held here: then it is to
// be pulled, and nothing was done. Errors: sync.malformed, the database's.
func (c *Client) Hear(ctx context.Context, w *protocol.Word) (taken bool, err error) {
	err = c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		if err != nil || !m.goesOn(w) {
			return err
		}
		taken = true
		to, had := w.Commits[len(w.Commits)-1].Head, m.Pulled()
		if to.Seq <= had {
			return nil // a pull was quicker
		}
		for i := range w.Commits {
			if err := m.commit(tx, &w.Commits[i], had); err != nil {
				return err
			}
		}
		m.Head = to
		for _, g := range m.Grants {
			m.mark(protocol.Mark{Grant: g.Number, Seq: to.Seq})
		}
		return tx.SetMeta(m)
	})
	return taken && err == nil, err
}

// goesOn says whether a word goes on from what is held: it may come late, twice,
// or to a copy of the database of whom it was meant for. A word is of all grants
// at once, so they are to stand alike: what one of them brought already may have
// gone again.
func (m *Meta) goesOn(w *protocol.Word) bool {
	alike := func(mark protocol.Mark) bool { return mark.Seq == m.Pulled() }
	return m.Sent == nil && w.Batch <= m.Answered && w.From <= m.Pulled() && !slices.ContainsFunc(m.Marks, func(mark protocol.Mark) bool { return !alike(mark) }) &&
		len(w.Commits) > 0 && slices.EqualFunc(m.Grants, w.Grants, func(g protocol.Grant, number uint64) bool { return g.Number == number }) &&
		!slices.ContainsFunc(w.Commits, func(c protocol.Commit) bool { return c.Epoch != m.Epoch })
}

// commit takes in those of the rows of a commit that lie beyond what was pulled.
func (m *Meta) commit(tx Tx, c *protocol.Commit, had uint64) error {
	if c.Head.Seq <= had {
		return nil
	}
	if err := tx.Look(rowIDs(c.Rows)); err != nil {
		return err
	}
	for _, row := range c.Rows {
		if row.Left {
			return protocol.Refuse(protocol.CodeMalformed, errors.New("a word of what left"))
		}
		h, err := tx.Held(row.ID)
		if err != nil {
			return err
		}
		if h != nil && h.Seq >= row.Seq {
			continue // an answer to a push brought it, or what became of it
		}
		if _, err := m.row(tx, row); err != nil {
			return err
		}
	}
	return nil
}
