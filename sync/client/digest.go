package client

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Compare has one sync hold what is here against what the hub has, and take
// again what differs: what went wrong on this disk, where vectors are right and
// writes are gone, no pull would ever tell. It reads all records, on both sides.
func Compare(o *options) { o.compare = true }

// compare asks the hub in which buckets it has other records, and takes those
// again. What is written here meanwhile makes a bucket differ in vain.
func (c *Client) compare(ctx context.Context, r *Result) error {
	sums, err := c.sums(ctx)
	if err != nil {
		return err
	}
	var ask protocol.Digest
	if err := c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		ask = protocol.Digest{Ask: m.ask(), Sums: sums.Encode()}
		return err
	}); err != nil {
		return err
	}
	answer, err := c.hub.Digest(ctx, &ask)
	if err != nil || len(answer.Buckets) == 0 {
		return err
	}
	for _, g := range answer.Hub.Grants {
		for mark := (protocol.Mark{Grant: g.Number}); ; {
			page, err := c.again(ctx, mark, answer.Buckets, r)
			if err != nil {
				return err
			}
			if !page.More {
				break
			}
			if page.Mark.Grant != mark.Grant || page.Mark.Seq <= mark.Seq {
				return protocol.Refuse(protocol.CodeMalformed, fmt.Errorf("mark %+v after %+v", page.Mark, mark))
			}
			mark = page.Mark
		}
	}
	return nil
}

// sums sums up what is held, in many transactions: nobody waits for it.
func (c *Client) sums(ctx context.Context) (*protocol.Sums, error) {
	out := &protocol.Sums{}
	var state []byte
	for after := (record.ID{}); ; {
		var held []*Held
		if err := c.local.Update(ctx, func(tx Tx) (err error) {
			held, err = tx.Clean(after, atOnce)
			return err
		}); err != nil {
			return nil, err
		}
		for _, h := range held {
			state = h.State.AppendValues(state[:0])
			out.Add(h.ID, h.Kind, state)
		}
		if len(held) < atOnce {
			return out, nil
		}
		after = held[len(held)-1].ID
	}
}

// atOnce is how many records are summed up in one transaction: who saves
// meanwhile waits for so many.
const atOnce = 200

// again takes in a page of records as the hub has them, where they differ.
func (c *Client) again(ctx context.Context, mark protocol.Mark, buckets []uint16, r *Result) (*protocol.Page, error) {
	ask := protocol.Again{Mark: mark, Buckets: buckets}
	if err := c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		ask.Ask = m.ask()
		return err
	}); err != nil {
		return nil, err
	}
	page, err := c.hub.Again(ctx, &ask)
	if err != nil {
		return nil, err
	}
	healed, pulled := 0, 0
	err = c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		if m.Sent != nil {
			return fmt.Errorf("client: a page while batch %d waits for its answer", m.Answered+1)
		}
		healed, pulled = 0, 0
		for _, row := range page.Rows {
			differs, lost, err := m.differs(tx, row)
			if err != nil {
				return err
			}
			if !differs {
				continue
			}
			if lost {
				healed++
			} else {
				pulled++
			}
			if _, err := m.row(tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	r.Healed += healed
	r.Pulled += pulled
	return page, err
}

// differs says whether a record is another one here than at the hub, and whether
// that is because something was lost here: it isn't, though it was pulled, or it
// is not what its vector says.
func (m *Meta) differs(tx Tx, row protocol.Row) (differs, lost bool, err error) {
	h, err := tx.Held(row.ID)
	if err != nil || h == nil {
		return true, row.Seq <= m.Pulled(), err
	}
	same := bytes.Equal(h.State.AppendValues(nil), row.State)
	if len(h.Waits) > 0 || h.Whole || same && slices.Equal(h.Scopes, row.Scopes) {
		return false, false, nil
	}
	state, err := record.Decode(row.State)
	if err != nil {
		return false, false, protocol.Refuse(protocol.CodeMalformed, err)
	}
	return true, !same && h.Hub.Compare(state.Seen) == vv.Equal, nil
}
