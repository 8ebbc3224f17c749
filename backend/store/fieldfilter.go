package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode"

	"patio/backend/crm"
	"patio/backend/format"
)

// contains, ranges and choices: the three ways in which custom fields filter,
// by how many leads they tend to leave, the fewest first.
var fieldWays = map[string]int{
	crm.FieldPhone: 0, crm.FieldURL: 0, crm.FieldText: 1, crm.FieldLong: 1, crm.FieldDate: 2, crm.FieldNumber: 2, crm.FieldMoney: 2,
	crm.FieldChoice: 3, crm.FieldMulti: 4, crm.FieldBool: 5,
}

// fields narrows by custom fields. The leads are gathered by the one that
// should leave the fewest; the others are looked up lead by lead.
func (m *match) fields(s *Store, w *Workspace, list []crm.FieldFilter) error {
	least, driver := len(fieldWays), -1
	for _, f := range list {
		if field, ok := standardFields[f.FieldID]; ok {
			if err := m.standard(s, field, f); err != nil {
				return err
			}
			continue
		}
		field := w.Field(f.FieldID)
		if field == nil {
			m.add("gone", "0")
			continue
		}
		ref, known := s.findRef(f.FieldID)
		if !known {
			ref = unknownRef // nothing holds it yet
		}
		t, err := fieldTerm(field, ref, f)
		if err != nil {
			return err
		}
		if t == nil {
			continue
		}
		way := fieldWays[field.Type]
		if t.from == "" {
			way = len(fieldWays) - 1
		}
		if way < least {
			least, driver = way, len(m.terms)
		}
		m.terms = append(m.terms, *t)
	}
	if driver >= 0 {
		m.terms[driver].column = "field"
	}
	return nil
}

// fieldTerm is the condition on one custom field; nil when it doesn't filter.
func fieldTerm(field *crm.Field, ref int64, f crm.FieldFilter) (*term, error) {
	holds, args, err := valueCondition(field, f)
	if err != nil || holds == "" {
		return nil, err
	}
	args = append([]any{ref}, args...)
	values, of := "lead_values v", "v.owner = l.rid"
	if field.Target == crm.TargetContact {
		values, of = "contact_values v CROSS JOIN contacts k", "k.rid = v.owner AND k.id = l.person"
	}
	if !contains(f.Any, "") {
		holds = of + " AND v.field = ? AND " + holds
		return &term{column: "fields", sql: "EXISTS (SELECT 1 FROM " + lookup(field) + " WHERE " + holds + ")", drive: holds, from: values + " CROSS JOIN ", args: args}, nil
	}
	// What holds nothing is in no index: those that hold something else are left out.
	holds = "v.field = ? AND v.match <> '' AND NOT (" + holds + ")"
	t := &term{column: "fields", sql: "NOT EXISTS (SELECT 1 FROM " + lookup(field) + " WHERE " + of + " AND " + holds + ")", args: args}
	if t.drive = "l.rid NOT IN (SELECT v.owner FROM " + values + " WHERE " + holds + ")"; field.Target == crm.TargetContact {
		t.drive = "l.person NOT IN (SELECT k.id FROM " + values + " WHERE k.rid = v.owner AND " + holds + ")"
	}
	return t, nil
}

// lookup is where the values of one lead are looked up.
func lookup(field *crm.Field) string {
	if field.Target == crm.TargetContact {
		return "contacts k CROSS JOIN contact_values v"
	}
	return "lead_values v"
}

