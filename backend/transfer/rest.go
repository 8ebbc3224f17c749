package transfer

import (
	"encoding/json"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/sheet"
	"patio/backend/store"
)

// Rest is what a lead has beyond the columns that people read: with it an
// export of everything comes back the same. It stands in columns of its own.
type Rest struct {
	Rank       string         `json:"rank,omitempty"`
	StageSince int64          `json:"stageSince,omitempty"`
	Currency   string         `json:"currency,omitempty"`
	ReasonNote string         `json:"reasonNote,omitempty"`
	Via        string         `json:"via,omitempty"`
	Note       string         `json:"note,omitempty"`
	Created    int64          `json:"created,omitempty"`
	Archived   int64          `json:"archived,omitempty"`
	SeenAt     int64          `json:"seenAt,omitempty"`
	Contact    int64          `json:"contact,omitempty"` // when the contact was made
	Type       string         `json:"type,omitempty"`
	Origin     string         `json:"origin,omitempty"`
	Phones     []crm.Entry    `json:"phones,omitempty"`
	Emails     []crm.Entry    `json:"emails,omitempty"`
	Activities []RestActivity `json:"activities,omitempty"`

	Values        []crm.FieldValue `json:"values,omitempty"` // of the lead
	ContactValues []crm.FieldValue `json:"contactValues,omitempty"`
	Fields        []crm.Field      `json:"fields,omitempty"` // what those are of, with the choices that they name
}

// RestActivity is an activity with its user by name.
type RestActivity struct {
	crm.Activity
	User string `json:"user,omitempty"`
}

// restColumns is over how many columns the rest is spread where a workbook's
// cell would be too small.
const (
	restColumns = 8
	restCell    = 30_000 // bytes; a cell takes 32,767 characters
)

// cells spreads the rest over its columns.
func (r *Rest) cells() ([]sheet.Cell, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	out := make([]sheet.Cell, restColumns)
	for i := range out {
		n := min(len(text), restCell)
		for n < len(text) && n > 0 && text[n]&0xC0 == 0x80 { // not within a letter
			n--
		}
		out[i], text = sheet.Text(string(text[:n])), text[n:]
	}
	if len(text) > 0 {
		return nil, crm.NewError(sheet.CodeLongCell, "", "max", "240000")
	}
	return out, nil
}

// readRest reads what an export kept, nil for a row of any other sheet. A rest
// that somebody edited is passed over: the columns that people read suffice.
func readRest(l *sheet.Lead) *Rest {
	if l.Rest == "" || l.ID == "" {
		return nil
	}
	var r Rest
	if json.Unmarshal([]byte(l.Rest), &r) != nil {
		return nil
	}
	return &r
}

// apply puts the rest into a new lead and, when it is new too, its contact.
func (r *Rest) apply(l *crm.Lead, c *crm.Contact) {
	l.CreatedVia, l.CreatedNote, l.ReasonNote, l.OriginLeadID = r.Via, r.Note, r.ReasonNote, r.Origin
	for _, f := range []struct{ to, from *string }{{&l.Rank, &r.Rank}, {&l.Currency, &r.Currency}, {&c.Type, &r.Type}} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	for _, f := range []struct{ to, from *int64 }{{&l.StageSince, &r.StageSince}, {&l.CreatedAt, &r.Created}, {&l.ArchivedAt, &r.Archived}, {&c.CreatedAt, &r.Contact}} {
		if *f.from != 0 {
			*f.to = *f.from
		}
	}
	label(c.Phones, r.Phones)
	label(c.Emails, r.Emails)
	for _, v := range r.Values { // as it was kept, where the columns are for people
		fields.Set(&l.Values, v.FieldID, v.Value)
	}
	fillValues(&c.Values, r.ContactValues)
}

// keepFields notes what a lead and its contact hold of custom fields.
func (r *Rest) keepFields(w *store.Workspace, l *crm.Lead, c *crm.Contact) {
	r.Values, r.ContactValues = l.Values, c.Values
	for _, v := range slices.Concat(l.Values, c.Values) {
		known := w.Field(v.FieldID)
		if known == nil {
			continue
		}
		f := *known
		f.Choices = nil
		for _, choice := range known.Choices {
			if slices.Contains(strings.Split(v.Value, ","), choice.Key) {
				f.Choices = append(f.Choices, choice)
			}
		}
		r.Fields = append(r.Fields, f)
	}
}

// putFields makes the fields and choices that a row holds and nobody has.
func (r *Rest) putFields(tx *store.Tx, w *store.Workspace) error {
	for _, f := range r.Fields {
		if store.CheckID("id", f.ID) != nil || w.Field(f.ID) != nil && covers(w.Field(f.ID).Choices, f.Choices) {
			continue
		}
		known, err := store.Get[crm.Field](tx, f.ID)
		switch {
		case crm.CodeOf(err) == crm.CodeNotFound:
			known = &f
		case err != nil:
			return err
		}
		for _, choice := range f.Choices {
			if !covers(known.Choices, []crm.Entry{choice}) {
				known.Choices = append(known.Choices, choice)
			}
		}
		if err := store.Put(tx, known); err != nil {
			return err
		}
	}
	return nil
}

func covers(have, want []crm.Entry) bool {
	return !slices.ContainsFunc(want, func(e crm.Entry) bool {
		return !slices.ContainsFunc(have, func(o crm.Entry) bool { return o.Key == e.Key })
	})
}

// notes answers the texts of the notes.
func (r *Rest) notes() []string {
	var out []string
	for _, a := range r.Activities {
		if a.Kind == crm.ActivityNote {
			out = append(out, a.Body)
		}
	}
	return out
}

// label gives entries that a row and the rest share the rest's labels.
func label(to, from []crm.Entry) {
	for i := range to {
		if j := slices.IndexFunc(from, func(e crm.Entry) bool { return e.Key == to[i].Key }); j >= 0 {
			to[i].Label = from[j].Label
		}
	}
}

// write writes the activities and the mark of a lead that was made.
func (r *Rest) write(tx *store.Tx, leadID string, n *names, newID func() string) error {
	for _, a := range r.Activities {
		a.LeadID, a.UserID = leadID, n.userOf(a.User, newID)
		if err := store.Put(tx, &a.Activity); err != nil {
			return err
		}
	}
	if err := n.writeNew(tx); err != nil {
		return err
	}
	if r.SeenAt == 0 {
		return nil
	}
	return store.Put(tx, &crm.Mark{ID: store.MarkID(leadID), LeadID: leadID, SeenAt: r.SeenAt})
}
