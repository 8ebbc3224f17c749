package store

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// A value on the wire is the text of its column: an integer in decimal, a flag
// as 0 or 1, an id and a reference as a UUID in lower case, "" for none. A
// register of several columns is their texts, each after its length in bytes
// and a colon, in the order of the struct: "36:0190…,2:a0" without the comma.
// An element of a set has what elements answers. This is stable for ever:
// others hold values that were written so.

// Packed writes the texts of a register of several columns.
func Packed(texts []string) string {
	var b strings.Builder
	for _, s := range texts {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	return b.String()
}

// Unpacked reads what Packed wrote; false for anything else.
func Unpacked(value string, want int) ([]string, bool) {
	var out []string
	for value != "" {
		size, rest, ok := strings.Cut(value, ":")
		n, err := strconv.Atoi(size)
		if !ok || err != nil || n < 0 || n > len(rest) {
			return nil, false
		}
		out, value = append(out, rest[:n]), rest[n:]
	}
	return out, len(out) == want
}

// register answers the columns of a field, none when it is no register.
func (t *table) register(fid uint16) []column {
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.fid == fid })
	if i < 0 || fid == 0 {
		return nil
	}
	end := i + 1
	for end < len(t.columns) && t.columns[end].fid == fid {
		end++
	}
	return t.columns[i:end]
}

// set answers the set that a field is, nil when it is none.
func (t *table) set(fid uint16) *set {
	for i := range t.sets {
		if t.sets[i].fid == fid {
			return &t.sets[i]
		}
	}
	return nil
}

// reading answers the values of one record as they are told.
type reading struct {
	t    *table
	v    reflect.Value
	sets map[uint16]map[string]string
}

// value answers a field's, false when the row has none of that key.
func (r *reading) value(k record.Key) (string, bool) {
	if cs := r.t.register(k.ID); len(cs) > 0 {
		if k.Sub != "" {
			return "", false
		}
		if len(cs) == 1 {
			return cs[0].get(r.v), true
		}
		texts := make([]string, len(cs))
		for i, c := range cs {
			texts[i] = c.get(r.v)
		}
		return Packed(texts), true
	}
	set := r.t.set(k.ID)
	if set == nil {
		return "", false
	}
	list := r.sets[k.ID]
	if list == nil {
		list = elements(*set, r.v)
		if r.sets == nil {
			r.sets = map[uint16]map[string]string{}
		}
		r.sets[k.ID] = list
	}
	value, ok := list[k.Sub]
	return value, ok
}

// fromState makes the row that shows a state, and answers the live writes
// whose values it doesn't hold.
func (t *table) fromState(id string, s *record.State) (v reflect.Value, kept []record.Field) {
	v = reflect.New(t.typ).Elem()
	v.Field(t.id).SetString(id)
	spans(s, func(win record.Field, all []record.Field) {
		if cs := t.register(win.Key.ID); len(cs) > 0 && win.Key.Sub == "" {
			texts := []string{win.Value}
			ok := true
			if len(cs) > 1 {
				texts, ok = Unpacked(win.Value, len(cs))
			}
			for i, c := range cs {
				if ok && c.holds(texts[i]) {
					c.put(v, texts[i])
				}
			}
		} else if set := t.set(win.Key.ID); set != nil {
			set.add(v.Field(set.field), win.Key.Sub, win.Value)
		}
	})
	r := reading{t: t, v: v}
	spans(s, func(win record.Field, all []record.Field) {
		for _, f := range all {
			if value, ok := r.value(f.Key); f.Dot != win.Dot || !ok || value != f.Value {
				kept = append(kept, f)
			}
		}
	})
	for _, set := range t.sets {
		set.sort(v.Field(set.field))
	}
	return v, kept
}

// spans calls f with each field's live writes, and the one that is shown.
func spans(s *record.State, f func(win record.Field, all []record.Field)) {
	for i := 0; i < len(s.Fields); {
		end := i + 1
		for end < len(s.Fields) && s.Fields[end].Key == s.Fields[i].Key {
			end++
		}
		win := s.Fields[i]
		if end > i+1 {
			win, _ = s.Live(win.Key)
		}
		f(win, s.Fields[i:end])
		i = end
	}
}

// maxShownCents is an amount beyond which counters could overflow; a lead of
// such a value shows none.
const maxShownCents = 1_000_000_000_000_000

