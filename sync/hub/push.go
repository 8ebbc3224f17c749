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
	var moved *commit
	var due []protocol.BlobID
	err := h.store.Write(ctx, p.Ask.Workspace, func(tx Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		d, err := admit(tx, head, p.Ask, key)
		if err != nil {
			return err
		}
		answer, moved = &protocol.Pushed{}, nil
		var marks []protocol.Mark
		defer func() {
			answer.Hub = h.about(head, d)
			for _, mark := range marks {
				answer.Hub.Marks = append(answer.Hub.Marks, protocol.Mark{Grant: mark.Grant, Seq: head.Seq})
			}
		}()
		if p.Batch == d.Batch && hash == d.Hash {
			return h.again(tx, d, &p, answer)
		}
		if p.Batch != d.Batch+1 || p.Ask.Answered != d.Batch || p.Ask.Hash != d.Hash {
			return protocol.Refuse(protocol.CodeForked, nil)
		}
		if marks, err = lacking(tx, head, d, p.Ask.Marks); err != nil {
			return err
		}
		b := newBatch(h, tx, d, &head)
		moved = &commit{epoch: head.Epoch, pusher: d.Replica, batch: p.Batch}
		if answer.Verdicts, moved.moves, err = b.take(p.Items); err != nil {
			return err
		}
		due = b.due
		bare := protocol.Pushed{Verdicts: slices.Clone(answer.Verdicts)}
		for i := range bare.Verdicts {
			bare.Verdicts[i].Row = nil
		}
		if rows, whole := b.others(answer.Verdicts, p.Items); !whole {
			marks = nil
		} else if answer.Rows = rows; len(marks) == len(d.Grants) {
			moved.by = d.Replica
		}
		for i := range answer.Verdicts {
			answer.Verdicts[i].Shorten(&p.Items[i])
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
	if moved != nil {
		h.tell(p.Ask.Workspace, moved)
	}
	h.swept(ctx, p.Ask.Workspace, due)
	h.observer.Pushed(p.Ask.Workspace, p.Ask.Replica, answer.Verdicts)
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
		if row, ok := rows[p.Items[i].ID]; ok && v.Status.Tells() {
			v.Row = d.told(row)
			v.Shorten(&p.Items[i])
		}
	}
	answer.Verdicts = stored.Verdicts
	return nil
}

// lacking answers those of the marks of a device's grants beyond which nothing
// happened yet: once it is told of its own batch it lacks nothing.
func lacking(v View, head Head, d *Device, marks []protocol.Mark) (out []protocol.Mark, err error) {
	n := news{v: v, head: head}
	for _, mark := range marks {
		scope, granted := d.scope(mark.Grant)
		if !granted {
			continue
		}
		some, err := n.read(scope, mark.Seq, 1)
		if err != nil {
			return nil, err
		}
		if !some {
			out = append(out, mark)
		}
	}
	return out, nil
}

// others answers what a batch changed beside the records that its verdicts tell,
// as the device may see it; whole says that the device is told of all that way.
func (b *batch) others(verdicts []protocol.Verdict, items []protocol.Item) (rows []protocol.Row, whole bool) {
	if len(b.gone) > 0 {
		return nil, false
	}
	told := make(map[record.ID]bool, len(items))
	for i := range verdicts {
		told[items[i].ID] = verdicts[i].Row != nil
	}
	size := 0
	for _, id := range b.order {
		k := b.looked[id]
		row := b.d.told(k.row)
		switch {
		case told[id]:
		case row != nil:
			rows = append(rows, *row)
			size += len(row.State)
		case b.d.Sees(k.was...):
			return nil, false // it is to drop it
		}
	}
	if len(rows) > protocol.MaxRecords || size > protocol.MaxBytes {
		return nil, false
	}
	return rows, true
}

func idsOf(items []protocol.Item) []record.ID {
	ids := make([]record.ID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	return ids
}

// item is one record of a push on its way in.
type item struct {
	*protocol.Item
	told record.Delta
	now  *record.State // nil of a new record
	next kept          // as it would be if nothing of it is refused
	protocol.Verdict
}

// take takes in the records of a push.
func (b *batch) take(pushed []protocol.Item) (verdicts []protocol.Verdict, moved moves, err error) {
	ids := idsOf(pushed)
	if len(sortedIDs(slices.Clone(ids))) != len(ids) {
		return nil, moved, protocol.Refuse(protocol.CodeMalformed, errors.New("a record is pushed twice"))
	}
	if err := b.lookErased(ids); err != nil {
		return nil, moved, err
	}
	items := make([]item, len(pushed))
	var named []record.ID
	for i := range pushed {
		items[i].Item = &pushed[i]
		if err := b.read(&items[i]); err != nil {
			return nil, moved, err
		}
		named = append(named, items[i].next.up...)
	}
	if err := b.lookErased(named); err != nil {
		return nil, moved, err
	}
	for i := range items {
		if err := b.item(&items[i]); err != nil {
			return nil, moved, err
		}
	}
	if moved, err = b.finish(); err != nil {
		return nil, moved, err
	}
	verdicts = make([]protocol.Verdict, len(items))
	for i := range items {
		verdicts[i] = b.verdict(&items[i])
	}
	return verdicts, moved, nil
}

// read reads what an item tells, and what would become of its record. A Status
// says that nothing does.
func (b *batch) read(it *item) (err error) {
	if b.erased[it.ID] {
		it.Status = protocol.Erased
		return nil
	}
	if it.told, err = it.Delta(); err != nil {
		return err
	}
	k := b.looked[it.ID]
	now := &record.State{}
	if k != nil {
		// What is brought back may have moved since the copy was taken that the hub
		// was restored from.
		if k.row.Kind != it.Kind || !b.back(it) && !b.d.Sees(k.row.Scopes...) {
			it.Status = protocol.Gone
			return nil
		}
		now, it.now = k.state, k.state
	}
	if !it.told.Complete && it.told.Base > now.Seen.At(b.d.Replica) {
		it.Status = protocol.Whole
		return nil
	}
	if !b.back(it) {
		if err := honest(b.d.Replica, now, &it.told); err != nil {
			return err
		}
	}
	stampAtMost(&it.told, b.d.Replica, record.Clock(b.h.now().Add(ahead).UnixMilli()))
	b.merge(it, it.told)
	return nil
}

// back says whether a device brings back what a restored hub may have lost.
func (b *batch) back(it *item) bool { return b.d.Uploads && it.told.Complete }

// merge says what becomes of an item's record when it takes in told.
func (b *batch) merge(it *item, told record.Delta) {
	it.next = kept{row: protocol.Row{ID: it.ID, Kind: it.Kind}, state: &record.State{}}
	if it.now != nil {
		it.next = *b.looked[it.ID]
		it.next.state = it.now.Clone()
	}
	it.next.state.Merge(told, b.d.Replica)
	overArrangements(it.next.state, it.now, &told, b.d.Replica)
	b.placed(&it.next)
}

// item takes in one record.
func (b *batch) item(it *item) error {
	if it.Status != 0 || b.erased[it.ID] {
		return nil // erased since, with what it refers to
	}
	it.Status = protocol.Accepted
	if err := b.judge(it); err != nil || it.Status == protocol.Refused {
		return err
	}
	if b.astray(&it.next) > 0 {
		if it.now == nil {
			return b.erase([]record.ID{it.ID}) // so that what refers to it is, too
		}
		if !b.back(it) {
			b.keepFromErased(it)
		}
	}
	if it.Status == protocol.Refused || it.now != nil && same(it.now, it.next.state) {
		return nil
	}
	it.next.written = true
	b.set(&it.next, it.next.state)
	return nil
}

// astray counts the erased records that one refers to.
func (b *batch) astray(k *kept) (n int) {
	for _, parent := range k.up {
		if b.erased[parent] {
			n++
		}
	}
	return n
}

// keepFromErased refuses the fields by which a record that others have, too,
// would refer to an erased one: nobody takes a record from everybody by pointing
// it there. What is brought back after a restore keeps its reference to nothing
// instead: to refuse a field of it is to lose what others wrote there.
func (b *batch) keepFromErased(it *item) {
	n := b.astray(&it.next)
	for _, key := range toldKeys(&it.told) {
		before, refused := it.next, append(slices.Clone(it.Refused), key)
		b.refuse(it, refused)
		if now := b.astray(&it.next); now < n {
			it.Refused, it.Reason, n = refused, ReasonErased, now
		} else {
			it.next = before
		}
	}
	b.refuse(it, it.Refused)
}

// refuse leaves keys out of what a record takes in.
func (b *batch) refuse(it *item, keys []record.Key) {
	slices.SortFunc(keys, record.Key.Compare)
	now := it.now
	if now == nil {
		now = &record.State{}
	}
	told := accepted(it.told, slices.Compact(keys), b.d.Replica, now)
	b.merge(it, told)
	it.Status = protocol.Accepted
	if len(told.Keys) == 0 && !told.LifeToo {
		it.Status = protocol.Refused
	}
}

// judge asks the policy, and leaves out of the record what it refuses. What
// comes back after a restore is not judged field by field: a record that tells
// one field less, and has seen what others wrote there, would take their values
// away.
func (b *batch) judge(it *item) (err error) {
	if b.d.Uploads {
		return nil
	}
	it.Refused, it.Reason, err = b.h.policy.Refuse(looking{b.tx, b}, *b.d, it.Kind, it.ID, it.now, it.told)
	if err != nil || len(it.Refused) == 0 {
		return err
	}
	b.refuse(it, it.Refused)
	return nil
}

// verdict answers an item with its record as the whole batch has left it.
func (b *batch) verdict(it *item) protocol.Verdict {
	if b.erased[it.ID] {
		return protocol.Verdict{Status: protocol.Erased}
	}
	if k := b.looked[it.ID]; k != nil && it.Status.Tells() {
		it.Row = b.d.told(k.row)
	}
	return it.Verdict
}
