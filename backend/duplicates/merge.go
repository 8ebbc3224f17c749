// Package duplicates finds contacts that may be one person twice, merges them
// and separates them again.
package duplicates

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/store"
)

// Errors of merging and separating.
const (
	CodeSame      crm.Code = "duplicates.same"       // both are one contact already
	CodeNotMerged crm.Code = "duplicates.not_merged" // it stands by itself already
)

// Choice says how two contacts become one. Phones, e-mails and leads of both
// stay.
type Choice struct {
	ContactID string `json:"contactId"`
	OtherID   string `json:"otherId"`
	// Whose value stays, by field: contactId or otherId. What isn't named is that
	// of the contact which stays, or the other's where it has none.
	Keep map[string]string `json:"keep"`
}

// valuesOf begins the names of custom fields; their id follows.
const valuesOf = "values."

// Fields of which a person chooses a value, in the order in which they are
// shown; phones and emails: whose come first.
func Fields() []string {
	return []string{"name", "phones", "emails", "type", "company", "document", "city", "address", "zip", "birthday"}
}

// Merge makes two contacts one: the smaller id stays, so that two devices
// which merge the same two agree. The other keeps all that it says, and names
// the one that stays. Errors: not_found; invalid with keep; duplicates.same.
func Merge(ctx context.Context, s *store.Store, m Choice) (crm.Done, error) {
	for field, id := range m.Keep {
		_, custom := strings.CutPrefix(field, valuesOf)
		if !custom && !slices.Contains(Fields(), field) || id != m.ContactID && id != m.OtherID {
			return crm.Done{}, crm.NewError(crm.CodeInvalid, "keep", "value", field)
		}
	}
	params := map[string]string{}
	return s.Transact(ctx, store.Op{Label: "contact.merge", Params: params}, func(tx *store.Tx) error {
		stays, goes, err := both(tx, m.ContactID, m.OtherID)
		if err != nil {
			return err
		}
		keep := map[string]bool{} // the other's value, by field
		for field, id := range m.Keep {
			c, err := store.Person(tx, id)
			if err != nil {
				return err
			}
			keep[field] = c.ID == goes.ID
		}
		taken := store.Differences(*stays, func(c *crm.Contact) { take(c, goes, keep, m.Keep) })
		take(stays, goes, keep, m.Keep)
		goes.MergedInto = stays.ID
		text, err := json.Marshal(taken)
		if err != nil {
			return err
		}
		params["name"] = stays.Name
		if err := store.Put(tx, &crm.Pair{ID: store.PairID(stays.ID, goes.ID), ContactID: goes.ID, IntoID: stays.ID, Taken: string(text)}); err != nil {
			return err
		}
		if err := store.Put(tx, goes); err != nil {
			return err
		}
		return store.Put(tx, stays) // be it as it was: its leads are told
	})
}

// both answers two contacts as whom they are shown, the one that stays first.
func both(tx *store.Tx, a, b string) (stays, goes *crm.Contact, err error) {
	for _, id := range []string{a, b} {
		if err := store.CheckID("contactId", id); err != nil {
			return nil, nil, err
		}
	}
	if stays, err = store.Person(tx, a); err != nil {
		return nil, nil, err
	}
	if goes, err = store.Person(tx, b); err != nil {
		return nil, nil, err
	}
	switch {
	case stays.ID == goes.ID:
		return nil, nil, crm.NewError(CodeSame, "", "name", stays.Name)
	case stays.ID > goes.ID:
		stays, goes = goes, stays
	}
	return stays, goes, nil
}

// take gives a contact what stays of another. chosen are the fields of which a
// person said whose value stays, keep those of which it is the other's.
func take(to, from *crm.Contact, keep map[string]bool, chosen map[string]string) {
	for _, f := range []struct {
		field    string
		to, from *string
	}{
		{"name", &to.Name, &from.Name}, {"type", &to.Type, &from.Type}, {"company", &to.Company, &from.Company}, {"document", &to.Document, &from.Document},
		{"city", &to.City, &from.City}, {"address", &to.Address, &from.Address}, {"zip", &to.Zip, &from.Zip}, {"birthday", &to.Birthday, &from.Birthday},
	} {
		if _, said := chosen[f.field]; keep[f.field] || !said && *f.to == "" {
			*f.to = *f.from
		}
	}
	// The company's record goes with its name.
	if _, said := chosen["company"]; (keep["company"] || !said && to.CompanyID == "" && to.Company == from.Company) && from.CompanyID != to.ID {
		to.CompanyID = from.CompanyID
	}
	for _, v := range from.Values {
		_, said := chosen[valuesOf+v.FieldID]
		i := slices.IndexFunc(to.Values, func(o crm.FieldValue) bool { return o.FieldID == v.FieldID })
		switch {
		case i < 0 && (!said || keep[valuesOf+v.FieldID]):
			to.Values = append(to.Values, v)
		case i >= 0 && (keep[valuesOf+v.FieldID] || !said && to.Values[i].Value == ""):
			to.Values[i].Value = v.Value
		}
	}
	for i, v := range to.Values { // the other has none of it, and that was chosen
		if keep[valuesOf+v.FieldID] && !slices.ContainsFunc(from.Values, func(o crm.FieldValue) bool { return o.FieldID == v.FieldID }) {
			to.Values[i].Value = ""
		}
	}
	to.Phones = joined(to.Phones, from.Phones, keep["phones"])
	to.Emails = joined(to.Emails, from.Emails, keep["emails"])
}

// joined answers the elements of both lists, each once.
func joined(to, from []crm.Entry, fromFirst bool) []crm.Entry {
	first, then := to, from
	if fromFirst {
		first, then = from, to
	}
	var out []crm.Entry
	for _, e := range slices.Concat(first, then) {
		if has(out, e.Key) {
			continue
		}
		e.Pos = int64(len(out))
		out = append(out, e)
	}
	return out
}

