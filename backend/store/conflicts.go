package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// conflicts counts what a person is to choose of a record: its state with all
// values. Marks are nobody's business, and two moves within one stage neither;
// nor what was said of two contacts, which are found again when they look alike;
// nor is a deleted record, which a choice would bring back.
func (t *table) conflicts(s *record.State) int {
	if t.kind == crm.KindMark || t.kind == crm.KindEvent || t.kind == crm.KindPair || s.Dead() {
		return 0
	}
	n := 0
	for _, k := range s.Conflicts() {
		if t.disagree(s, k) {
			n++
		}
	}
	if revived(s) {
		n++
	}
	return n
}

// revived says whether a record was deleted while somebody edited it.
func revived(s *record.State) bool {
	return slices.ContainsFunc(s.Life, func(l record.Life) bool { return l.Dead }) && !s.Dead()
}

// disagree says whether a field's live values differ in what a person sees.
func (t *table) disagree(s *record.State, k record.Key) bool {
	cs := t.register(k.ID)
	if t.set(k.ID) == nil && cs == nil {
		return false // nobody here could choose
	}
	if len(cs) == 1 && cs[0].name == "pos" {
		return false // an order is seen where it is, and put right there
	}
	if len(cs) == 1 && cs[0].name == "merged_into" {
		return false // whom it wasn't merged into looks like it still
	}
	shown := map[string]bool{}
	for _, f := range liveOf(s, k) {
		shown[t.shown(k.ID, f.Value)] = true
	}
	return len(shown) > 1
}

// shown is the part of a value that a person sees: of several columns the
// first that isn't "", of an element its label or its value.
func (t *table) shown(fid uint16, value string) string {
	if set := t.set(fid); set != nil {
		if set.of == ofValues {
			return value
		}
		_, label := entryValue(value)
		return label
	}
	cs := t.register(fid)
	if len(cs) < 2 {
		return value
	}
	texts, ok := Unpacked(value, len(cs))
	if !ok {
		return value
	}
	for _, s := range texts {
		if s != "" && s != "0" {
			return s
		}
	}
	return ""
}

// liveOf answers a field's live writes, the one that is shown first.
func liveOf(s *record.State, k record.Key) []record.Field {
	var out []record.Field
	for _, f := range s.Fields {
		if f.Key == k {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b record.Field) int {
		switch c := cmp.Compare(b.At, a.At); {
		case c != 0:
			return c
		case a.Dot.Before(b.Dot):
			return 1
		}
		return -1
	})
	return out
}

// CountConflicts answers how many records wait for a person to choose, and how
// many refused writes nobody has read.
func (s *Store) CountConflicts(ctx context.Context) (conflicts, refused int, err error) {
	err = s.one(ctx, "SELECT (SELECT count(*) FROM sync_records WHERE conflicts>0), (SELECT count(*) FROM sync_refused)", nil, &conflicts, &refused)
	return conflicts, refused, s.fail("count conflicts", err)
}

// CountWaiting answers how many records have changes that a hub hasn't taken,
// entries of the history not counted, which nobody writes by themselves,
// and when the oldest of them was written, ms UTC; 0 when that is not known.
func (s *Store) CountWaiting(ctx context.Context) (n int, since int64, err error) {
	err = s.one(ctx, "SELECT max(count(*) FILTER (WHERE kind<>?), min(count(*), 1)), coalesce((SELECT at FROM operations WHERE last_n >= (SELECT min(waits) FROM sync_records WHERE waits IS NOT NULL) ORDER BY last_n LIMIT 1), 0) "+
		"FROM sync_records WHERE waits IS NOT NULL", []any{int64(crm.KindEvent)}, &n, &since)
	return n, since, s.fail("count what waits", err)
}

