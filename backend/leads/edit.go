package leads

import (
	"context"
	"strings"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/store"
)

// Patch changes the fields of a lead that are present.
type Patch struct {
	ValueCents    *int64    `json:"valueCents,omitempty"`
	OwnerID       *string   `json:"ownerId,omitempty"`
	SourceID      *string   `json:"sourceId,omitempty"`
	ShopID        *string   `json:"shopId,omitempty"`
	Subject       *string   `json:"subject,omitempty"`
	Vehicle       *string   `json:"vehicle,omitempty"`
	Plate         *string   `json:"plate,omitempty"`
	Timeframe     *string   `json:"timeframe,omitempty"`
	Qualification *string   `json:"qualification,omitempty"`
	ReasonID      *string   `json:"reasonId,omitempty"`
	ReasonNote    *string   `json:"reasonNote,omitempty"`
	Tags          *[]string `json:"tags,omitempty"`
	ReferredBy    *string   `json:"referredBy,omitempty"` // a contact's id

	Values []crm.FieldValue `json:"values,omitempty"` // of the custom fields that change
}

// Update changes a lead. Errors: not_found, plate.invalid, too_long,
// referral.self, and those of fields.Apply.
func Update(ctx context.Context, s *store.Store, id string, p Patch) (crm.Done, error) {
	if err := store.CheckID("id", id); err != nil {
		return crm.Done{}, err
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	return s.Transact(ctx, store.Op{Label: "lead.update"}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, id)
		if err != nil {
			return err
		}
		if err := p.change(tx, w, l); err != nil {
			return err
		}
		return store.Put(tx, l)
	})
}

// change applies a patch and checks what came of it.
func (p Patch) change(tx *store.Tx, w *store.Workspace, l *crm.Lead) error {
	if err := p.apply(l); err != nil {
		return err
	}
	if p.ReferredBy != nil {
		if err := refer(tx, w, l, *p.ReferredBy); err != nil {
			return err
		}
	}
	if err := fields.Apply(w, crm.TargetLead, &l.Values, p.Values); err != nil {
		return err
	}
	return checkLead(w, l)
}

func (p Patch) apply(l *crm.Lead) error {
	if p.ValueCents != nil {
		if *p.ValueCents < 0 || *p.ValueCents > maxCents {
			return crm.NewError(crm.CodeInvalid, "valueCents")
		}
		l.ValueCents = *p.ValueCents
	}
	for _, f := range []struct {
		from *string
		to   *string
	}{{p.OwnerID, &l.OwnerID}, {p.SourceID, &l.SourceID}, {p.ShopID, &l.ShopID}, {p.Timeframe, &l.Timeframe}, {p.ReasonID, &l.ReasonID}, {p.Qualification, &l.Qualification}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if p.Qualification != nil && *p.Qualification != "" && !crm.IsQualification(*p.Qualification) {
		return crm.NewError(crm.CodeInvalid, "qualification", "value", *p.Qualification)
	}
	for _, f := range []struct {
		field string
		from  *string
		to    *string
	}{{"subject", p.Subject, &l.Subject}, {"vehicle", p.Vehicle, &l.Vehicle}, {"reasonNote", p.ReasonNote, &l.ReasonNote}} {
		if f.from != nil {
			if err := setLine(f.to, f.field, *f.from); err != nil {
				return err
			}
		}
	}
	if p.Plate != nil {
		var err error
		if l.Plate, err = Plate(*p.Plate); err != nil {
			return err
		}
	}
	if p.Tags != nil {
		l.Tags = *p.Tags
	}
	return nil
}

// maxCents is a trillion: what no car costs and JavaScript still counts exactly.
const maxCents = 100_000_000_000_000

// ContactPatch changes the fields of a contact that are present.
type ContactPatch struct {
	Type     *string      `json:"type,omitempty"`
	Name     *string      `json:"name,omitempty"`
	Company  *string      `json:"company,omitempty"`
	Document *string      `json:"document,omitempty"` // as typed
	City     *string      `json:"city,omitempty"`
	Address  *string      `json:"address,omitempty"`
	Zip      *string      `json:"zip,omitempty"`      // as typed
	Birthday *string      `json:"birthday,omitempty"` // YYYY-MM-DD
	Phones   *[]crm.Entry `json:"phones,omitempty"`   // as typed
	Emails   *[]crm.Entry `json:"emails,omitempty"`   // as typed

	Values []crm.FieldValue `json:"values,omitempty"` // of the custom fields that change
}

// UpdateContact changes a contact, of a merged one that as whom it is shown.
// Errors: not_found, required,
// lead.needs_contact, phone.invalid, email.invalid, cpf.invalid, and those of
// fields.Apply.
func UpdateContact(ctx context.Context, s *store.Store, id string, p ContactPatch) (crm.Done, error) {
	if err := store.CheckID("id", id); err != nil {
		return crm.Done{}, err
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	return s.Transact(ctx, store.Op{Label: "contact.update"}, func(tx *store.Tx) error {
		c, err := store.Person(tx, id)
		if err != nil {
			return err
		}
		if err := p.apply(w, c); err != nil {
			return err
		}
		if err := checkContact(tx, c); err != nil {
			return err
		}
		return store.Put(tx, c)
	})
}

func (p ContactPatch) apply(w *store.Workspace, c *crm.Contact) (err error) {
	for _, f := range []struct {
		field string
		from  *string
		to    *string
	}{{"name", p.Name, &c.Name}, {"company", p.Company, &c.Company}, {"city", p.City, &c.City}, {"address", p.Address, &c.Address}} {
		if f.from != nil {
			if err := setLine(f.to, f.field, *f.from); err != nil {
				return err
			}
		}
	}
	if p.Type != nil {
		if *p.Type != "person" && *p.Type != "company" {
			return crm.NewError(crm.CodeInvalid, "type", "value", *p.Type)
		}
		c.Type = *p.Type
	}
	if p.Document != nil {
		c.Document = ""
		if strings.TrimSpace(*p.Document) != "" {
			d, err := format.ParseDocument(*p.Document)
			if err != nil {
				return err
			}
			c.Document = d.Value
		}
	}
	if p.Zip != nil {
		c.Zip = ""
		if strings.TrimSpace(*p.Zip) != "" {
			if c.Zip, err = format.ParseCEP(*p.Zip); err != nil {
				return err
			}
		}
	}
	if p.Birthday != nil {
		if c.Birthday, err = checkDay("birthday", *p.Birthday); err != nil {
			return err
		}
	}
	if p.Phones != nil {
		if c.Phones, err = Phones(w, *p.Phones); err != nil {
			return err
		}
	}
	if p.Emails != nil {
		if c.Emails, err = Emails(*p.Emails); err != nil {
			return err
		}
	}
	return fields.Apply(w, crm.TargetContact, &c.Values, p.Values)
}
