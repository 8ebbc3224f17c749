package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"patio/backend/crm"
)

// A person reads who is meant, not the id; the name is not written down
// beside it, so that who is purged is gone from others' histories, too.

// namesContact says whether a field, by its json name, holds a contact's id.
func namesContact(field string) bool {
	_, last, found := strings.Cut(field, ".")
	if !found {
		last = field
	}
	return last == "companyId" || last == "referredBy"
}

// nameContacts puts names for the ids of contacts in what changed.
func (s *Store) nameContacts(ctx context.Context, items []crm.TimelineItem) (err error) {
	for _, item := range items {
		for i := range item.Changes {
			c := &item.Changes[i]
			if !namesContact(c.Field) {
				continue
			}
			if c.Old, err = s.contactName(ctx, c.Old); err != nil {
				return err
			}
			if c.New, err = s.contactName(ctx, c.New); err != nil {
				return err
			}
		}
	}
	return nil
}

// contactName answers a contact's name, "–" of one that is not here.
func (s *Store) contactName(ctx context.Context, id string) (name string, err error) {
	if id == "" {
		return "", nil
	}
	err = s.one(ctx, "SELECT name FROM contacts WHERE id = ?", []any{blob(id)}, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return "–", nil
	}
	return name, err
}
