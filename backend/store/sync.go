package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// What a hub tells goes to disk through Transact's own flush: rows, derived
// columns, counters and search texts move with it, and one change event tells
// of it. It makes no write of this replica's, nothing to undo, no event in a
// lead's history and no entry in the audit log.

// Held is a record as this replica holds it, with all its live values.
type Held struct {
	ID     record.ID
	Kind   uint32
	Scopes []record.ID // as the hub last told them; none of a record that it never told
	State  record.State
	Hub    vv.Vector // the record's vector as the hub last told it; nil when it never did
	Seq    uint64    // of the last row that was taken
	Waits  []Wait    // by key
	Whole  bool      // all of it is told next time
}

// Wait is a field with a write of this replica that the hub has not answered.
// The life waits as the zero key.
type Wait struct {
	Key record.Key
	N   uint64 // the last write
}

// SyncMeta is the replica's state in sync.
type SyncMeta struct {
	Replica vv.Replica
	Ahead   int64  // ms to add to this clock for the hub's
	Rest    []byte // the client's own
	Sent    []byte // a batch that waits for its answer; nil for none
}

// SyncTx is a transaction that takes in what a hub told.
type SyncTx struct{ tx *Tx }

// syncing is what a transaction of sync has read and is to write.
type syncing struct {
	number  vv.Replica             // this replica's, as it shall be
	meta    *SyncMeta              // as it shall be; nil: as it is
	saved   map[record.ID]*Held    // as they shall be; nil: dropped
	there   map[record.ID]bool     // whether they are on disk
	kept    map[record.ID]int      // of those that are, the values beside their rows
	strange map[record.ID]struct{} // of them, kinds that this program doesn't know
	evicted map[record.ID]struct{}
	clock   record.HLC // the greatest that was seen
	zone    bool       // the workspace's zone changes
	early   map[string]bool
	open    bool // the guard is
	fetched map[record.ID]*syncRow
}

// Sync runs f in one durable transaction that takes in what a hub told. When f
// fails nothing is written.
func (s *Store) Sync(ctx context.Context, f func(*SyncTx) error) error {
	_, err := s.Transact(ctx, Op{Label: "sync", NoUndo: true, Quiet: true}, func(tx *Tx) error {
		tx.sync = &syncing{number: s.replica, saved: map[record.ID]*Held{}, there: map[record.ID]bool{}, kept: map[record.ID]int{}, fetched: map[record.ID]*syncRow{}, strange: map[record.ID]struct{}{}, evicted: map[record.ID]struct{}{}}
		return f(&SyncTx{tx})
	})
	return err
}

// joins is what the store keeps in memory of sync; guarded by writing.
type joins struct {
	joined  bool
	ahead   int64 // ms to add to this clock for the hub's
	evicted bool  // records were dropped here
	former  []vv.Replica
}

// loadJoins reads it.
func (s *Store) loadJoins(ctx context.Context) error {
	var j joins
	err := s.writer.QueryRowContext(ctx, "SELECT ahead FROM sync_meta WHERE one=1").Scan(&j.ahead)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	j.joined = err == nil
	if err := s.writer.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM sync_evicted)").Scan(&j.evicted); err != nil {
		return err
	}
	var numbers string
	err = s.writer.QueryRowContext(ctx, "SELECT value FROM device WHERE key=?", deviceNumbers).Scan(&numbers)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	j.former = formerNumbers(numbers)
	s.joins = j
	return nil
}

// isOwn says whether a number is this replica's or was once.
func (s *Store) isOwn(r vv.Replica) bool { return r == s.replica || slices.Contains(s.joins.former, r) }

// tolerant says whether a record may refer to one that isn't here: it comes
// later, or is out of this replica's scopes.
func (tx *Tx) tolerant() bool { return tx.sync != nil || tx.s.joins.joined }

// maxAhead is how far before the hub's clock this replica stamps its writes
// to stay behind none of its own: the hub brings back what is further.
const maxAhead = 60_000

// stamp answers the clock of a new operation: this machine's, corrected by the
// hub's, and above what was seen, unless that is far ahead. It orders which of
// two writes is shown, and nothing else; no clock is refused.
func (s *Store) stamp(now int64) record.HLC {
	at := record.Clock(max(now+s.joins.ahead, 0))
	if s.joins.joined {
		return max(at, min(s.clock+1, record.Clock(max(now+s.joins.ahead+maxAhead, 0))))
	}
	return max(at, s.clock+1)
}

// Meta answers the replica's state in sync; before it joined, its number alone.
func (x *SyncTx) Meta() (SyncMeta, error) {
	y := x.tx.sync
	if y.meta != nil {
		return *y.meta, nil
	}
	m := SyncMeta{Replica: y.number}
	err := x.tx.s.row(x.tx.ctx, "SELECT ahead,rest,sent FROM sync_meta WHERE one=1").Scan(&m.Ahead, &m.Rest, &m.Sent)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return m, err
}

// SetMeta keeps the replica's state in sync. Its number changes by Rename only.
func (x *SyncTx) SetMeta(m SyncMeta) error {
	if m.Replica != x.tx.sync.number {
		return fmt.Errorf("store: replica %d is set to %d without a rename", x.tx.sync.number, m.Replica)
	}
	x.tx.sync.meta = &m
	return nil
}

