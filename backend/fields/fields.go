// Package fields is what a dealer adds to leads and contacts: the definitions
// of custom fields, and the one form in which each type keeps a value.
package fields

import (
	"context"
	"slices"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/setup"
	"patio/backend/store"
)

// Codes of this package.
const (
	CodeGone    crm.Code = "field.gone"     // no such field here, or not of that target
	CodeType    crm.Code = "field.type"     // a field's type never changes
	CodeTooMany crm.Code = "field.too_many" // of leads or of contacts, or choices of one field
	CodeNumber  crm.Code = "number.invalid"
	CodeURL     crm.Code = "url.invalid"
	CodeChoice  crm.Code = "choice.invalid" // none of the field's choices
)

// Save writes a field, a new one when it has no ID, which then stands last. A
// retired one of the same target, type and name comes back instead of a second
// one. Choices are offered in the order in which they are given; one that is
// left out is offered no more, and still names the values that have it. Errors:
// required, invalid, name.taken, field.type, field.too_many, not_found.
func Save(ctx context.Context, s *store.Store, f crm.Field) (crm.Done, error) {
	var err error
	if f.Name, err = crm.CheckLine("name", f.Name); err != nil {
		return crm.Done{}, err
	}
	switch {
	case f.Name == "":
		return crm.Done{}, crm.NewError(crm.CodeRequired, "name")
	case f.Target != crm.TargetLead && f.Target != crm.TargetContact:
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "target", "value", f.Target)
	case !slices.Contains(crm.FieldTypes, f.Type):
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "type", "value", f.Type)
	}
	if f.ID != "" {
		if err := store.CheckID("id", f.ID); err != nil {
			return crm.Done{}, err
		}
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	known := w.Field(f.ID)
	if f.ID == "" {
		f.ID = ID(f.Target, f.Type, f.Name)
		if known = w.Field(f.ID); known != nil && !(known.Retired && format.Fold(known.Name) == format.Fold(f.Name)) {
			f.ID, known = s.NewID(), nil // that one bears another name by now
		}
		if known == nil {
			f.Pos = last(w, f.Target) + 1
		}
	} else if known == nil {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "id", "id", f.ID, "kind", "fields")
	}
	if known != nil {
		if known.Type != f.Type || known.Target != f.Target {
			return crm.Done{}, crm.NewError(CodeType, "type", "name", known.Name)
		}
		f.Pos = known.Pos
	}
	if err := free(w, f); err != nil {
		return crm.Done{}, err
	}
	if f.Choices, err = choices(s, f, known); err != nil {
		return crm.Done{}, err
	}
	done, err := s.Transact(ctx, store.Op{Label: "field.save", Params: map[string]string{"name": f.Name}}, func(tx *store.Tx) error { return store.Put(tx, &f) })
	if err == nil {
		done.IDs = []string{f.ID}
	}
	return done, err
}

// ID derives a new field's id. It holds the type: where two PCs make a field of
// one name and two types, both are there, and no value is of the wrong type.
func ID(target, fieldType, name string) string {
	return store.NamedID(crm.KindField, target+" "+fieldType+" "+name)
}

// free refuses a name that another field in use has, and one field too many.
func free(w *store.Workspace, f crm.Field) error {
	if f.Retired {
		return nil
	}
	n := 0
	for _, o := range w.Fields {
		if o.Retired || o.Target != f.Target || o.ID == f.ID {
			continue
		}
		if format.Fold(o.Name) == format.Fold(f.Name) {
			return crm.NewError(setup.CodeTaken, "name", "name", o.Name)
		}
		if n++; n >= crm.MaxFields {
			return crm.NewError(CodeTooMany, "name", "max", "50")
		}
	}
	return nil
}

func last(w *store.Workspace, target string) int64 {
	pos := int64(0)
	for _, f := range w.Fields {
		if f.Target == target {
			pos = max(pos, f.Pos)
		}
	}
	return pos
}

// choices puts a field's choices in order, under ids that two PCs derive alike,
// and keeps those that were there.
func choices(s *store.Store, f crm.Field, known *crm.Field) ([]crm.Entry, error) {
	if !crm.HasChoices(f.Type) {
		return nil, nil
	}
	var was []crm.Entry
	if known != nil {
		was = known.Choices
	}
	var out []crm.Entry
	for _, c := range f.Choices {
		if c.Pos < 0 {
			continue
		}
		label, err := crm.CheckLine("choices", c.Label)
		if err != nil {
			return nil, err
		}
		if label == "" {
			return nil, crm.NewError(crm.CodeRequired, "choices")
		}
		if slices.ContainsFunc(out, func(o crm.Entry) bool { return format.Fold(o.Label) == format.Fold(label) }) {
			return nil, crm.NewError(setup.CodeTaken, "choices", "name", label)
		}
		if c.Key == "" {
			c.Key = choiceID(s, f.ID, label, was)
		} else if !slices.ContainsFunc(was, func(o crm.Entry) bool { return o.Key == c.Key }) {
			return nil, crm.NewError(crm.CodeNotFound, "choices", "id", c.Key)
		}
		out = append(out, crm.Entry{Key: c.Key, Label: label, Pos: int64(len(out))})
	}
	if len(out) > crm.MaxChoices {
		return nil, crm.NewError(CodeTooMany, "choices", "max", "200")
	}
	for _, o := range was {
		if slices.ContainsFunc(out, func(c crm.Entry) bool { return c.Key == o.Key }) {
			continue
		}
		if o.Pos >= 0 {
			o.Pos = -1 - o.Pos
		}
		out = append(out, o)
	}
	return out, nil
}

// choiceID answers the id of a new choice: that of its name, unless another
// choice has it, which was renamed since.
func choiceID(s *store.Store, fieldID, label string, was []crm.Entry) string {
	id := store.NamedID(crm.KindField, fieldID+" "+label)
	for _, o := range was {
		if o.Key == id && format.Fold(o.Label) != format.Fold(label) {
			return s.NewID()
		}
	}
	return id
}

// Order puts fields into an order; those that aren't named stay where they are,
// behind. Errors: not_found.
func Order(ctx context.Context, s *store.Store, ids []string) (crm.Done, error) {
	for _, id := range ids {
		if err := store.CheckID("ids", id); err != nil {
			return crm.Done{}, err
		}
	}
	return s.Transact(ctx, store.Op{Label: "field.order"}, func(tx *store.Tx) error {
		for i, id := range ids {
			f, err := store.Get[crm.Field](tx, id)
			if err != nil {
				return err
			}
			f.Pos = int64(i + 1)
			if err := store.Put(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}
