package store

import (
	"database/sql"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

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

// atOnce is how many records one query asks for.
const atOnce = 50

// someOf writes "IN (?,…)" for as many, and the arguments of a chunk of them; the
// last stands as often as it takes.
func someOf[T any](chunk []T, arg func(T) any) (string, []any) {
	args := make([]any, atOnce)
	for i := range args {
		args[i] = arg(chunk[min(i, len(chunk)-1)])
	}
	return " IN (?" + strings.Repeat(",?", atOnce-1) + ")", args
}

// readSetsOf is readSets for the rows of one entity.
func readSetsOf(t *table, list []found, query func(string, ...any) (*sql.Rows, error), s *Store) error {
	if len(t.sets) == 0 {
		return nil
	}
	if len(list) == 1 {
		return readSets(t, list[0].rid, list[0].v, query, s)
	}
	for chunk := range slices.Chunk(list, atOnce) {
		rids := map[int64]reflect.Value{}
		for _, f := range chunk {
			rids[f.rid] = f.v
		}
		in, args := someOf(chunk, func(f found) any { return f.rid })
		for _, set := range t.sets {
			for _, f := range chunk {
				list := f.v.Field(set.field)
				list.Set(reflect.MakeSlice(list.Type(), 0, 2)) // an empty list in the window, not null
			}
			rows, err := query(fmt.Sprintf(setsSelect[set.table], in), args...)
			if err == nil {
				err = scanSets(set, rows, rids, s)
			}
			if err != nil {
				return fmt.Errorf("read %s: %w", set.table, err)
			}
		}
	}
	return nil
}

// setsSelect is setSelect for the owners that %s names, each's together.
var setsSelect = map[string]string{
	"contact_phones": "SELECT owner,key,label,pos FROM contact_phones WHERE owner%s ORDER BY owner,pos,key",
	"contact_emails": "SELECT owner,key,label,pos FROM contact_emails WHERE owner%s ORDER BY owner,pos,key",
	"lead_tags":      "SELECT rid,tag_refs FROM leads WHERE rid%s",
	"field_choices":  "SELECT owner,key,label,pos FROM field_choices WHERE owner%s ORDER BY owner,pos,key",
	"lead_values":    "SELECT owner,field,value FROM lead_values WHERE owner%s ORDER BY owner,field",
	"contact_values": "SELECT owner,field,value FROM contact_values WHERE owner%s ORDER BY owner,field",
}

func scanSets(set set, rows *sql.Rows, owners map[int64]reflect.Value, s *Store) error {
	defer rows.Close()
	for rows.Next() {
		var owner, field int64
		var refs string
		var e crm.Entry
		var value crm.FieldValue
		dest := []any{&owner, &e.Key, &e.Label, &e.Pos}
		switch set.of {
		case ofTags:
			dest = []any{&owner, &refs}
		case ofValues:
			dest = []any{&owner, &field, &value.Value}
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		list := owners[owner].Field(set.field)
		switch set.of {
		case ofEntries:
			list.Set(reflect.Append(list, reflect.ValueOf(e)))
			continue
		case ofValues:
			value.FieldID = s.refID(field)
			list.Set(reflect.Append(list, reflect.ValueOf(value)))
			continue
		}
		for _, ref := range strings.Fields(refs) { // in the order of their numbers, as they were written
			n, err := strconv.ParseInt(ref, 10, 64)
			if err != nil || n < 0 || strings.HasPrefix(ref, "+") {
				return crm.NewError(crm.CodeCorrupt, "", "table", "leads").Because(err)
			}
			list.Set(reflect.Append(list, reflect.ValueOf(s.refID(n))))
		}
	}
	return rows.Err()
}

// setSelect reads the elements of a set in the order in which they are shown.
var setSelect = map[string]string{
	"contact_phones": "SELECT key,label,pos FROM contact_phones WHERE owner=? ORDER BY pos,key",
	"contact_emails": "SELECT key,label,pos FROM contact_emails WHERE owner=? ORDER BY pos,key",
	"field_choices":  "SELECT key,label,pos FROM field_choices WHERE owner=? ORDER BY pos,key",
	"lead_values":    "SELECT field,value FROM lead_values WHERE owner=? ORDER BY field",
	"contact_values": "SELECT field,value FROM contact_values WHERE owner=? ORDER BY field",
	"lead_tags":      `SELECT value FROM json_each('[' || replace(trim((SELECT tag_refs FROM leads WHERE rid=?)), ' ', ',') || ']') ORDER BY value`,
}

func scanSet(set set, rows *sql.Rows, v reflect.Value, s *Store) error {
	defer rows.Close()
	f := v.Field(set.field)
	f.Set(reflect.MakeSlice(f.Type(), 0, 2)) // an empty list in the window, not null
	for rows.Next() {
		var ref int64
		switch set.of {
		case ofTags:
			if err := rows.Scan(&ref); err != nil {
				return err
			}
			f.Set(reflect.Append(f, reflect.ValueOf(s.refID(ref))))
			continue
		case ofValues:
			var v crm.FieldValue
			if err := rows.Scan(&ref, &v.Value); err != nil {
				return err
			}
			v.FieldID = s.refID(ref)
			f.Set(reflect.Append(f, reflect.ValueOf(v)))
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
	case []crm.FieldValue:
		for _, v := range list {
			out[v.FieldID] = v.Value
		}
	}
	return out
}
