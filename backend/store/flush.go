package store

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"patio/backend/crm"
	"patio/sync/record"
)

// flush writes what the function put: contacts, marks and activities first,
// then the leads with what is derived from those, then events, counters,
// search, the operation itself.
func (tx *Tx) flush() error {
	if tx.sync != nil {
		if err := tx.writeSync(); err != nil {
			return fmt.Errorf("write sync: %w", err)
		}
	}
	if !tx.changed() {
		return nil
	}
	if err := tx.guard(1); err != nil {
		return err
	}
	if err := tx.pullLeads(); err != nil {
		return err
	}
	order := slices.Clone(tx.order)
	slices.SortStableFunc(order, func(a, b *image) int { return cmp.Compare(flushRank(a.t.kind), flushRank(b.t.kind)) })
	for len(order) > 0 {
		end := 1
		for end < len(order) && order[end].t == order[0].t {
			end++
		}
		if err := tx.write(order[:end]); err != nil {
			return fmt.Errorf("write %s: %w", order[0].t.name, err)
		}
		order = order[end:]
	}
	if err := tx.writeEvents(); err != nil {
		return err
	}
	if err := tx.flushRows(); err != nil {
		return err
	}
	if err := tx.writeTotals(); err != nil {
		return err
	}
	if err := tx.guard(0); err != nil {
		return err
	}
	if err := tx.writeOperation(); err != nil {
		return err
	}
	if _, err := tx.s.exec(tx.ctx, "UPDATE replica SET counter=?, clock=? WHERE one=1", int64(tx.n), int64(tx.clock)); err != nil {
		return err
	}
	return tx.writeTexts()
}

func (tx *Tx) changed() bool {
	return slices.ContainsFunc(tx.order, func(im *image) bool { return im.put })
}

func (tx *Tx) guard(open int) error {
	_, err := tx.s.exec(tx.ctx, "UPDATE guard SET open=? WHERE one=1", open)
	return err
}

// flushRank puts what leads are derived from before the leads.
func flushRank(k crm.Kind) int {
	switch k {
	case crm.KindLead:
		return 100
	case crm.KindEvent:
		return 101
	}
	return int(k)
}

// pullLeads brings in the leads that must be derived anew because their
// contact, mark or an activity was put.
func (tx *Tx) pullLeads() error {
	if tx.sync != nil {
		return tx.pullDerived()
	}
	for _, im := range slices.Clone(tx.order) {
		if !im.put {
			continue
		}
		switch im.t.kind {
		case crm.KindContact:
			if !im.before.IsValid() {
				continue // a new contact's leads are new, too
			}
			if err := tx.markShownAs(im); err != nil {
				return err
			}
		case crm.KindMark, crm.KindActivity:
			if err := tx.markLead(im.after.FieldByName("LeadID").String()); err != nil {
				return err
			}
		}
	}
	return nil
}

// markLeads brings in the leads that a condition names.
func (tx *Tx) markLeads(why, where string, args ...any) error {
	ims, err := tx.loadAll(tx.s.tables[crm.KindLead], where, args...)
	for _, lead := range ims {
		lead.mark(why)
	}
	return err
}

// markLead brings in the lead of a mark or an activity, if it is here.
func (tx *Tx) markLead(id string) error {
	if id == "" {
		return nil
	}
	lead, err := tx.load(tx.s.tables[crm.KindLead], id)
	if lead != nil {
		lead.mark("activity")
	}
	return err
}

// mark says why a lead must be derived anew.
func (im *image) mark(why string) {
	if im.marked == nil {
		im.marked = map[string]bool{}
	}
	im.marked[why] = true
}

// write puts records of one kind on disk: rows, sets, dots; and notes them for
// undo, audit and timeline. New rows go together.
func (tx *Tx) write(ims []*image) error {
	if tx.sync != nil || tx.op.purge {
		if err := tx.eraseGone(ims); err != nil {
			return err
		}
	}
	var fresh []*image
	for _, im := range ims {
		if im.gone || !im.put && im.marked == nil {
			continue
		}
		if im.merged != nil && im.rid != 0 && im.marked == nil && !im.differs() {
			if err := tx.saveMerged(im); err != nil { // its row shows the same as before
				return fmt.Errorf("record %s: %w", im.id, err)
			}
			continue
		}
		extra, err := tx.derive(im)
		if err != nil {
			return err
		}
		if im.rid == 0 {
			im.extra = extra
			fresh = append(fresh, im)
		} else if err := tx.update(im, extra); err != nil {
			return fmt.Errorf("record %s: %w", im.id, err)
		}
	}
	return tx.insert(fresh)
}

