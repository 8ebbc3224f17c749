// Package client keeps a replica in agreement with its hub: it pushes what was
// written here, pulls what changed there, and begins anew under another number
// when the database turns out to be a copy, or the hub to be a restored one.
// It knows no CRM.
package client

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Hub is the other side, over any wire. An error without a *protocol.Error
// means that it was not reached, or its answer did not arrive.
type Hub interface {
	Push(ctx context.Context, frame []byte) (*protocol.Pushed, error)
	Pull(ctx context.Context, pull *protocol.Pull) (*protocol.Page, error)
	Digest(ctx context.Context, digest *protocol.Digest) (*protocol.Digested, error)
	Again(ctx context.Context, again *protocol.Again) (*protocol.Page, error)
	// Renew answers another number for this device.
	Renew(ctx context.Context, from vv.Replica) (vv.Replica, error)
}

// Client syncs one replica.
type Client struct {
	local Local
	hub   Hub
	now   func() time.Time
}

// New makes a Client. One at a time may sync a replica.
func New(local Local, hub Hub, now func() time.Time) *Client { return &Client{local, hub, now} }

// Result is what a sync did.
type Result struct {
	Pushed  int // records told
	Refused int // writes filed
	Pulled  int // rows taken
	Renamed int // times that this replica took a new number
	Healed  int // records that had lost something here, and were taken again
}

// renames is how often one sync begins anew before it gives up.
const renames = 3

// Sync pushes what waits and pulls what changed, until there is neither. What
// it did before it failed stays done. Errors: *ManyRemovals, *protocol.Error,
// those of the wire and of the database.
func (c *Client) Sync(ctx context.Context, changes ...Option) (Result, error) {
	var r Result
	var o options
	for _, change := range changes {
		change(&o)
	}
	for {
		err := c.round(ctx, &o, &r)
		var refusal *protocol.Error
		if !errors.As(err, &refusal) || r.Renamed == renames {
			return r, err
		}
		switch refusal.Code {
		case protocol.CodeForked, protocol.CodeRetired, protocol.CodeEpoch:
			if err := c.renew(ctx, refusal.Code == protocol.CodeEpoch); err != nil {
				return r, err
			}
			r.Renamed++
		default:
			return r, err
		}
	}
}

// round pushes and then pulls. A replica that never heard of the hub pulls
// before, too: what it has pulled when it pushes, its own writes among it, it is
// not told again.
func (c *Client) round(ctx context.Context, o *options, r *Result) error {
	heard := false
	if err := c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		heard = m.Heard || m.Sent != nil
		return err
	}); err != nil {
		return err
	}
	if !heard {
		if err := c.pullAll(ctx, o, r); err != nil {
			return err
		}
	}
	agreed, err := c.pushAll(ctx, r)
	if err != nil || agreed {
		return err
	}
	if err := c.pullAll(ctx, o, r); err != nil || !o.compare {
		return err
	}
	return c.compare(ctx, r)
}

// ask is what each request says of this replica.
func (m *Meta) ask() protocol.Ask {
	return protocol.Ask{Protocol: protocol.Newest, Workspace: m.Workspace, Replica: m.Replica, Epoch: m.Epoch, Head: m.Head, Answered: m.Answered, Hash: m.Hash, Marks: m.Marks}
}

// hear takes in what every answer says of the hub. What it let this device see
// and lets it no more goes, once nothing of it waits.
func (m *Meta) hear(tx Tx, h protocol.Hub, now time.Time) error {
	m.Heard, m.Epoch, m.Head, m.Grants = true, h.Epoch, h.Head, h.Grants
	m.Offset = h.Time - now.UnixMilli()
	m.Marks = slices.DeleteFunc(m.Marks, func(mark protocol.Mark) bool {
		return !slices.ContainsFunc(m.Grants, func(g protocol.Grant) bool { return g.Number == mark.Grant })
	})
	for _, mark := range h.Marks {
		m.mark(mark)
	}
	scopes := make([]record.ID, len(h.Grants))
	for i, g := range h.Grants {
		if g.Scope == protocol.Everything {
			return nil
		}
		scopes[i] = g.Scope
	}
	outside, err := tx.Outside(scopes)
	if err != nil {
		return err
	}
	for _, id := range outside {
		if err := tx.Drop(id); err != nil {
			return err
		}
	}
	return nil
}

// mark moves that of a grant.
func (m *Meta) mark(to protocol.Mark) {
	if i := slices.IndexFunc(m.Marks, func(mark protocol.Mark) bool { return mark.Grant == to.Grant }); i >= 0 {
		m.Marks[i].Seq = max(m.Marks[i].Seq, to.Seq)
	} else if slices.ContainsFunc(m.Grants, func(g protocol.Grant) bool { return g.Number == to.Grant }) {
		m.Marks = append(m.Marks, to)
	}
}

