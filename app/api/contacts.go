package api

import (
	"context"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
)

// Contacts answers people and companies with all that there was with them.
type Contacts struct {
	store *store.Store
}

// NewContacts binds Contacts to an open store.
func NewContacts(s *store.Store) *Contacts { return &Contacts{s} }

// ContactView is everything that a contact's page shows.
type ContactView struct {
	Contact  crm.Contact      `json:"contact"`
	Row      crm.ContactRow   `json:"row"`
	Leads    []crm.Card       `json:"leads"`    // the newest first, those in the archive too
	Planned  []crm.Activity   `json:"planned"`  // by due
	Referred []crm.Card       `json:"referred"` // the leads that the contact brought
	Company  *crm.ContactRow  `json:"company"`  // where a person works, as far as it is linked
	People   []crm.ContactRow `json:"people"`   // who works for a company
	Named    []crm.ContactRow `json:"named"`    // who has the company's name and no link
	Merged   []crm.Contact    `json:"merged"`   // what was merged into the contact, each before those merged into it
}

// Get answers one contact, of a merged one that as whom it is shown. Errors:
// not_found.
func (a *Contacts) Get(id string) (ContactView, error) {
	ctx := context.Background()
	contact, err := a.store.PersonOf(ctx, id)
	if err != nil {
		return ContactView{}, err
	}
	id = contact.ID
	v := ContactView{Contact: *contact, People: []crm.ContactRow{}, Named: []crm.ContactRow{}}
	asked := []string{id}
	if contact.CompanyID != "" {
		switch company, err := a.store.PersonOf(ctx, contact.CompanyID); crm.CodeOf(err) {
		case "":
			asked = append(asked, company.ID)
		case crm.CodeNotFound:
		default:
			return ContactView{}, err
		}
	}
	rows, err := a.store.ContactRows(ctx, asked)
	if err != nil {
		return ContactView{}, err
	}
	for i, row := range rows {
		if row.ID == id {
			v.Row = row
		} else {
			v.Company = &rows[i]
		}
	}
	if v.Leads, err = a.cards(ctx, a.store.LeadsOf, id); err != nil {
		return ContactView{}, err
	}
	if v.Referred, err = a.cards(ctx, a.store.ReferredBy, id); err != nil {
		return ContactView{}, err
	}
	if v.Planned, err = a.store.PlannedWith(ctx, id); err != nil {
		return ContactView{}, err
	}
	if v.Merged, err = a.store.MergedInto(ctx, id); err != nil {
		return ContactView{}, err
	}
	if contact.Type == crm.TypeCompany {
		v.People, v.Named, err = a.store.PeopleOf(ctx, contact)
	}
	return v, err
}

func (a *Contacts) cards(ctx context.Context, ids func(context.Context, string) ([]string, error), of string) ([]crm.Card, error) {
	list, err := ids(ctx, of)
	if err != nil {
		return nil, err
	}
	return a.store.Cards(ctx, list)
}

// Happened answers what was done with a contact's leads before a moment (ms
// UTC, 0 for now), the newest first.
func (a *Contacts) Happened(id string, before int64, limit int) ([]crm.Activity, error) {
	return a.store.HappenedWith(context.Background(), id, before, limit)
}

// ContactPage is a page of contacts.
type ContactPage struct {
	Rows []crm.ContactRow `json:"rows"`
	Next string           `json:"next"` // the key of the page that follows, "" when there is none
}

// List answers a page of the contacts that have leads, by name, "" for the
// first. Errors: invalid.
func (a *Contacts) List(after string, limit int) (ContactPage, error) {
	rows, next, err := a.store.ContactsByName(context.Background(), after, limit)
	return ContactPage{rows, next}, err
}

// Find answers at most limit contacts by what a person remembers of them or of
// their leads, companies without leads too.
func (a *Contacts) Find(text string, limit int) ([]crm.ContactRow, error) {
	return a.store.FindContacts(context.Background(), text, limit)
}

// Companies answers at most limit companies whose names hold a text, by name.
func (a *Contacts) Companies(holding string, limit int) ([]crm.ContactRow, error) {
	return a.store.Companies(context.Background(), holding, limit)
}

// Birthdays answers whose birthday is within some days from a day (YYYY-MM-DD).
// Errors: invalid.
func (a *Contacts) Birthdays(from string, days int) ([]crm.Birthday, error) {
	return a.store.Birthdays(context.Background(), from, days)
}

// Referrers answers who brought leads in a span of days (YYYY-MM-DD, "" for
// open), and what those came to. Errors: invalid.
func (a *Contacts) Referrers(from, to string) ([]crm.Referrer, error) {
	return a.store.Referrers(context.Background(), from, to)
}

// Employ links people to their company. Errors: not_found, too_long,
// contact.not_company.
func (a *Contacts) Employ(e leads.Employment) (crm.Done, error) {
	return leads.Employ(context.Background(), a.store, e)
}
