package leads

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// checkContact asks of a contact with leads that it can be reached. A company
// that is there for its people needs a name only.
func checkContact(tx *store.Tx, c *crm.Contact) error {
	has, err := tx.HasLeads(c.ID)
	if err != nil {
		return err
	}
	if has {
		return crm.CheckReachable(c)
	}
	if c.Name == "" {
		return crm.NewError(crm.CodeRequired, "name")
	}
	return nil
}

// Employment says for which company people work: a known one, a new one by its
// name, or with neither none.
type Employment struct {
	ContactIDs []string `json:"contactIds"`
	CompanyID  string   `json:"companyId"`
	Name       string   `json:"name"`
}

// Employ links people to their company, and writes its name where they had none
// or another. Without a company the link goes, the name stays. Errors:
// not_found, too_long, contact.not_company.
func Employ(ctx context.Context, s *store.Store, e Employment) (crm.Done, error) {
	var name string
	if err := setLine(&name, "company", e.Name); err != nil {
		return crm.Done{}, err
	}
	for _, id := range append([]string{}, e.ContactIDs...) {
		if err := store.CheckID("contactIds", id); err != nil {
			return crm.Done{}, err
		}
	}
	return s.Transact(ctx, store.Op{Label: "contact.employ"}, func(tx *store.Tx) error {
		company := &crm.Contact{}
		switch {
		case e.CompanyID != "":
			known, err := store.Person(tx, e.CompanyID)
			if err != nil {
				return err
			}
			if known.Type != crm.TypeCompany {
				return crm.NewError(crm.CodeNotACompany, "companyId", "name", known.Name)
			}
			company = known
		case name != "":
			*company = crm.Contact{Type: crm.TypeCompany, Name: name, CreatedAt: tx.Now}
			if err := store.Put(tx, company); err != nil {
				return err
			}
		}
		for _, id := range e.ContactIDs {
			c, err := store.Person(tx, id)
			if err != nil {
				return err
			}
			if c.Type == crm.TypeCompany {
				return crm.NewError(crm.CodeInvalid, "contactIds", "value", c.Name)
			}
			c.CompanyID = company.ID
			if company.ID != "" {
				c.Company = company.Name
			}
			if err := store.Put(tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// refer notes who brought a lead, "" for nobody. One without a source has come
// by a referral then.
func refer(tx *store.Tx, w *store.Workspace, l *crm.Lead, contactID string) error {
	if contactID == "" {
		l.ReferredBy = ""
		return nil
	}
	by, err := store.Person(tx, contactID)
	if err != nil {
		return err
	}
	own, err := store.Person(tx, l.ContactID)
	if err != nil {
		return err
	}
	if by.ID == own.ID {
		return crm.NewError(crm.CodeSelfReferral, "referredBy")
	}
	l.ReferredBy = by.ID
	referralSource(w, l)
	return nil
}

func referralSource(w *store.Workspace, l *crm.Lead) {
	for _, source := range w.Sources {
		if l.SourceID == "" && source.ID == store.NamedID(crm.KindSource, crm.SourceReferral) && !source.Retired {
			l.SourceID = source.ID
		}
	}
}
