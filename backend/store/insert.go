package store

import (
	"slices"
	"strings"

	"patio/sync/record"
)

// New rows go to disk several at a time: a statement of sixteen rows takes a
// third less than sixteen of one. They are written OR FAIL, and so raise the
// guards: a statement that may fail as if it had never run would have SQLite
// copy each page beforehand, and Transact rolls back on any error anyway.

// batchRows is how many rows one statement inserts; what is left over goes
// one by one.
const batchRows = 16

// insert writes new records of one kind.
func (tx *Tx) insert(ims []*image) error {
	for chunk := range slices.Chunk(ims, batchRows) {
		if len(chunk) == batchRows {
			if err := tx.insertRows(chunk); err != nil {
				return err
			}
			continue
		}
		for i := range chunk {
			if err := tx.insertRows(chunk[i : i+1]); err != nil {
				return err
			}
		}
	}
	for _, im := range ims {
		if err := tx.insertRest(im); err != nil {
			return err
		}
	}
	return nil
}

// insertRows writes the entities' own rows. Their rowids are consecutive.
func (tx *Tx) insertRows(ims []*image) error {
	t := ims[0].t
	args := make([]any, 0, len(ims)*t.insert.width)
	for _, im := range ims {
		var err error
		if args, err = tx.values(append(args, blob(im.id), im.dies), im); err != nil {
			return err
		}
		args = append(args, im.extra...)
	}
	res, err := tx.s.exec(tx.ctx, t.insert.sql(len(ims)), args...)
	if err != nil {
		return err
	}
	last, err := res.LastInsertId()
	for i, im := range ims {
		im.rid = last - int64(len(ims)-1-i)
	}
	return err
}

// insertRest notes a new record's dots, sets and what is derived.
func (tx *Tx) insertRest(im *image) error {
	for _, set := range im.t.sets {
		list := elements(set, im.after)
		for _, key := range sorted(list) {
			if err := tx.addElement(set, im.rid, key, list[key]); err != nil {
				return err
			}
		}
	}
	if im.merged != nil {
		tx.states = append(tx.states, newState{im, im.merged.State.Append(nil), 0})
		if err := tx.keepValues(im.id, 0, im.kept); err != nil {
			return err
		}
		return tx.after(im)
	}
	first := tx.n + 1
	state := tx.newDots(im)
	tx.log.made(im, first, tx.n)
	tx.states = append(tx.states, newState{im, state.Append(nil), tx.n})
	return tx.after(im)
}

// newDots gives every field of a new record a dot.
func (tx *Tx) newDots(im *image) *record.State {
	state := &record.State{Fields: make([]record.Field, 0, len(im.t.columns))}
	lastFid := uint16(0)
	put := func(key record.Key) {
		d := tx.dot()
		state.Fields = append(state.Fields, record.Field{Key: key, Dot: d, At: tx.clock})
		state.Seen = state.Seen.With(d)
	}
	for _, c := range im.t.columns {
		// The columns of one register stand together; one dot covers them.
		if c.fid == 0 || c.fid == lastFid || im.after.Field(c.field).IsZero() {
			continue
		}
		lastFid = c.fid
		put(record.Key{ID: c.fid})
	}
	for _, set := range im.t.sets {
		for _, key := range sorted(elements(set, im.after)) {
			put(record.Key{ID: set.fid, Sub: key})
		}
	}
	slices.SortStableFunc(state.Fields, func(a, b record.Field) int { return a.Key.Compare(b.Key) })
	if im.dies {
		state.Delete(tx.dot(), tx.clock)
	}
	if len(state.Seen) == 0 { // a record of nothing but its id still exists
		state.Revive(tx.dot(), tx.clock)
	}
	return state
}

// addElement queues an element of a new record's set.
func (tx *Tx) addElement(set set, owner int64, key, value string) error {
	into, args, err := tx.elementRow(set, owner, key, value)
	if err != nil {
		return err
	}
	return tx.addRow(into, args...)
}

// newState is the encoded state of a new record.
type newState struct {
	im    *image
	state []byte
	n     uint64 // the last of its writes; 0 of one that the hub told
}

// rowBatch collects rows of one table.
type rowBatch struct {
	inserting
	args []any
}

// addRow queues a row; into is the table with its columns. It is written by
// the end of the flush at the latest.
func (tx *Tx) addRow(into string, args ...any) error {
	b := tx.rows[into]
	if b == nil {
		b = &rowBatch{newInserting(into, len(args)), make([]any, 0, batchRows*len(args))}
		tx.rows[into] = b
	}
	b.args = append(b.args, args...)
	if len(b.args) < batchRows*b.width {
		return nil
	}
	_, err := tx.s.exec(tx.ctx, b.many, b.args...)
	b.args = b.args[:0]
	return err
}

// flushRows writes the rows that wait, and the states in the order of their ids.
func (tx *Tx) flushRows() error {
	slices.SortFunc(tx.states, func(a, b newState) int { return strings.Compare(a.im.id, b.im.id) })
	for _, st := range tx.states {
		args := []any{blob(st.im.id), int(st.im.t.kind), st.state, st.im.t.digest(st.im.after, st.state)}
		var err error
		switch {
		case st.n == 0:
			err = tx.addRow("sync_records("+mergedColumns+")", append(args, tx.mergedValues(st.im)...)...)
		case tx.s.joins.joined:
			err = tx.addRow("sync_records(id,kind,state,digest,waits)", append(args, int64(st.n))...)
		default:
			err = tx.addRow("sync_records(id,kind,state,digest)", args...)
		}
		if err != nil {
			return err
		}
	}
	tx.states = nil
	for _, b := range tx.rows {
		for row := range slices.Chunk(b.args, b.width) {
			if _, err := tx.s.exec(tx.ctx, b.one, row...); err != nil {
				return err
			}
		}
		b.args = b.args[:0]
	}
	return nil
}

// inserting is the SQL that inserts one row, or batchRows of them.
type inserting struct {
	width     int // parameters of a row
	one, many string
}

// newInserting writes the SQL; into is the table with its columns.
func newInserting(into string, width int) inserting {
	one := insertSQL(into, width)
	row := one[strings.LastIndexByte(one, '('):]
	return inserting{width, one, one + strings.Repeat(","+row, batchRows-1)}
}

// insertSQL writes the SQL that inserts one row.
func insertSQL(into string, width int) string {
	return "INSERT OR FAIL INTO " + into + " VALUES (?" + strings.Repeat(",?", width-1) + ")"
}

func (in inserting) sql(rows int) string {
	if rows == 1 {
		return in.one
	}
	return in.many
}