func (tx *Tx) update(im *image, extra []any) error {
	var row *syncRow
	var derived bool
	var err error
	if edit := (recordEdit{Kind: int(im.t.kind), ID: im.id}); im.merged != nil {
		derived, err = tx.takeOver(im)
	} else if derived, row, err = tx.edit(im, &edit); row != nil {
		tx.log.edited(edit)
	}
	if err != nil || !derived && im.merged == nil && im.marked == nil {
		return err
	}
	if derived || im.marked != nil {
		args := make([]any, 0, 2+len(im.t.columns)+len(extra))
		if args, err = tx.values(append(args, im.dies), im); err != nil {
			return err
		}
		args = append(args, extra...)
		if _, err := tx.s.exec(tx.ctx, im.t.updateSQL, append(args, im.rid)...); err != nil {
			return err
		}
	}
	switch {
	case im.merged != nil:
		err = tx.saveMerged(im)
	case row != nil:
		err = tx.saveState(im, row)
	}
	if err != nil || !derived && im.marked == nil {
		return err
	}
	return tx.after(im)
}

// edit gives each field that differs a dot. It answers whether the row differs,
// and the record's sync row where there were writes; nil where there were none.
func (tx *Tx) edit(im *image, edit *recordEdit) (derived bool, row *syncRow, err error) {
	for i := 0; i < len(im.t.columns); i++ {
		c := im.t.columns[i]
		if c.get(im.before) == c.get(im.after) && !im.forced[record.Key{ID: c.fid}] {
			continue
		}
		derived = true
		if c.fid == 0 || edit.has(c.fid) {
			continue
		}
		if err := tx.needRow(im, &row); err != nil {
			return false, nil, err
		}
		d := tx.dot()
		f := fieldEdit{Fid: c.fid, N: d.N}
		for _, o := range im.t.columns {
			if o.fid == c.fid {
				f.Old, f.New = append(f.Old, o.get(im.before)), append(f.New, o.get(im.after))
			}
		}
		key := record.Key{ID: c.fid}
		row.state.Put(key, d, row.state.Next(key, tx.clock))
		edit.Fields = append(edit.Fields, f)
	}
	for _, set := range im.t.sets {
		if !im.forces(set.fid) && reflect.DeepEqual(elements(set, im.before), elements(set, im.after)) {
			continue
		}
		derived = true
		if err := tx.needRow(im, &row); err != nil {
			return false, nil, err
		}
		if err := tx.writeSet(im, set, row.state, edit); err != nil {
			return false, nil, err
		}
	}
	if im.dead != im.dies || im.forced[record.Key{}] {
		derived = true
		if err := tx.needRow(im, &row); err != nil {
			return false, nil, err
		}
		d := tx.dot()
		if im.dies {
			row.state.Delete(d, tx.clock)
			edit.Died = d.N
		} else {
			row.state.Revive(d, tx.clock)
			edit.Revived = d.N
		}
	}
	if row != nil {
		err = tx.noteWrites(im, row, edit)
	}
	return derived, row, err
}

// values appends the columns' values in the order of the table's SQL.
func (tx *Tx) values(args []any, im *image) ([]any, error) {
	for _, c := range im.t.columns {
		f := im.after.Field(c.field)
		switch c.typ {
		case typeText:
			args = append(args, f.String())
		case typeInt:
			args = append(args, f.Int())
		case typeBool:
			args = append(args, f.Bool())
		case typeID:
			id := blob(f.String())
			if id == nil && c.required {
				id = []byte{} // a hub may tell of a record that names nothing
			}
			args = append(args, id)
		case typeRef:
			ref, err := tx.s.ref(tx.ctx, f.String())
			if err != nil {
				return nil, err
			}
			args = append(args, ref)
		}
	}
	return args, nil
}

// needRow loads the record's sync row once.
func (tx *Tx) needRow(im *image, row **syncRow) error {
	if *row != nil {
		return nil
	}
	if !tx.s.joins.joined {
		state, err := tx.s.state(tx.ctx, im.id)
		*row = &syncRow{kind: uint32(im.t.kind), state: state}
		return err
	}
	var err error
	if *row, err = tx.syncRow(im.id); err == nil && *row == nil {
		*row = &syncRow{kind: uint32(im.t.kind), state: &record.State{}} // of a salvaged database
	}
	return err
}

// saveState writes a record's dots after a write of this replica's.
func (tx *Tx) saveState(im *image, row *syncRow) error {
	encoded := row.state.Append(nil)
	if !tx.s.joins.joined {
		_, err := tx.s.exec(tx.ctx,
			"INSERT INTO sync_records(id,kind,state,digest) VALUES (?,?,?,?) ON CONFLICT(id) DO UPDATE SET state=excluded.state, digest=excluded.digest",
			blob(im.id), int(im.t.kind), encoded, im.t.digest(im.after, encoded))
		return err
	}
	_, err := tx.s.exec(tx.ctx, `INSERT INTO sync_records(id,kind,state,digest,waits,pending,kept,conflicts) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET
		state=excluded.state, digest=excluded.digest, waits=excluded.waits, pending=excluded.pending, kept=excluded.kept, conflicts=excluded.conflicts`,
		blob(im.id), int(im.t.kind), encoded, im.t.digest(im.after, encoded), int64(tx.n), optionalWaits(row.pending), optional(row.kept), optional(row.conflicts))
	return err
}