// Conflicts answers those of so many records at most.
func (s *Store) Conflicts(ctx context.Context, limit int) ([]crm.Conflict, error) {
	out := []crm.Conflict{}
	_, err := s.Transact(ctx, Op{Label: "conflicts"}, func(tx *Tx) error {
		ids, err := tx.recordIDs("SELECT id FROM sync_records WHERE conflicts>0 ORDER BY id LIMIT ?", limit)
		if err != nil {
			return err
		}
		for _, id := range ids {
			list, err := tx.conflictsOf(text(id[:]))
			if err != nil {
				return err
			}
			out = append(out, list...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, c := range out {
		if !namesContact(c.Field) {
			continue
		}
		for i, v := range c.Values {
			if c.Values[i].Value, err = s.contactName(ctx, v.Value); err != nil {
				return nil, s.fail("name contacts", err)
			}
		}
	}
	return out, nil
}

func (tx *Tx) conflictsOf(id string) ([]crm.Conflict, error) {
	row, err := tx.syncRow(id)
	if err != nil || row == nil {
		return nil, err
	}
	t := tx.s.tables[crm.Kind(row.kind)]
	if t == nil || row.state.Dead() {
		return nil, nil
	}
	if err := tx.fillValues(id, row); err != nil {
		return nil, err
	}
	var out []crm.Conflict
	for _, k := range row.state.Conflicts() {
		if !t.disagree(row.state, k) {
			continue
		}
		c := crm.Conflict{Kind: t.name, ID: id, Field: t.jsonName(k.ID), Element: k.Sub, Key: keyText(k)}
		for _, f := range liveOf(row.state, k) {
			v, err := tx.conflictValue(f.Dot, f.At, t.shown(k.ID, f.Value))
			if err != nil {
				return nil, err
			}
			c.Values = append(c.Values, v)
		}
		out = append(out, c)
	}
	if !revived(row.state) {
		return out, nil
	}
	c := crm.Conflict{Kind: t.name, ID: id, Field: fieldDeleted, Key: keyText(record.Key{}), Values: []crm.ConflictValue{}}
	for _, l := range row.state.Life {
		if !l.Dead {
			continue
		}
		v, err := tx.conflictValue(l.Dot, l.At, "1")
		if err != nil {
			return nil, err
		}
		c.Values = append(c.Values, v)
	}
	return append(out, c), nil
}

// fieldDeleted names a record's life among the fields.
const fieldDeleted = "deleted"

func (t *table) jsonName(fid uint16) string {
	if fid == 0 {
		return fieldDeleted
	}
	if set := t.set(fid); set != nil {
		return set.json
	}
	if cs := t.register(fid); len(cs) > 0 {
		return cs[0].json
	}
	return ""
}

// keyText and its reverse name a field to the window.
func keyText(k record.Key) string { return strconv.Itoa(int(k.ID)) + "/" + k.Sub }

func readKey(s string) (record.Key, bool) {
	id, sub, ok := strings.Cut(s, "/")
	n, err := strconv.ParseUint(id, 10, 16)
	return record.Key{ID: uint16(n), Sub: sub}, ok && err == nil
}

func (tx *Tx) conflictValue(d vv.Dot, at record.HLC, shown string) (crm.ConflictValue, error) {
	v := crm.ConflictValue{Value: shown, Write: fmt.Sprintf("%d.%d", d.Replica, d.N), At: at.Millis(), Replica: int64(d.Replica), Here: tx.s.isOwn(d.Replica)}
	if !v.Here {
		return v, nil
	}
	rows, err := tx.s.stmt(tx.ctx, "SELECT user FROM operations WHERE last_n>=? ORDER BY last_n LIMIT 1", int64(d.N))
	if err != nil {
		return v, err
	}
	defer rows.Close()
	for rows.Next() {
		var user int64
		if err := rows.Scan(&user); err != nil {
			return v, err
		}
		v.UserID = tx.s.refID(user)
	}
	return v, rows.Err()
}

// labelResolve is how a person's choice is named in the history.
const labelResolve = "conflict.resolve"

// ResolveConflict writes the value that a person chose: one write that has seen
// all of them. key and choice are a Conflict's Key and the Write of one of its
// values; of a deletion, choice "" keeps the record. Errors: not_found, when it
// was resolved meanwhile.
func (s *Store) ResolveConflict(ctx context.Context, id, key, choice string) (crm.Done, error) {
	k, ok := readKey(key)
	if err := CheckID("id", id); err != nil || !ok {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "key", "value", key).Because(err)
	}
	gone := crm.NewError(crm.CodeNotFound, "id", "id", id)
	return s.Transact(ctx, Op{Label: labelResolve}, func(tx *Tx) error {
		row, err := tx.syncRow(id)
		if err != nil {
			return err
		}
		if row == nil || tx.s.tables[crm.Kind(row.kind)] == nil || row.state.Dead() {
			return gone
		}
		if err := tx.fillValues(id, row); err != nil {
			return err
		}
		t := tx.s.tables[crm.Kind(row.kind)]
		im, err := tx.load(t, id)
		if err != nil {
			return err
		}
		if k == (record.Key{}) {
			if !revived(row.state) {
				return gone
			}
			im.dies = choice != ""
			im.force(k)
			return nil
		}
		if !t.disagree(row.state, k) {
			return gone
		}
		for _, f := range liveOf(row.state, k) {
			if fmt.Sprintf("%d.%d", f.Dot.Replica, f.Dot.N) == choice {
				return im.rewrite(k, f.Value)
			}
		}
		return gone
	})
}

func (im *image) force(k record.Key) {
	im.put = true
	if im.forced == nil {
		im.forced = map[record.Key]bool{}
	}
	im.forced[k] = true
}

// rewrite writes a field's value as it was told, even where it stands already.
func (im *image) rewrite(k record.Key, value string) error {
	invalid := crm.NewError(crm.CodeInvalid, im.t.jsonName(k.ID))
	if set := im.t.set(k.ID); set != nil {
		list := elements(*set, im.after)
		list[k.Sub] = value
		f := im.after.Field(set.field)
		f.SetZero()
		for _, key := range sorted(list) {
			set.add(f, key, list[key])
		}
		set.sort(f)
		if after := elements(*set, im.after); len(after) != len(list) {
			return invalid
		}
		im.force(k)
		return nil
	}
	cs := im.t.register(k.ID)
	texts, ok := []string{value}, true
	if len(cs) > 1 {
		texts, ok = Unpacked(value, len(cs))
	}
	if !ok || len(cs) == 0 {
		return invalid
	}
	for i, c := range cs {
		if !c.holds(texts[i]) {
			return invalid
		}
		c.put(im.after, texts[i])
	}
	im.force(k)
	return nil
}
