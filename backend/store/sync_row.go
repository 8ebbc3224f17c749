package store

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// held answers the record of a row whose values were read.
func (r *syncRow) held(id record.ID, me vv.Replica) *Held {
	h := &Held{ID: id, Kind: r.kind, Scopes: r.scopes, State: *r.state, Hub: r.hub, Seq: r.seq, Waits: r.pending, Whole: r.whole}
	if r.pending == nil {
		h.Waits = owned(r.state, r.hub, me)
	}
	return h
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