// Held answers a record with its values, nil when there is none. Don't change it.
func (x *SyncTx) Held(id record.ID) (*Held, error) {
	if h, ok := x.tx.sync.saved[id]; ok {
		return h.clone(), nil
	}
	if there, known := x.tx.sync.there[id]; known && !there {
		return nil, nil
	}
	row := x.tx.sync.fetched[id]
	delete(x.tx.sync.fetched, id) // its state is the asker's from now on
	if row == nil {
		var err error
		if row, err = x.tx.syncRow(text(id[:])); err != nil {
			return nil, err
		}
	}
	x.tx.sync.there[id] = row != nil
	if row == nil {
		return nil, nil
	}
	x.tx.sync.kept[id] = row.kept
	if err := x.tx.fillValues(text(id[:]), row); err != nil {
		return nil, err
	}
	return row.held(id, x.tx.sync.number), nil
}

func (h *Held) clone() *Held {
	if h == nil {
		return nil
	}
	c := *h
	c.State = *h.State.Clone()
	c.Hub, c.Waits, c.Scopes = slices.Clone(h.Hub), slices.Clone(h.Waits), slices.Clone(h.Scopes)
	return &c
}

// waiting says whether anything of it is to be told.
func (h *Held) waiting() bool { return len(h.Waits) > 0 || h.Whole }

// Save writes a record as it came from the hub.
func (x *SyncTx) Save(h *Held) error {
	tx, y := x.tx, x.tx.sync
	if err := y.look(tx, h.ID); err != nil {
		return err
	}
	y.saved[h.ID] = h
	delete(y.evicted, h.ID)
	for _, f := range h.State.Fields {
		y.clock = max(y.clock, f.At)
	}
	for _, l := range h.State.Life {
		y.clock = max(y.clock, l.At)
	}
	t := tx.s.tables[crm.Kind(h.Kind)]
	if t == nil {
		y.strange[h.ID] = struct{}{}
		return nil
	}
	id := text(h.ID[:])
	im := tx.images[imageKey{t.kind, id}]
	if im == nil && y.there[h.ID] {
		var err error
		if im, err = tx.load(t, id); err != nil {
			return err
		}
	}
	if im == nil {
		im = &image{t: t, id: id}
		tx.images[imageKey{t.kind, id}] = im
		tx.order = append(tx.order, im)
	}
	im.merged, im.gone, im.put, im.dies = h, false, true, h.State.Dead()
	im.after, im.kept = t.fromState(id, &h.State)
	if im.before.IsValid() {
		for _, c := range t.columns {
			if c.fid == 0 {
				im.after.Field(c.field).Set(im.before.Field(c.field))
			}
		}
	} else {
		tx.noteChild(im)
	}
	return nil
}

// Settle notes that the hub has a record exactly as it stands here, in these
// scopes and under this sequence: nothing of it waits any more. It answers false,
// and does nothing, where the record is another.
func (x *SyncTx) Settle(id record.ID, state *record.State, scopes []record.ID, seq uint64) (bool, error) {
	tx, y := x.tx, x.tx.sync
	if _, saved := y.saved[id]; saved {
		return false, nil
	}
	delete(y.fetched, id)
	if !y.open {
		if err := tx.guard(1); err != nil {
			return false, err
		}
		y.open = true
	}
	done, err := tx.s.exec(tx.ctx, "UPDATE sync_records SET hub=?, scopes=?, seq=?, waits=NULL, pending=NULL, whole=NULL WHERE id=? AND state=?",
		state.Seen.Append(nil), encodeScopes(scopes), int64(seq), id[:], state.Append(nil))
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// look learns whether a record is on disk.
func (y *syncing) look(tx *Tx, id record.ID) error {
	if _, known := y.there[id]; known {
		return nil
	}
	var kept int
	err := tx.s.row(tx.ctx, "SELECT coalesce(kept,0) FROM sync_records WHERE id=?", id[:]).Scan(&kept)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	y.there[id], y.kept[id] = err == nil, kept
	return nil
}

// Drop forgets a record. It writes no deletion. Nobody here makes one of that
// id again under this number.
func (x *SyncTx) Drop(id record.ID) error {
	tx, y := x.tx, x.tx.sync
	if err := y.look(tx, id); err != nil {
		return err
	}
	before := y.saved[id]
	y.saved[id] = nil
	y.evicted[id] = struct{}{}
	var kind crm.Kind
	switch {
	case before != nil:
		kind = crm.Kind(before.Kind)
	case !y.there[id]:
		return nil
	default:
		if err := tx.s.row(tx.ctx, "SELECT kind FROM sync_records WHERE id=?", id[:]).Scan(&kind); err != nil {
			return err
		}
	}
	t := tx.s.tables[kind]
	if t == nil {
		y.strange[id] = struct{}{}
		return nil
	}
	im, err := tx.load(t, text(id[:]))
	if err != nil || im == nil {
		return err
	}
	im.gone, im.put, im.merged = true, true, nil
	return nil
}
