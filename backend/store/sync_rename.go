package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"patio/sync/record"
	"patio/sync/vv"
)

// Rename gives the writes that the hub has not seen another number, in every
// record, and forgets what the hub had told. all: every record waits to be told
// whole. The first one, by which a replica joins, makes all records wait, and
// renames whatever number they bear: until then nobody else wrote.
func (x *SyncTx) Rename(from, to vv.Replica, all bool) error {
	tx, y := x.tx, x.tx.sync
	if len(y.saved) > 0 {
		return errors.New("store: a rename after a save")
	}
	if from != y.number {
		return fmt.Errorf("store: rename of %d, which this replica is not", from)
	}
	first := !tx.s.joins.joined
	if err := tx.guard(1); err != nil {
		return err
	}
	turned, err := tx.renameRecords(from, to, first)
	if err != nil {
		return err
	}
	forget := "UPDATE sync_records SET hub=NULL, seq=NULL, whole=NULL WHERE hub IS NOT NULL OR whole IS NOT NULL OR seq IS NOT NULL"
	if all || first {
		forget = "UPDATE sync_records SET hub=NULL, seq=NULL, whole=1, waits=coalesce(waits,1)"
	}
	for _, query := range []string{forget, "DELETE FROM sync_evicted"} {
		if _, err := tx.s.exec(tx.ctx, query); err != nil {
			return err
		}
	}
	if err := tx.guard(0); err != nil {
		return err
	}
	numbers := slices.Clone(tx.s.joins.former)
	if !slices.Contains(numbers, from) {
		numbers = append(numbers, from)
	}
	encoded, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	if _, err := tx.s.exec(tx.ctx, "INSERT INTO device(key,value) VALUES (?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", deviceNumbers, string(encoded)); err != nil {
		return err
	}
	y.number = to
	if _, err := tx.s.exec(tx.ctx, "UPDATE replica SET number=? WHERE one=1", int64(to)); err != nil {
		return err
	}
	for _, id := range turned {
		h, err := x.Held(id)
		if err == nil {
			err = x.Save(h)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// renameRecords renames the writes of the records that wait; of all, where
// first. Those that don't wait have none that the hub hasn't seen. It answers
// the records that are deleted now and weren't, or the other way round: one
// whose deletion saw a write under the number that it lost.
func (tx *Tx) renameRecords(from, to vv.Replica, first bool) (turned []record.ID, err error) {
	where := "waits IS NOT NULL"
	if first {
		where = "1"
	}
	for _, t := range registry() {
		t = tx.s.tables[t.kind]
		for rid := int64(0); ; {
			rows, err := tx.s.stmt(tx.ctx, t.selectSQL+" WHERE rid>? AND EXISTS (SELECT 1 FROM sync_records r WHERE r.id="+t.name+".id AND "+where+") ORDER BY rid LIMIT 500", rid)
			if err != nil {
				return nil, err
			}
			list, err := scanRows(tx.s, t, rows)
			if err != nil {
				return nil, err
			}
			if len(list) == 0 {
				break
			}
			for _, f := range list {
				rid = f.rid
				if err := readSets(t, f.rid, f.v, tx.queryAll, tx.s); err != nil {
					return nil, err
				}
				dead, err := tx.renameRecord(f.id, from, to, first, func(state []byte) int64 { return t.digest(f.v, state) })
				if err != nil {
					return nil, err
				}
				if dead != f.dead {
					turned = append(turned, record.ID(blob(f.id)))
				}
			}
		}
	}
	ids, err := tx.recordIDs("SELECT id FROM sync_records WHERE " + where + " AND kind NOT IN (" + tx.s.kinds() + ")")
	for _, id := range ids {
		if err == nil {
			_, err = tx.renameRecord(text(id[:]), from, to, first, strangeDigest)
		}
	}
	return turned, err
}

func (tx *Tx) renameRecord(id string, from, to vv.Replica, first bool, digest func([]byte) int64) (dead bool, err error) {
	row, err := tx.syncRow(id)
	if err != nil || row == nil {
		return false, err
	}
	acked := row.hub.At(from)
	if first {
		renameAll(row.state, to)
	} else {
		row.state.Rename(from, to, acked)
	}
	encoded := row.state.Append(nil)
	// What told more than the dots stays: the removal of an element has none.
	var waits any
	if first {
		// All wait alike, and so go by their ids, as they were made: a lead with its
		// contact, which else moves, and is told again, when the lead comes.
		waits = int64(1)
	} else {
		last := uint64(0)
		for _, w := range append(row.pending, owned(row.state, nil, to)...) {
			last = max(last, w.N)
		}
		waits = optional(last)
	}
	if _, err := tx.s.exec(tx.ctx, "UPDATE sync_records SET state=?, digest=?, waits=? WHERE id=?", encoded, digest(encoded), waits, blob(id)); err != nil {
		return false, err
	}
	if row.kept > 0 {
		_, err = tx.s.exec(tx.ctx, "UPDATE sync_values SET replica=? WHERE record=? AND replica=? AND n>?", int64(to), blob(id), int64(from), int64(acked))
	}
	return row.state.Dead(), err
}

// renameAll gives all writes of a record one number: those of a replica that
// nobody else knows yet. Its n are unique whatever number it had.
func renameAll(s *record.State, to vv.Replica) {
	one := func(v vv.Vector) vv.Vector {
		var out vv.Vector
		for _, c := range v {
			out = out.With(vv.Dot{Replica: to, N: c.N})
		}
		return out
	}
	for i := range s.Fields {
		s.Fields[i].Dot.Replica = to
	}
	for i := range s.Life {
		s.Life[i].Dot.Replica = to
		s.Life[i].Seen = one(s.Life[i].Seen)
	}
	s.Seen = one(s.Seen)
}

// kinds lists those that this program knows, for SQL.
func (s *Store) kinds() string {
	var b []byte
	for _, t := range registry() {
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%d", int(t.kind))
	}
	return string(b)
}
