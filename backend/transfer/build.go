package transfer

import (
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
)

// needed are the fields that a guess keeps from the dealer's own of that name.
var needed = []sheet.Field{sheet.FieldName, sheet.FieldFirstName, sheet.FieldLastName, sheet.FieldCompany, sheet.FieldPhone, sheet.FieldEmail,
	sheet.FieldID, sheet.FieldContactID, sheet.FieldRest}

// WithFields fits a mapping to the fields that the dealer added: a column is
// the field of its name, unless a person chose something else for it, and one
// of a field that is gone goes to the notes. chosen: a person did.
func WithFields(w *store.Workspace, m sheet.Mapping, chosen bool) sheet.Mapping {
	m = slices.Clone(m)
	for i, c := range m {
		if id, custom := c.Field.Custom(); custom && w.Field(id) == nil {
			m[i].Field = sheet.FieldNote
		}
	}
	for i, c := range m {
		if c.Field != sheet.FieldNote && (chosen || slices.Contains(needed, c.Field)) {
			continue
		}
		title := format.FoldWords(strings.TrimSuffix(c.Header, sheet.CustomMark))
		for _, f := range w.Fields {
			field := sheet.CustomField(f.ID)
			if !f.Retired && format.FoldWords(f.Name) == title && !slices.ContainsFunc(m, func(o sheet.Column) bool { return o.Field == field }) {
				m[i].Field = field
				break
			}
		}
	}
	return m
}

// build makes contact and lead of what a row says, without ids of their own
// unless the row names them. What no field takes goes to the notes.
func (b *batch) build(l *sheet.Lead) (*crm.Contact, *crm.Lead, crm.Stage, []string) {
	c := &crm.Contact{
		ID: l.ContactID, Type: "person", Name: l.Name, Company: l.Company, Document: l.Document.Value,
		City: l.City, Address: l.Address, Zip: l.Zip, Birthday: l.Birthday,
	}
	if l.Name == l.Company && l.Company != "" {
		c.Type = "company"
	}
	for i, p := range l.Phones {
		label := p.Label
		if p.Ext != "" {
			if label != "" {
				label += " "
			}
			label += "ramal " + p.Ext
		}
		c.Phones = append(c.Phones, crm.Entry{Key: p.E164, Label: label, Pos: int64(i)})
	}
	for i, e := range l.Emails {
		c.Emails = append(c.Emails, crm.Entry{Key: e, Pos: int64(i)})
	}
	n := b.names
	stage, ok := n.stageOf(l.Pipeline, l.Stage)
	extra := *l
	if !ok {
		extra.Extra = append(slices.Clone(l.Extra), sheet.Note{Column: string(sheet.FieldStage), Text: l.Stage})
	}
	lead := &crm.Lead{
		ID: l.ID, StageID: stage.ID, OwnerID: n.userOf(l.Owner, b.s.NewID), SourceID: n.sourceOf(l.Source), ShopID: n.shops[format.FoldWords(l.Shop)],
		ValueCents: max(l.Value.Cents, 0), Currency: l.Value.Currency, Subject: l.Subject, Vehicle: l.Vehicle, Plate: l.Plate.Text,
		Timeframe: l.Timeframe, Qualification: l.Qualification, ArchivedAt: l.Archived.Ms,
		ReasonID: n.reasons[stage.Kind+" "+format.FoldWords(l.Reason)],
	}
	if l.Reason != "" && lead.ReasonID == "" {
		lead.ReasonNote = l.Reason
	}
	if lead.OwnerID == "" {
		lead.OwnerID = b.options.OwnerID
	}
	if lead.SourceID == "" {
		lead.SourceID = b.options.SourceID
	}
	if lead.ShopID == "" && len(n.w.Shops) > 0 {
		lead.ShopID = n.w.Shops[0].ID
	}
	if lead.Currency == "" {
		lead.Currency = n.w.Settings[store.SettingCurrency]
	}
	for _, t := range l.Tags {
		if id := n.tagOf(t); !slices.Contains(lead.Tags, id) {
			lead.Tags = append(lead.Tags, id)
		}
	}
	for _, v := range l.Custom {
		if f := n.w.Field(v.FieldID); f != nil && f.Target == crm.TargetContact {
			fields.Set(&c.Values, v.FieldID, v.Value)
		} else {
			fields.Set(&lead.Values, v.FieldID, v.Value)
		}
	}
	return c, lead, stage, extra.NoteTexts()
}

// fillContact adds to a contact what another knows more; nothing is
// overwritten. It answers whether anything changed.
func fillContact(to, from *crm.Contact) bool {
	changed := false
	for _, f := range []struct{ to, from *string }{
		{&to.Name, &from.Name}, {&to.Company, &from.Company}, {&to.Document, &from.Document}, {&to.City, &from.City},
		{&to.Address, &from.Address}, {&to.Zip, &from.Zip}, {&to.Birthday, &from.Birthday},
	} {
		changed = fillText(f.to, *f.from) || changed
	}
	same := func(a, b string) bool { return a == b }
	samePhone := func(a, b string) bool { return format.MatchKey(a) == format.MatchKey(b) }
	changed = fillEntries(&to.Phones, from.Phones, samePhone) || changed
	changed = fillValues(&to.Values, from.Values) || changed
	return fillEntries(&to.Emails, from.Emails, same) || changed
}

func fillValues(to *[]crm.FieldValue, from []crm.FieldValue) bool {
	changed := false
	for _, v := range from {
		if v.Value != "" && fields.Of(*to, v.FieldID) == "" {
			fields.Set(to, v.FieldID, v.Value)
			changed = true
		}
	}
	return changed
}

func fillText(to *string, from string) bool {
	if *to != "" || from == "" {
		return false
	}
	*to = from
	return true
}

func fillEntries(to *[]crm.Entry, from []crm.Entry, same func(a, b string) bool) bool {
	changed := false
	for _, e := range from {
		if slices.ContainsFunc(*to, func(o crm.Entry) bool { return same(o.Key, e.Key) }) {
			continue
		}
		e.Pos = int64(len(*to))
		*to, changed = append(*to, e), true
	}
	return changed
}

// fillLead adds to a lead what a row knows more: never its stage, so that
// nothing is reopened or moved.
func fillLead(to, from *crm.Lead) bool {
	changed := false
	for _, f := range []struct{ to, from *string }{
		{&to.OwnerID, &from.OwnerID}, {&to.SourceID, &from.SourceID}, {&to.Subject, &from.Subject}, {&to.Vehicle, &from.Vehicle},
		{&to.Plate, &from.Plate}, {&to.Timeframe, &from.Timeframe}, {&to.Qualification, &from.Qualification},
	} {
		changed = fillText(f.to, *f.from) || changed
	}
	if to.ValueCents == 0 && from.ValueCents > 0 {
		to.ValueCents, changed = from.ValueCents, true
	}
	changed = fillValues(&to.Values, from.Values) || changed
	for _, id := range from.Tags {
		if !slices.Contains(to.Tags, id) {
			to.Tags, changed = append(to.Tags, id), true
		}
	}
	return changed
}
