package store

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"patio/backend/crm"
)

// columnType says how a struct field lies on disk.
type columnType int

const (
	typeText columnType = iota
	typeInt
	typeBool
	typeID  // UUID text in the struct, 16 bytes on disk, NULL for ""
	typeRef // UUID text in the struct, a local integer on disk, 0 for ""
)

// column is one column of an entity, read off its struct tag.
type column struct {
	name  string
	json  string
	field int // index in the struct
	typ   columnType
	fid   uint16 // 0: derived

	required bool // an id that is never NULL on disk
	added    bool // by a later migration than the table: NULL in older rows
}

// setOf says what a set's elements are.
type setOf int

const (
	ofTags    setOf = iota // ids of tags
	ofEntries              // crm.Entry, each under its key
	ofValues               // crm.FieldValue, each under its field
)

// set is a field whose elements are rows of a table of its own.
type set struct {
	table string
	json  string
	field int
	fid   uint16
	of    setOf
}

func setOfType(t reflect.Type) setOf {
	switch t {
	case reflect.TypeFor[[]crm.Entry]():
		return ofEntries
	case reflect.TypeFor[[]crm.FieldValue]():
		return ofValues
	}
	return ofTags
}

// table is how one entity lies on disk; the struct's tags are its only source.
type table struct {
	kind    crm.Kind
	name    string
	typ     reflect.Type
	id      int // struct index of the id
	columns []column
	sets    []set

	insert               inserting
	updateSQL, selectSQL string
}

// newTable reads the tags of an entity's struct.
func newTable(kind crm.Kind, name string, entity any) *table {
	t := &table{kind: kind, name: name, typ: reflect.TypeOf(entity)}
	for i := range t.typ.NumField() {
		f := t.typ.Field(i)
		fid, _ := strconv.ParseUint(f.Tag.Get("fid"), 10, 16)
		if s := f.Tag.Get("set"); s != "" {
			t.sets = append(t.sets, set{table: s, json: f.Tag.Get("json"), field: i, fid: uint16(fid), of: setOfType(f.Type)})
			continue
		}
		name, opt, _ := strings.Cut(f.Tag.Get("db"), ",")
		if name == "id" {
			t.id = i
			continue
		}
		c := column{name: name, json: f.Tag.Get("json"), field: i, fid: uint16(fid), added: f.Tag.Get("since") != ""}
		switch {
		case opt == "id":
			c.typ, c.required = typeID, name == "contact_id" || name == "lead_id"
		case opt == "ref":
			c.typ = typeRef
		case f.Type.Kind() == reflect.Int64:
			c.typ = typeInt
		case f.Type.Kind() == reflect.Bool:
			c.typ = typeBool
		}
		t.columns = append(t.columns, c)
	}
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	extra := t.extraColumns()
	t.insert = newInserting(t.name+"(id,deleted,"+strings.Join(append(names, extra...), ",")+")", 2+len(names)+len(extra))
	t.updateSQL = fmt.Sprintf("UPDATE OR FAIL %s SET deleted=?,%s=? WHERE rid=?", t.name, strings.Join(append(names, extra...), "=?,"))
	for i, c := range t.columns {
		names[i] = c.selected()
	}
	t.selectSQL = fmt.Sprintf("SELECT rid,id,deleted,%s FROM %s", strings.Join(names[:len(t.columns)], ","), t.name)
	return t
}

// selected is how a SELECT asks for the column.
func (c column) selected() string {
	switch {
	case !c.added || c.typ == typeID: // whose NULL is "" anyway
		return c.name
	case c.typ == typeText:
		return "coalesce(" + c.name + ",'')"
	}
	return "coalesce(" + c.name + ",0)"
}

// extraColumns are derived columns that no struct field shows: what queries
// need beside the entity. derived() fills them in the same order.
func (t *table) extraColumns() []string {
	switch t.kind {
	case crm.KindLead:
		return []string{"live", "tag_refs"}
	case crm.KindContact:
		return []string{"phone", "email"}
	case crm.KindActivity:
		return []string{"agenda", "shop"}
	}
	return nil
}

// registry is every entity of the CRM. A new one is one line here.
func registry() []*table {
	return []*table{
		newTable(crm.KindShop, "shops", crm.Shop{}),
		newTable(crm.KindUser, "users", crm.User{}),
		newTable(crm.KindSource, "sources", crm.Source{}),
		newTable(crm.KindTag, "tags", crm.Tag{}),
		newTable(crm.KindReason, "reasons", crm.Reason{}),
		newTable(crm.KindPipeline, "pipelines", crm.Pipeline{}),
		newTable(crm.KindStage, "stages", crm.Stage{}),
		newTable(crm.KindSetting, "settings", crm.Setting{}),
		newTable(crm.KindField, "fields", crm.Field{}),
		newTable(crm.KindView, "views", crm.View{}),
		newTable(crm.KindContact, "contacts", crm.Contact{}),
		newTable(crm.KindLead, "leads", crm.Lead{}),
		newTable(crm.KindMark, "marks", crm.Mark{}),
		newTable(crm.KindActivity, "activities", crm.Activity{}),
		newTable(crm.KindEvent, "events", crm.Event{}),
		newTable(crm.KindAttachment, "attachments", crm.Attachment{}),
		newTable(crm.KindPair, "pairs", crm.Pair{}),
	}
}

// blob answers the 16 bytes of a UUID, nil for "". Ids come from the program
// or passed checkID, so a malformed one is a fault of ours.
func blob(id string) []byte {
	if id == "" {
		return nil
	}
	u := uuid.MustParse(id)
	return u[:]
}

// text answers the UUID text of 16 bytes, "" for none.
func text(b []byte) string {
	if len(b) != 16 {
		return ""
	}
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	out[8] = '-'
	hex.Encode(out[9:13], b[4:6])
	out[13] = '-'
	hex.Encode(out[14:18], b[6:8])
	out[18] = '-'
	hex.Encode(out[19:23], b[8:10])
	out[23] = '-'
	hex.Encode(out[24:36], b[10:16])
	return string(out[:])
}

// CheckID refuses what is no UUID; the window's ids pass here.
func CheckID(field, id string) error {
	if _, err := uuid.Parse(id); err != nil || len(id) != 36 {
		return crm.NewError(crm.CodeInvalid, field, "value", id)
	}
	return nil
}

// get answers a column's value as the text that diffs, undo and events use.
func (c column) get(v reflect.Value) string {
	f := v.Field(c.field)
	switch c.typ {
	case typeInt:
		return strconv.FormatInt(f.Int(), 10)
	case typeBool:
		if f.Bool() {
			return "1"
		}
		return "0"
	}
	return f.String()
}

// put sets a column from the text that get answered.
func (c column) put(v reflect.Value, s string) {
	f := v.Field(c.field)
	switch c.typ {
	case typeInt:
		n, _ := strconv.ParseInt(s, 10, 64)
		f.SetInt(n)
	case typeBool:
		f.SetBool(s == "1")
	default:
		f.SetString(s)
	}
}