// pushAll sends batches until nothing waits; agreed says that the last answer
// left nothing to pull.
func (c *Client) pushAll(ctx context.Context, r *Result) (agreed bool, err error) {
	for {
		frame, err := c.freeze(ctx)
		if err != nil || frame == nil {
			return agreed, err
		}
		answer, err := c.hub.Push(ctx, frame)
		if err != nil {
			return false, err
		}
		if err := c.answered(ctx, frame, answer, r); err != nil {
			return false, err
		}
		agreed = len(answer.Hub.Marks) == len(answer.Hub.Grants)
	}
}

// freeze answers the batch that waits for its answer, or makes and keeps a new
// one; nil when nothing waits.
func (c *Client) freeze(ctx context.Context) ([]byte, error) {
	var frame []byte
	err := c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		if err != nil || m.Sent != nil {
			frame = m.Sent
			return err
		}
		p := protocol.Push{Ask: m.ask(), Batch: m.Answered + 1}
		m.Frozen = nil
		size, seen := 0, map[record.ID]bool{}
		for size < protocol.MaxBytes && len(p.Items) < protocol.MaxRecords {
			ids, err := tx.Waiting(seen, protocol.MaxRecords-len(p.Items))
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				break
			}
			for _, id := range ids {
				h, err := tx.Held(id)
				if err != nil {
					return err
				}
				if h == nil {
					return fmt.Errorf("client: record %x waits and is not held", id)
				}
				seen[id] = true
				item := protocol.NewItem(id, h.Kind, h.told(m.Replica))
				if size += len(item.State); size > protocol.MaxBytes && len(p.Items) > 0 {
					break
				}
				p.Items = append(p.Items, item)
				m.Frozen = append(m.Frozen, Frozen{ID: id, N: h.last()})
			}
		}
		if len(p.Items) == 0 {
			return nil
		}
		if m.Sent, err = protocol.Encode(&p); err != nil {
			return err
		}
		frame = m.Sent
		return tx.SetMeta(m)
	})
	return frame, err
}

// told is what the hub is to hear of a record: its fields that wait, or all of
// it when the hub never had it.
func (h *Held) told(me vv.Replica) record.Delta {
	if h.Whole || h.Hub == nil {
		return h.State.Whole()
	}
	own := h.own(me)
	return h.State.Partial(own.Dirty, own.Life, h.Hub.At(me))
}

// answered applies the verdicts of a batch.
func (c *Client) answered(ctx context.Context, frame []byte, answer *protocol.Pushed, r *Result) error {
	var sent protocol.Push
	if err := protocol.Decode(frame, &sent); err != nil {
		return err
	}
	if len(answer.Verdicts) != len(sent.Items) {
		return protocol.Refuse(protocol.CodeMalformed, errors.New("an answer of another length"))
	}
	return c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		m.Answered, m.Hash, m.Sent = sent.Batch, sha256.Sum256(frame), nil
		m.Grants = answer.Hub.Grants
		for i := range sent.Items {
			v := verdict{tx: tx, m: &m, item: &sent.Items[i], frozen: m.Frozen[i], Verdict: answer.Verdicts[i]}
			v.Row = v.Told(v.item)
			if err := v.apply(r); err != nil {
				return err
			}
		}
		// A record that was out of sight, and so is gone, may have come into it by
		// the same batch.
		for _, row := range answer.Rows {
			if _, err := m.row(tx, row); err != nil {
				return err
			}
		}
		r.Pushed += len(sent.Items)
		m.Frozen = nil
		if err := m.hear(tx, answer.Hub, c.now()); err != nil {
			return err
		}
		return tx.SetMeta(m)
	})
}

// verdict is one on its way in.
type verdict struct {
	protocol.Verdict
	tx     Tx
	m      *Meta
	item   *protocol.Item
	frozen Frozen
}

func (v *verdict) apply(r *Result) error {
	if settled, err := v.settle(); settled || err != nil {
		return err
	}
	h, err := v.tx.Held(v.item.ID)
	if err != nil || h == nil {
		return err // dropped meanwhile
	}
	switch v.Status {
	case protocol.Whole:
		h.Whole = true
		return v.tx.Save(h)
	case protocol.Erased:
		return v.tx.Erase(h.ID)
	case protocol.Gone:
		if err := v.fileAll(r, h); err != nil {
			return err
		}
		return v.tx.Drop(h.ID)
	case protocol.Accepted, protocol.Refused:
	default:
		return protocol.Refuse(protocol.CodeMalformed, fmt.Errorf("status %d", v.Status))
	}
	if err := v.file(r, h); err != nil {
		return err
	}
	h.Waits = slices.DeleteFunc(h.Waits, func(w Wait) bool { return w.N <= v.frozen.N })
	h.Whole = false
	if v.Row == nil {
		if len(h.Waits) == 0 {
			return v.tx.Drop(h.ID) // a new record, refused; or one that is out of sight by now
		}
		if v.Status == protocol.Accepted && v.frozen.N > 0 {
			h.Hub = h.Hub.With(vv.Dot{Replica: v.m.Replica, N: v.frozen.N})
		}
		return v.tx.Save(h)
	}
	return h.take(v.tx, v.m.Replica, *v.Row)
}

