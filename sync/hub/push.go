package hub

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

// ahead is how far before the hub's clock a write may be stamped; what is
// further is brought back to it, and never refused.
const ahead = 60 * time.Second

// Push takes in a batch; frame is its bytes as they came. The same batch again
// is answered as before. Errors: those of a request, sync.forked, sync.forged.
func (h *Hub) Push(ctx context.Context, key []byte, frame []byte) (*protocol.Pushed, error) {
	var p protocol.Push
	if err := protocol.Decode(frame, &p); err != nil {
		return nil, err
	}
	if len(p.Items) == 0 || len(p.Items) > protocol.MaxRecords {
		return nil, protocol.Refuse(protocol.CodeTooLarge, fmt.Errorf("%d items", len(p.Items)))
	}
	hash := sha256.Sum256(frame)
	var answer *protocol.Pushed
	moved := false
	err := h.store.Write(ctx, p.Ask.Workspace, func(tx Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		d, err := admit(tx, head, p.Ask, key)
		if err != nil {
			return err
		}
		answer = &protocol.Pushed{}
		defer func() { answer.Hub = h.about(head, d) }()
		if p.Batch == d.Batch && hash == d.Hash {
			return h.again(tx, d, &p, answer)
		}
		if p.Batch != d.Batch+1 || p.Ask.Answered != d.Batch || p.Ask.Hash != d.Hash {
			return protocol.Refuse(protocol.CodeForked, nil)
		}
		b := &batch{h: h, tx: tx, d: d, head: &head}
		if answer.Verdicts, err = b.take(p.Items); err != nil {
			return err
		}
		if moved = len(b.put) > 0; moved {
			head.Token = newToken()
			if err := tx.SetHead(head); err != nil {
				return err
			}
		}
		bare := protocol.Pushed{Verdicts: slices.Clone(answer.Verdicts)}
		for i := range bare.Verdicts {
			bare.Verdicts[i].Row = nil
		}
		d.Batch, d.Hash, d.Seen = p.Batch, hash, h.now().UnixMilli()
		if d.Answer, err = protocol.Encode(&bare); err != nil {
			return err
		}
		return tx.PutDevice(*d)
	})
	if err != nil {
		return nil, h.refusal(ctx, p.Ask.Workspace, err)
	}
	if moved {
		h.tell(p.Ask.Workspace)
	}
	return answer, nil
}

// again answers a batch whose answer was lost: its verdicts, with the records
// as they are now.
func (h *Hub) again(tx Tx, d *Device, p *protocol.Push, answer *protocol.Pushed) error {
	var stored protocol.Pushed
	if err := protocol.Decode(d.Answer, &stored); err != nil {
		return err
	}
	if len(stored.Verdicts) != len(p.Items) {
		return errors.New("hub: a stored answer of another length")
	}
	rows, err := tx.Records(idsOf(p.Items))
	if err != nil {
		return err
	}
	for i := range stored.Verdicts {
		v := &stored.Verdicts[i]
		row, ok := rows[p.Items[i].ID]
		if ok && v.Status != protocol.Gone && d.sees(row.Scope) {
			v.Row = &row
		}
	}
	answer.Verdicts = stored.Verdicts
	return nil
}

func idsOf(items []protocol.Item) []record.ID {
	ids := make([]record.ID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	return ids
}

func (d *Device) sees(scope record.ID) bool {
	return slices.ContainsFunc(d.Grants, func(g protocol.Grant) bool { return g.Scope == scope })
}

// batch is a push on its way in.
type batch struct {
	h    *Hub
	tx   Tx
	d    *Device
	head *Head
	rows map[record.ID]protocol.Row
	put  []protocol.Row
}

func (b *batch) take(items []protocol.Item) ([]protocol.Verdict, error) {
	ids := idsOf(items)
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, func(x, y record.ID) int { return slices.Compare(x[:], y[:]) })
	if len(slices.Compact(sorted)) != len(ids) {
		return nil, protocol.Refuse(protocol.CodeMalformed, errors.New("a record is pushed twice"))
	}
	var err error
	if b.rows, err = b.tx.Records(ids); err != nil {
		return nil, err
	}
	erased, err := b.tx.IsErased(ids)
	if err != nil {
		return nil, err
	}
	verdicts := make([]protocol.Verdict, len(items))
	for i := range items {
		if erased[items[i].ID] {
			verdicts[i].Status = protocol.Erased
			continue
		}
		if verdicts[i], err = b.item(&items[i]); err != nil {
			return nil, err
		}
	}
	return verdicts, b.tx.PutRecords(b.put)
}