// Separate takes a contact out of the one that it was merged into, at any time
// and on any device. What the merge gave to the other goes again, as far as
// nobody changed it since. Errors: not_found, duplicates.not_merged.
func Separate(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	if err := store.CheckID("contactId", id); err != nil {
		return crm.Done{}, err
	}
	params := map[string]string{}
	return s.Transact(ctx, store.Op{Label: "contact.separate", Params: params}, func(tx *store.Tx) error {
		c, err := store.Get[crm.Contact](tx, id)
		if err != nil {
			return err
		}
		as, err := store.Person(tx, id)
		if err != nil {
			return err
		}
		if as.ID == c.ID {
			return crm.NewError(CodeNotMerged, "", "name", c.Name)
		}
		params["name"] = c.Name
		into := c.MergedInto
		pair, taken, err := takenIn(tx, c.ID, into)
		if err != nil {
			return err
		}
		if pair != nil {
			pair.Taken = ""
			if err := store.Put(tx, pair); err != nil {
				return err
			}
		}
		c.MergedInto = ""
		if err := store.Put(tx, c); err != nil {
			return err
		}
		return giveBack(tx, into, as.ID, taken)
	})
}

// giveBack takes from a contact what it was given, and from those that it was
// merged into in turn, up to the last, what they have of that by it.
func giveBack(tx *store.Tx, id, last string, taken []crm.FieldChange) error {
	for {
		c, err := store.Get[crm.Contact](tx, id)
		if err != nil {
			return err
		}
		still, err := builtUpon(tx, c, taken)
		if err != nil {
			return err
		}
		store.Restore(c, still)
		if err := store.Put(tx, c); err != nil || c.ID == last {
			return err
		}
		pair, onward, err := takenIn(tx, c.ID, c.MergedInto)
		if err != nil {
			return err
		}
		if pair != nil {
			taken, onward = passedOn(taken, onward)
			text, err := json.Marshal(onward)
			if err != nil {
				return err
			}
			pair.Taken = string(text)
			if err := store.Put(tx, pair); err != nil {
				return err
			}
		}
		id = c.MergedInto
	}
}

// builtUpon answers which of the changes can be taken back, and makes the other
// merges into the same contact stand without them: one that replaced what such a
// change had made replaced what was before, and a phone that another contact
// brings, too, is there by that one.
func builtUpon(tx *store.Tx, c *crm.Contact, taken []crm.FieldChange) ([]crm.FieldChange, error) {
	others, err := tx.PairsInto(c.ID)
	if err != nil {
		return nil, err
	}
	still := slices.Clone(taken)
	for _, pair := range others {
		other, err := store.Get[crm.Contact](tx, pair.ContactID)
		if err != nil || other.MergedInto != c.ID { // separated, or merged into another one on another device
			continue
		}
		var list []crm.FieldChange
		if json.Unmarshal([]byte(pair.Taken), &list) != nil {
			continue
		}
		before := len(still)
		still = slices.DeleteFunc(still, func(t crm.FieldChange) bool {
			if i := slices.IndexFunc(list, func(o crm.FieldChange) bool { return o.Field == t.Field && o.Old == t.New }); i >= 0 {
				list[i].Old = t.Old
				return true
			}
			if t.Field == "phones" && has(other.Phones, t.New) || t.Field == "emails" && has(other.Emails, t.New) {
				list = append(list, t)
				return true
			}
			return false
		})
		if len(still) == before {
			continue
		}
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		pair.Taken = string(text)
		if err := store.Put(tx, &pair); err != nil {
			return nil, err
		}
	}
	return still, nil
}

func has(list []crm.Entry, key string) bool {
	return slices.ContainsFunc(list, func(e crm.Entry) bool { return e.Key == key })
}

// passedOn answers which of the changes went on in those of a further merge,
// and what that merge took without them.
func passedOn(taken, onward []crm.FieldChange) (passed, rest []crm.FieldChange) {
	rest = []crm.FieldChange{}
	for _, o := range onward {
		i := slices.IndexFunc(taken, func(t crm.FieldChange) bool { return t.Field == o.Field && t.New == o.New })
		if i < 0 {
			rest = append(rest, o)
			continue
		}
		passed = append(passed, taken[i])
		if o.New = taken[i].Old; o.New != "" && o.New != o.Old {
			rest = append(rest, o)
		}
	}
	return passed, rest
}

// takenIn answers what a merge changed of the contact that stayed, nil of one
// that nothing is known of.
func takenIn(tx *store.Tx, from, into string) (*crm.Pair, []crm.FieldChange, error) {
	pair, err := store.Get[crm.Pair](tx, store.PairID(from, into))
	if crm.CodeOf(err) == crm.CodeNotFound {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	var taken []crm.FieldChange
	if json.Unmarshal([]byte(pair.Taken), &taken) != nil {
		taken = nil // of a later version, or a merge that another one overruled
	}
	return pair, taken, nil
}

// Apart remembers that two contacts are two. Errors: not_found, duplicates.same.
func Apart(ctx context.Context, s *store.Store, a, b string) (crm.Done, error) {
	params := map[string]string{}
	return s.Transact(ctx, store.Op{Label: "contact.apart", Params: params}, func(tx *store.Tx) error {
		one, other, err := both(tx, a, b)
		if err != nil {
			return err
		}
		params["name"], params["other"] = one.Name, other.Name
		return store.Put(tx, &crm.Pair{ID: store.PairID(one.ID, other.ID), ContactID: other.ID, IntoID: one.ID, ApartAt: tx.Now})
	})
}
