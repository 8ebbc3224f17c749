package store

import (
	"context"
	"database/sql"
	"encoding/binary"
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

// held answers the record of a row whose values were read.
func (r *syncRow) held(id record.ID, me vv.Replica) *Held {
	h := &Held{ID: id, Kind: r.kind, Scopes: r.scopes, State: *r.state, Hub: r.hub, Seq: r.seq, Waits: r.pending, Whole: r.whole}
	if r.pending == nil {
		h.Waits = owned(r.state, r.hub, me)
	}
	return h
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

// Waiting answers records that wait to be pushed, the longest waiting first,
// beyond those that are named. It sees nothing of what this transaction saves.
func (x *SyncTx) Waiting(except map[record.ID]bool, limit int) ([]record.ID, error) {
	ids, err := x.tx.recordIDs("SELECT id FROM sync_records WHERE waits IS NOT NULL ORDER BY waits, id LIMIT ?", limit+len(except))
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id record.ID) bool { return except[id] })
	ids = ids[:min(len(ids), limit)]
	return ids, x.fetch(ids)
}

// Look reads records together that Held is about to be asked for.
func (x *SyncTx) Look(ids []record.ID) error {
	y := x.tx.sync
	unknown := slices.DeleteFunc(slices.Clone(ids), func(id record.ID) bool {
		_, saved := y.saved[id]
		_, known := y.there[id]
		return saved || known || y.fetched[id] != nil
	})
	if err := x.fetch(unknown); err != nil {
		return err
	}
	for _, id := range unknown {
		if y.fetched[id] == nil {
			y.there[id] = false
		}
	}
	return nil
}

// fetch reads records that are about to be asked for one by one, in few queries.
func (x *SyncTx) fetch(ids []record.ID) error {
	tx, kinds := x.tx, map[crm.Kind][]record.ID{}
	for chunk := range slices.Chunk(ids, atOnce) {
		if err := x.fetchRows(chunk, kinds); err != nil {
			return err
		}
	}
	for kind, ids := range kinds {
		if err := tx.preload(tx.s.tables[kind], ids); err != nil {
			return err
		}
	}
	return nil
}

func (x *SyncTx) fetchRows(ids []record.ID, kinds map[crm.Kind][]record.ID) error {
	in, args := someOf(ids, func(id record.ID) any { return id[:] })
	rows, err := x.tx.s.stmt(x.tx.ctx, "SELECT "+syncRowColumns+" FROM sync_records WHERE id"+in, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		id, r, err := scanSyncRow(rows.Scan)
		if err != nil {
			return err
		}
		x.tx.sync.fetched[id] = r
		kinds[crm.Kind(r.kind)] = append(kinds[crm.Kind(r.kind)], id)
	}
	return rows.Err()
}

func (tx *Tx) recordIDs(query string, args ...any) ([]record.ID, error) {
	rows, err := tx.s.stmt(tx.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []record.ID
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if len(b) != 16 {
			return nil, crm.NewError(crm.CodeCorrupt, "", "table", "sync_records")
		}
		out = append(out, record.ID(b))
	}
	return out, rows.Err()
}

// distinctScopes jumps from one value of the index to the next: there are few
// of them, and the client asks with every answer.
const distinctScopes = `WITH RECURSIVE d(v) AS (SELECT min(scopes) FROM sync_records WHERE scopes IS NOT NULL
	UNION ALL SELECT (SELECT min(scopes) FROM sync_records WHERE scopes > d.v) FROM d WHERE d.v IS NOT NULL) SELECT v FROM d WHERE v IS NOT NULL`