// settle is what becomes of most: the hub has the record as it is held.
func (v *verdict) settle() (bool, error) {
	if v.Status != protocol.Accepted || len(v.Refused) > 0 || v.Row == nil {
		return false, nil
	}
	state, err := record.Decode(v.Row.State)
	if err != nil {
		return false, protocol.Refuse(protocol.CodeMalformed, err)
	}
	return v.tx.Settle(v.item.ID, state, v.Row.Scopes, v.Row.Seq)
}

// file keeps the values of the refused fields, as the batch told them: what
// the person wrote since stands in the record. A refused deletion is kept, too:
// else its record would come back and nobody be told why.
func (v *verdict) file(r *Result, h *Held) error {
	if len(v.Refused) == 0 {
		return nil
	}
	told, err := v.item.Delta()
	if err != nil {
		return err
	}
	for _, f := range told.Fields {
		if slices.Contains(v.Refused, f.Key) {
			if err := v.keep(r, h, f, v.Reason); err != nil {
				return err
			}
		}
	}
	if !slices.Contains(v.Refused, lifeKey) {
		return nil
	}
	for _, l := range told.Life {
		f := record.Field{Key: lifeKey, Dot: l.Dot, At: l.At, Value: ValueAlive}
		if l.Dead {
			f.Value = ValueDead
		}
		if err := v.keep(r, h, f, v.Reason); err != nil {
			return err
		}
	}
	return nil
}

// fileAll keeps all that waits in a record that has to go, what was written
// while the batch was under way included.
func (v *verdict) fileAll(r *Result, h *Held) error {
	for _, f := range h.State.Fields {
		if err := v.keep(r, h, f, "gone"); err != nil {
			return err
		}
	}
	return nil
}

// keep files a value if it is a write of this replica that the hub never took.
func (v *verdict) keep(r *Result, h *Held, f record.Field, reason string) error {
	if f.Dot.Replica != v.m.Replica || h.Hub.Has(f.Dot) {
		return nil
	}
	r.Refused++
	return v.tx.File(Refused{h.ID, h.Kind, f.Key, f.Value, f.At, reason})
}

// take lets the hub's row replace what is held, save for what waits.
func (h *Held) take(tx Tx, me vv.Replica, row protocol.Row) error {
	state, err := record.Decode(row.State)
	if err != nil {
		return protocol.Refuse(protocol.CodeMalformed, err)
	}
	if h.Whole {
		h.State.Merge(state.Whole(), me) // the hub may lack what it lost
	} else {
		h.State.Take(state, h.own(me))
	}
	h.Hub, h.Scopes, h.Seq = h.Hub.Join(state.Seen), row.Scopes, row.Seq
	return tx.Save(h)
}

// renew takes a new number and begins anew: what the hub has not answered goes
// under the new one.
func (c *Client) renew(ctx context.Context, restored bool) error {
	var from vv.Replica
	if err := c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		from = m.Replica
		return err
	}); err != nil {
		return err
	}
	to, err := c.hub.Renew(ctx, from)
	if err != nil {
		return err
	}
	return c.rename(ctx, from, to, restored, restored)
}

// Rejoin begins anew under a number of a hub that has forgotten this replica:
// everything held is brought to it.
func (c *Client) Rejoin(ctx context.Context, to vv.Replica) error {
	return c.rename(ctx, 0, to, true, false)
}

// rename does nothing when the replica's number is no longer from; 0 is any. all
// has every record told; restored says that the hub is another one by now, else
// what was heard of it stays the proof that it hasn't gone back.
func (c *Client) rename(ctx context.Context, from, to vv.Replica, all, restored bool) error {
	return c.local.Update(ctx, func(tx Tx) error {
		m, err := tx.Meta()
		if err != nil || from != 0 && m.Replica != from {
			return err
		}
		if err := tx.Rename(m.Replica, to, all); err != nil {
			return err
		}
		anew := Meta{Workspace: m.Workspace, Replica: to, Offset: m.Offset, Heard: m.Heard}
		if !restored {
			anew.Epoch, anew.Head = m.Epoch, m.Head
		}
		return tx.SetMeta(anew)
	})
}