// item takes in one record.
func (b *batch) item(it *protocol.Item) (protocol.Verdict, error) {
	told, err := it.Delta()
	if err != nil {
		return protocol.Verdict{}, err
	}
	row, there := b.rows[it.ID]
	now := &record.State{}
	if there {
		if !b.d.sees(row.Scope) || row.Kind != it.Kind {
			return protocol.Verdict{Status: protocol.Gone}, nil
		}
		if now, err = record.Decode(row.State); err != nil {
			return protocol.Verdict{}, fmt.Errorf("hub: record %x: %w", it.ID, err)
		}
	}
	if !told.Complete && told.Base > now.Seen.At(b.d.Replica) {
		return protocol.Verdict{Status: protocol.Whole}, nil
	}
	if !b.d.Uploads || !told.Complete {
		if err := honest(b.d.Replica, now, &told); err != nil {
			return protocol.Verdict{}, err
		}
	}
	limit := record.Clock(b.h.now().Add(ahead).UnixMilli())
	stampAtMost(&told, b.d.Replica, limit)

	v := protocol.Verdict{Status: protocol.Accepted}
	known := now
	if !there {
		known = nil
	}
	if v.Refused, v.Reason = b.judge(it.Kind, known, told); len(v.Refused) > 0 {
		slices.SortFunc(v.Refused, record.Key.Compare)
		told = accepted(told, v.Refused, b.d.Replica, now)
		if len(told.Keys) == 0 && !told.LifeToo {
			v.Status = protocol.Refused
			if there {
				v.Row = &row
			}
			return v, nil
		}
	}
	merged := now.Clone()
	merged.Merge(told, b.d.Replica)
	if !there || !same(now, merged) {
		old := row
		row = protocol.Row{ID: it.ID, Kind: it.Kind, Scope: b.h.policy.Scope(it.Kind, merged), State: merged.AppendValues(nil)}
		b.head.Seq++
		row.Seq = b.head.Seq
		if err := b.move(old, row, there); err != nil {
			return v, err
		}
		b.put = append(b.put, row)
		b.rows[it.ID] = row
	}
	v.Row = &row
	return v, nil
}

// judge asks the policy. What comes back after a restore is not judged field by
// field: a record that tells one field less, and has seen what others wrote
// there, would take their values away.
func (b *batch) judge(kind uint32, now *record.State, told record.Delta) ([]record.Key, string) {
	if b.d.Uploads {
		return nil, ""
	}
	return b.h.policy.Refuse(*b.d, kind, now, told)
}

// move notes that a record went to another scope, so that the old one hears of it.
func (b *batch) move(old, row protocol.Row, there bool) error {
	if there && old.Scope != row.Scope {
		if err := b.tx.Leave(old.Scope, row.ID, row.Seq); err != nil {
			return err
		}
	}
	return b.tx.Return(row.Scope, row.ID)
}

// honest checks that new writes are the sender's own, beyond those that the
// hub has seen of it in this record, and that it claims no other knowledge
// than the hub gave it.
func honest(r vv.Replica, now *record.State, told *record.Delta) error {
	forged := func(d vv.Dot) bool {
		if now.Seen.Has(d) {
			return false
		}
		return d.Replica != r || !told.Seen.Has(d)
	}
	for _, f := range told.Fields {
		if forged(f.Dot) {
			return protocol.Refuse(protocol.CodeForged, fmt.Errorf("write %v", f.Dot))
		}
	}
	for _, l := range told.Life {
		if forged(l.Dot) {
			return protocol.Refuse(protocol.CodeForged, fmt.Errorf("write %v to a life", l.Dot))
		}
		for _, c := range l.Seen {
			if !told.Seen.Has(vv.Dot(c)) {
				return protocol.Refuse(protocol.CodeForged, fmt.Errorf("a deletion that saw %v", c))
			}
		}
	}
	for _, c := range told.Seen {
		if c.Replica != r && !now.Seen.Has(vv.Dot(c)) {
			return protocol.Refuse(protocol.CodeForged, fmt.Errorf("knowledge of %v", c))
		}
	}
	return nil
}

// stampAtMost brings the sender's own clocks back to a limit.
func stampAtMost(d *record.Delta, r vv.Replica, limit record.HLC) {
	for i := range d.Fields {
		if f := &d.Fields[i]; f.Dot.Replica == r {
			f.At = min(f.At, limit)
		}
	}
	for i := range d.Life {
		if l := &d.Life[i]; l.Dot.Replica == r {
			l.At = min(l.At, limit)
		}
	}
}

// accepted takes refused fields out of a Delta. What it says to have seen of
// its writer ends at the last write that was accepted: a refused one gets no dot.
func accepted(d record.Delta, refused []record.Key, r vv.Replica, now *record.State) record.Delta {
	no := func(k record.Key) bool {
		_, found := slices.BinarySearchFunc(refused, k, record.Key.Compare)
		return found
	}
	keys := d.Keys
	if d.Complete {
		keys = nil
		for i, f := range d.Fields {
			if i == 0 || f.Key != d.Fields[i-1].Key {
				keys = append(keys, f.Key)
			}
		}
	}
	lifeToo := (d.LifeToo || d.Complete) && !no(LifeKey)
	out := d.State.Partial(slices.DeleteFunc(slices.Clone(keys), no), lifeToo, d.Base)
	last := now.Seen.At(r)
	for _, f := range out.Fields {
		if f.Dot.Replica == r {
			last = max(last, f.Dot.N)
		}
	}
	for _, l := range out.Life {
		if l.Dot.Replica == r {
			last = max(last, l.Dot.N)
		}
	}
	seen := make(vv.Vector, 0, len(d.Seen))
	for _, c := range d.Seen {
		if c.Replica == r {
			c.N = min(c.N, last)
		}
		if c.N > 0 {
			seen = append(seen, c)
		}
	}
	out.Seen = seen
	return out
}

// same says whether two states are equal.
func same(a, b *record.State) bool {
	return slices.Equal(a.AppendValues(nil), b.AppendValues(nil))
}