// Outside answers the held records none of whose scopes is among these and of
// which nothing waits. A record that the hub never told waits.
func (x *SyncTx) Outside(scopes []record.ID) ([]record.ID, error) {
	tx := x.tx
	visible := func(list []record.ID) bool {
		return slices.ContainsFunc(list, func(id record.ID) bool { return slices.Contains(scopes, id) })
	}
	var out []record.ID
	for id, h := range tx.sync.saved {
		if h != nil && !h.waiting() && !visible(h.Scopes) {
			out = append(out, id)
		}
	}
	rows, err := tx.s.stmt(tx.ctx, distinctScopes)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, b)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, b := range all {
		if visible(decodeScopes(b)) {
			continue
		}
		ids, err := tx.recordIDs("SELECT id FROM sync_records WHERE scopes=? AND waits IS NULL", b)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if _, saved := tx.sync.saved[id]; !saved {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// Count answers how many records are held.
func (x *SyncTx) Count() (int, error) {
	var n int
	if err := x.tx.s.row(x.tx.ctx, "SELECT count(*) FROM sync_records").Scan(&n); err != nil {
		return 0, err
	}
	for id, h := range x.tx.sync.saved {
		if there := x.tx.sync.there[id]; there && h == nil {
			n--
		} else if !there && h != nil {
			n++
		}
	}
	return n, nil
}

// encodeScopes writes ids after a byte of their version, so that none are told
// from NULL.
func encodeScopes(list []record.ID) []byte {
	b := append(make([]byte, 0, 1+16*len(list)), 1)
	for _, id := range list {
		b = append(b, id[:]...)
	}
	return b
}

func decodeScopes(b []byte) []record.ID {
	if len(b) == 0 {
		return nil
	}
	list := make([]record.ID, 0, len(b)/16)
	for b = b[1:]; len(b) >= 16; b = b[16:] {
		list = append(list, record.ID(b[:16]))
	}
	return list
}

// syncRow is a row of sync_records.
type syncRow struct {
	kind      uint32
	state     *record.State
	hub       vv.Vector
	scopes    []record.ID
	seq       uint64
	pending   []Wait // nil: what the dots tell
	whole     bool
	kept      int
	conflicts int
}

const syncRowColumns = "id,kind,state,hub,scopes,coalesce(seq,0),pending,coalesce(whole,0),coalesce(kept,0),coalesce(conflicts,0)"

// syncRow reads a record's, nil when there is none.
func (tx *Tx) syncRow(id string) (*syncRow, error) {
	_, r, err := scanSyncRow(tx.s.row(tx.ctx, "SELECT "+syncRowColumns+" FROM sync_records WHERE id=?", blob(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return r, err
}

// scanSyncRow reads syncRowColumns.
func scanSyncRow(scan func(...any) error) (record.ID, *syncRow, error) {
	var r syncRow
	var id, state, hub, scopes, pending []byte
	err := scan(&id, &r.kind, &state, &hub, &scopes, &r.seq, &pending, &r.whole, &r.kept, &r.conflicts)
	if err != nil {
		return record.ID{}, nil, err
	}
	if len(id) != len(record.ID{}) {
		return record.ID{}, nil, crm.NewError(crm.CodeCorrupt, "", "table", "sync_records")
	}
	r.state, err = record.Decode(state)
	r.scopes = decodeScopes(scopes)
	if err == nil && hub != nil {
		r.hub, _, err = vv.Decode(hub)
	}
	if err == nil && pending != nil {
		r.pending, err = decodeWaits(pending)
	}
	if err != nil {
		return record.ID{}, nil, crm.NewError(crm.CodeCorrupt, "", "table", "sync_records").Because(fmt.Errorf("record %s: %w", text(id), err))
	}
	return record.ID(id), &r, nil
}

// owned answers what waits as the dots tell it: the fields with a live write of
// this replica's that the hub has not seen.
func owned(s *record.State, hub vv.Vector, me vv.Replica) []Wait {
	acked := hub.At(me)
	var out []Wait
	var life uint64
	for _, l := range s.Life {
		if l.Dot.Replica == me && l.Dot.N > acked {
			life = max(life, l.Dot.N)
		}
	}
	if life > 0 {
		out = append(out, Wait{N: life})
	}
	for _, f := range s.Fields {
		if f.Dot.Replica != me || f.Dot.N <= acked {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].Key == f.Key {
			out[last].N = max(out[last].N, f.Dot.N)
			continue
		}
		out = append(out, Wait{f.Key, f.Dot.N})
	}
	return out
}

// encodeWaits writes keys and n in turn, after a byte of their version, so that
// none are told from NULL.
func encodeWaits(list []Wait) []byte {
	b := []byte{1}
	for _, w := range list {
		b = binary.AppendUvarint(b, uint64(w.Key.ID))
		b = appendText(b, w.Key.Sub)
		b = binary.AppendUvarint(b, w.N)
	}
	return b
}

func decodeWaits(b []byte) ([]Wait, error) {
	bad := errors.New("malformed waits")
	if len(b) == 0 || b[0] != 1 {
		return nil, bad
	}
	b = b[1:]
	out := []Wait{}
	number := func() uint64 {
		n, k := binary.Uvarint(b)
		if k <= 0 {
			b, k = nil, 0
			out = nil
		}
		b = b[k:]
		return n
	}
	for len(b) > 0 {
		w := Wait{Key: record.Key{ID: uint16(number())}}
		n := number()
		if out == nil || n > uint64(len(b)) {
			return nil, bad
		}
		w.Key.Sub, b = string(b[:n]), b[n:]
		w.N = number()
		if out == nil {
			return nil, bad
		}
		out = append(out, w)
	}
	return out, nil
}
