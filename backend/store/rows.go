package store

import (
	"database/sql"
	"fmt"
	"reflect"

	"patio/backend/crm"
)

// found is one row of an entity, read.
type found struct {
	rid  int64
	id   string
	dead bool
	v    reflect.Value
}

// scanRows reads rows of t.selectSQL, without their sets, and closes them.
func scanRows(s *Store, t *table, rows *sql.Rows) ([]found, error) {
	defer rows.Close()
	var out []found
	dest := make([]any, 3+len(t.columns))
	texts := make([]string, len(t.columns))
	ints := make([]int64, len(t.columns))
	blobs := make([][]byte, len(t.columns))
	for rows.Next() {
		var f found
		var id []byte
		dest[0], dest[1], dest[2] = &f.rid, &id, &f.dead
		for i, c := range t.columns {
			switch c.typ {
			case typeText:
				dest[3+i] = &texts[i]
			case typeID:
				dest[3+i] = &blobs[i]
			default:
				dest[3+i] = &ints[i]
			}
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, fmt.Errorf("scan %s: %w", t.name, err)
		}
		f.id = text(id)
		f.v = reflect.New(t.typ).Elem()
		f.v.Field(t.id).SetString(f.id)
		for i, c := range t.columns {
			field := f.v.Field(c.field)
			switch c.typ {
			case typeText:
				field.SetString(texts[i])
			case typeInt:
				field.SetInt(ints[i])
			case typeBool:
				field.SetBool(ints[i] != 0)
			case typeID:
				field.SetString(text(blobs[i]))
			case typeRef:
				field.SetString(s.refID(ints[i]))
			}
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

// readSets fills the sets of a record whose row was read.
func readSets(t *table, rid int64, v reflect.Value, query func(string, ...any) (*sql.Rows, error), s *Store) error {
	for _, set := range t.sets {
		rows, err := query(setSelect[set.table], rid)
		if err != nil {
			return err
		}
		if err := scanSet(set, rows, v, s); err != nil {
			return fmt.Errorf("read %s: %w", set.table, err)
		}
	}
	return nil
}

// setSelect reads the elements of a set in the order in which they are shown.
var setSelect = map[string]string{
	"contact_phones": "SELECT key,label,pos FROM contact_phones WHERE owner=? ORDER BY pos,key",
	"contact_emails": "SELECT key,label,pos FROM contact_emails WHERE owner=? ORDER BY pos,key",
	"lead_tags":      `SELECT value FROM json_each('[' || replace(trim((SELECT tag_refs FROM leads WHERE rid=?)), ' ', ',') || ']') ORDER BY value`,
}

func scanSet(set set, rows *sql.Rows, v reflect.Value, s *Store) error {
	defer rows.Close()
	f := v.Field(set.field)
	f.Set(reflect.MakeSlice(f.Type(), 0, 2)) // an empty list in the window, not null
	for rows.Next() {
		if set.table == "lead_tags" {
			var ref int64
			if err := rows.Scan(&ref); err != nil {
				return err
			}
			f.Set(reflect.Append(f, reflect.ValueOf(s.refID(ref))))
			continue
		}
		var e crm.Entry
		if err := rows.Scan(&e.Key, &e.Label, &e.Pos); err != nil {
			return err
		}
		f.Set(reflect.Append(f, reflect.ValueOf(e)))
	}
	return rows.Err()
}

// elements answers a set's elements as key → value, the value as the text that
// undo and events use.
func elements(set set, v reflect.Value) map[string]string {
	out := map[string]string{}
	switch list := v.Field(set.field).Interface().(type) {
	case []string:
		for _, id := range list {
			out[id] = ""
		}
	case []crm.Entry:
		for _, e := range list {
			out[e.Key] = fmt.Sprintf("%d|%s", e.Pos, e.Label)
		}
	}
	return out
}