// holds says whether a column can hold a text as it is. What it can't, from a
// faulty or newer program, stands beside the row and goes round untouched.
func (c column) holds(s string) bool {
	switch c.typ {
	case typeInt:
		n, err := strconv.ParseInt(s, 10, 64)
		return err == nil && (c.name != "value_cents" || n >= -maxShownCents && n <= maxShownCents)
	case typeID, typeRef:
		return s == "" || CheckID(c.name, s) == nil && text(blob(s)) == s
	}
	return true
}

// add puts an element into a set, unless its key can't be one's.
func (s *set) add(list reflect.Value, key, value string) {
	if s.of != ofEntries {
		switch {
		case CheckID(s.json, key) != nil || text(blob(key)) != key: // no id as it is written here
		case s.of == ofTags:
			list.Set(reflect.Append(list, reflect.ValueOf(key)))
		default:
			list.Set(reflect.Append(list, reflect.ValueOf(crm.FieldValue{FieldID: key, Value: value})))
		}
		return
	}
	pos, label := entryValue(value)
	list.Set(reflect.Append(list, reflect.ValueOf(crm.Entry{Key: key, Label: label, Pos: pos})))
}

// sort puts elements in the order in which they are shown.
func (s *set) sort(list reflect.Value) {
	if entries, ok := list.Interface().([]crm.Entry); ok {
		slices.SortFunc(entries, func(a, b crm.Entry) int { return cmp.Or(cmp.Compare(a.Pos, b.Pos), strings.Compare(a.Key, b.Key)) })
	}
}

// write names a live write.
type write struct {
	key record.Key
	dot vv.Dot
}

// fillValues gives a record's live writes their values: from its row where that
// shows them, else from what stands beside.
func (tx *Tx) fillValues(id string, r *syncRow) error {
	reads := reading{t: tx.s.tables[crm.Kind(r.kind)]}
	if reads.t != nil && len(r.state.Fields) > 0 {
		im, err := tx.load(reads.t, id)
		if err != nil {
			return err
		}
		if im == nil || !im.before.IsValid() {
			return crm.NewError(crm.CodeCorrupt, "", "table", reads.t.name).Because(fmt.Errorf("record %s has dots and no row", id))
		}
		reads.v = im.before
	}
	return tx.fillFrom(id, reads, r.state, r.kept)
}

// fillFrom is fillValues for a row that was read.
func (tx *Tx) fillFrom(id string, reads reading, s *record.State, kept int) error {
	var beside map[write]string
	if kept > 0 {
		var err error
		if beside, err = tx.keptValues(id); err != nil {
			return err
		}
	}
	missing := 0
	spans(s, func(win record.Field, all []record.Field) {
		for i, f := range all {
			value, ok := beside[write{f.Key, f.Dot}]
			if !ok && f.Dot == win.Dot && reads.t != nil {
				value, ok = reads.value(f.Key)
			}
			if all[i].Value = value; !ok {
				missing++
			}
		}
	})
	if missing > 0 {
		return crm.NewError(crm.CodeCorrupt, "", "table", "sync_values").Because(fmt.Errorf("record %s lacks %d values", id, missing))
	}
	return nil
}

func (tx *Tx) keptValues(id string) (map[write]string, error) {
	rows, err := tx.s.stmt(tx.ctx, "SELECT fid,sub,replica,n,value FROM sync_values WHERE record=?", blob(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[write]string{}
	for rows.Next() {
		var w write
		var value []byte
		if err := rows.Scan(&w.key.ID, &w.key.Sub, &w.dot.Replica, &w.dot.N, &value); err != nil {
			return nil, err
		}
		out[w] = string(value)
	}
	return out, rows.Err()
}

// keepValues replaces what stands beside a record's row; had is how many
// values did before.
func (tx *Tx) keepValues(id string, had int, kept []record.Field) error {
	if had > 0 {
		if _, err := tx.s.exec(tx.ctx, "DELETE FROM sync_values WHERE record=?", blob(id)); err != nil {
			return err
		}
	}
	for _, f := range kept {
		if _, err := tx.s.exec(tx.ctx, "INSERT OR FAIL INTO sync_values(record,fid,sub,replica,n,value) VALUES (?,?,?,?,?,?)",
			blob(id), int(f.Key.ID), f.Key.Sub, int64(f.Dot.Replica), int64(f.Dot.N), []byte(f.Value)); err != nil {
			return err
		}
	}
	return nil
}