// optional answers NULL for 0: rows of what is rare stay short.
func optional[N int | int64 | uint64](n N) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func optionalWaits(list []Wait) any {
	if list == nil {
		return nil
	}
	return encodeWaits(list)
}

// writeSet writes the elements of a set that differ.
func (tx *Tx) writeSet(im *image, set set, state *record.State, edit *recordEdit) error {
	before, after := elements(set, im.before), elements(set, im.after)
	for _, key := range sorted(before) {
		if _, ok := after[key]; ok {
			continue
		}
		if err := tx.dropElement(set, im.rid, key); err != nil {
			return err
		}
		d := tx.dot()
		state.Remove(record.Key{ID: set.fid, Sub: key}, d)
		edit.Fields = append(edit.Fields, fieldEdit{Fid: set.fid, Sub: key, N: d.N, Old: []string{before[key]}})
	}
	for _, key := range sorted(after) {
		old, had := before[key]
		if had && old == after[key] && !im.forced[record.Key{ID: set.fid, Sub: key}] {
			continue
		}
		if err := tx.putElement(set, im.rid, key, after[key]); err != nil {
			return err
		}
		d := tx.dot()
		k := record.Key{ID: set.fid, Sub: key}
		state.Put(k, d, state.Next(k, tx.clock))
		f := fieldEdit{Fid: set.fid, Sub: key, N: d.N, New: []string{after[key]}}
		if had {
			f.Old = []string{old}
		}
		edit.Fields = append(edit.Fields, f)
	}
	return nil
}

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (tx *Tx) putElement(set set, owner int64, key, value string) error {
	into, args, err := tx.elementRow(set, owner, key, value)
	if err != nil {
		return err
	}
	_, err = tx.s.exec(tx.ctx, insertSQL(into, len(args))+putAgain[set.table], args...)
	return err
}

// putAgain ends the statement that puts an element which may be there.
var putAgain = map[string]string{
	"lead_tags":      " ON CONFLICT DO NOTHING",
	"contact_phones": " ON CONFLICT(owner,key) DO UPDATE SET label=excluded.label, pos=excluded.pos",
	"contact_emails": " ON CONFLICT(owner,key) DO UPDATE SET label=excluded.label, pos=excluded.pos",
	"field_choices":  " ON CONFLICT(owner,key) DO UPDATE SET label=excluded.label, pos=excluded.pos",
	"lead_values":    " ON CONFLICT(owner,field) DO UPDATE SET value=excluded.value, num=excluded.num, match=excluded.match",
	"contact_values": " ON CONFLICT(owner,field) DO UPDATE SET value=excluded.value, num=excluded.num, match=excluded.match",
}

// elementRow answers the row of an element: its table with columns, and their
// values.
func (tx *Tx) elementRow(set set, owner int64, key, value string) (into string, args []any, err error) {
	switch set.of {
	case ofTags:
		ref, err := tx.s.ref(tx.ctx, key)
		return "lead_tags(owner,tag)", []any{owner, ref}, err
	case ofValues:
		ref, err := tx.s.ref(tx.ctx, key)
		num, match := valueKeys(value)
		return set.table + "(owner,field,value,num,match)", []any{owner, ref, value, num, match}, err
	}
	pos, label := entryValue(value)
	if set.table == "field_choices" {
		return "field_choices(owner,key,label,pos)", []any{owner, key, label, pos}, nil
	}
	return set.table + "(owner,key,label,pos,match)", []any{owner, key, label, pos, matchKey(set.table, key)}, nil
}

func (tx *Tx) dropElement(set set, owner int64, key string) error {
	column, at := "key", any(key)
	if set.of != ofEntries {
		ref, err := tx.s.ref(tx.ctx, key)
		if err != nil {
			return err
		}
		column, at = map[setOf]string{ofTags: "tag", ofValues: "field"}[set.of], ref
	}
	_, err := tx.s.exec(tx.ctx, "DELETE FROM "+set.table+" WHERE "+column+"=? AND owner=?", at, owner)
	return err
}

// entryValue reads back what elements wrote for an entry.
func entryValue(value string) (pos int64, label string) {
	for i := range value {
		if value[i] == '|' {
			pos, _ = strconv.ParseInt(value[:i], 10, 64)
			return pos, value[i+1:]
		}
	}
	return 0, value
}