// valueCondition is what a filter asks of a value v, by the field's type; ""
// when it asks nothing. Errors: invalid.
func valueCondition(field *crm.Field, f crm.FieldFilter) (holds string, args []any, err error) {
	var parts []string
	and := func(part string, list ...any) { parts, args = append(parts, part), append(args, list...) }
	invalid := func(value string) (string, []any, error) {
		return "", nil, crm.NewError(crm.CodeInvalid, "values."+field.ID, "value", value)
	}
	switch field.Type {
	case crm.FieldNumber, crm.FieldMoney:
		for _, end := range []struct{ value, part string }{{f.From, "v.num >= ?"}, {f.To, "v.num <= ?"}} {
			if end.value == "" {
				continue
			}
			n, ok := scaled(end.value)
			if !ok {
				return invalid(end.value)
			}
			and(end.part, n)
		}
	case crm.FieldDate:
		for _, end := range []struct{ value, part string }{{f.From, "v.match >= ?"}, {f.To, "v.match <= ?"}} {
			if end.value != "" {
				and(end.part, end.value)
			}
		}
		if len(parts) > 0 {
			and("v.num IS NULL AND v.match <> ''")
		}
	case crm.FieldBool, crm.FieldChoice:
		if chosen := slices.DeleteFunc(slices.Clone(f.Any), func(id string) bool { return id == "" }); len(f.Any) > 0 {
			if field.Type == crm.FieldBool {
				for i, b := range chosen {
					n, ok := scaled(b)
					if !ok {
						return invalid(chosen[i])
					}
					args = append(args, n)
				}
				parts = append(parts, "v.num"+oneOf(len(chosen)))
			} else {
				and("v.num IS NULL AND v.match"+oneOf(len(chosen)), anys(chosen)...)
			}
		}
	case crm.FieldMulti:
		if len(f.Any) > 0 {
			any := []string{"0"}
			for _, id := range f.Any {
				if id != "" {
					any, args = append(any, "instr(v.match, ?) > 0"), append(args, id)
				}
			}
			parts = append(parts, "("+strings.Join(any, " OR ")+")")
		}
	default:
		text := format.Fold(strings.TrimSpace(f.Text))
		if field.Type == crm.FieldPhone { // kept without signs
			text = strings.Map(func(r rune) rune {
				if unicode.IsDigit(r) {
					return r
				}
				return -1
			}, text)
			if text == "" && f.Text != "" {
				return invalid(f.Text)
			}
		}
		if text != "" {
			and("instr(v.match, ?) > 0", text)
		}
	}
	return strings.Join(parts, " AND "), args, nil
}

// cardValues reads what cards hold of some fields; a card has its values in the
// order of the fields.
func (s *Store) cardValues(ctx context.Context, rids []int64, cards []crm.Card, fields []crm.Field) error {
	at := map[int64]int{}
	refs := map[string][]int64{}
	for i, f := range fields {
		if ref, ok := s.findRef(f.ID); ok {
			at[ref] = i
			refs[f.Target] = append(refs[f.Target], ref)
		}
	}
	for _, read := range []struct{ target, query string }{
		{crm.TargetLead, "SELECT j.key,v.field,v.value FROM json_each(?) j CROSS JOIN lead_values v ON v.owner = j.value"},
		{crm.TargetContact, "SELECT j.key,v.field,v.value FROM json_each(?) j CROSS JOIN leads l ON l.rid = j.value CROSS JOIN contacts k ON k.id = l.person CROSS JOIN contact_values v ON v.owner = k.rid"},
	} {
		if len(refs[read.target]) == 0 {
			continue
		}
		rows, err := s.query(ctx, read.query+" AND v.field"+oneOf(len(refs[read.target]))+" AND v.value <> ''", append([]any{ridList(rids)}, anys(refs[read.target])...)...)
		if err == nil {
			err = s.scanValues(rows, cards)
		}
		if err != nil {
			return err
		}
	}
	for _, c := range cards {
		slices.SortFunc(c.Values, func(a, b crm.FieldValue) int {
			ra, _ := s.findRef(a.FieldID)
			rb, _ := s.findRef(b.FieldID)
			return cmp.Compare(at[ra], at[rb])
		})
	}
	return nil
}

func (s *Store) scanValues(rows *sql.Rows, cards []crm.Card) error {
	defer rows.Close()
	for rows.Next() {
		var card int
		var field int64
		var value string
		if err := rows.Scan(&card, &field, &value); err != nil {
			return err
		}
		cards[card].Values = append(cards[card].Values, crm.FieldValue{FieldID: s.refID(field), Value: value})
	}
	return rows.Err()
}
