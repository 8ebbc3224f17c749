package store

import (
	"context"

	"patio/backend/crm"
)

// A contact that was merged is shown as the one that it names, on to the end;
// see crm.Pair. Leads keep as whom they are shown, so that no page follows
// anything: whatever changes the end of the way derives them anew.

// person answers the contact as whom one is shown, a deleted one too if it is
// the contact itself. One that isn't here (see tolerant) is empty.
func (tx *Tx) person(id string) (*crm.Contact, error) {
	c, err := tx.contact(id)
	if err != nil {
		return nil, err
	}
	for isMerged(c) {
		next, err := tx.load(tx.s.tables[crm.KindContact], c.MergedInto)
		if err != nil {
			return nil, err
		}
		if next == nil || next.gone || next.dies {
			break
		}
		c = next.after.Addr().Interface().(*crm.Contact)
	}
	return c, nil
}

// isMerged says whether a contact names another as whom it may be shown.
func isMerged(c *crm.Contact) bool { return c.MergedInto != "" && c.MergedInto < c.ID }

// shownBefore answers the id as whom a contact was shown when the transaction
// began.
func (tx *Tx) shownBefore(im *image) (string, error) {
	for {
		c := im.before.Addr().Interface().(*crm.Contact)
		if !isMerged(c) {
			return im.id, nil
		}
		next, err := tx.load(im.t, c.MergedInto)
		if err != nil {
			return "", err
		}
		if next == nil || !next.before.IsValid() || next.dead {
			return im.id, nil
		}
		im = next
	}
}

// markShownAs brings in the leads that are shown otherwise once a contact has
// changed that was here.
func (tx *Tx) markShownAs(im *image) error {
	id, err := tx.shownBefore(im)
	if err != nil {
		return err
	}
	if err := tx.markLeads("contact", "person=?", blob(id)); err != nil || !im.dead || im.dies {
		return err
	}
	return tx.markMerged(im.id)
}

// markMerged brings in the leads of those that were merged into a contact which
// wasn't here until now.
func (tx *Tx) markMerged(id string) error {
	merged, err := tx.loadAll(tx.s.tables[crm.KindContact], "merged_into=?", blob(id))
	if err != nil {
		return err
	}
	for _, m := range merged {
		was, err := tx.shownBefore(m)
		if err != nil {
			return err
		}
		if err := tx.markLeads("contact", "person=?", blob(was)); err != nil {
			return err
		}
	}
	return nil
}

// Person answers a copy of the contact as whom one is shown, as Get does.
func Person(tx *Tx, id string) (*crm.Contact, error) {
	if _, err := Get[crm.Contact](tx, id); err != nil {
		return nil, err
	}
	c, err := tx.person(id)
	if err != nil {
		return nil, err
	}
	return Get[crm.Contact](tx, c.ID)
}

// PersonOf answers the contact as whom one is shown. Errors: not_found.
func (s *Store) PersonOf(ctx context.Context, id string) (*crm.Contact, error) {
	c, err := Read[crm.Contact](ctx, s, id)
	for err == nil && isMerged(c) {
		next, found := Read[crm.Contact](ctx, s, c.MergedInto)
		if crm.CodeOf(found) == crm.CodeNotFound {
			break
		}
		c, err = next, found
	}
	return c, err
}

// MergedInto answers the contacts that are shown as one, without itself, each
// before those that were merged into it.
func (s *Store) MergedInto(ctx context.Context, id string) ([]crm.Contact, error) {
	out := []crm.Contact{}
	for next := []string{id}; len(next) > 0; next = next[1:] {
		list, err := readAll(ctx, s, s.tables[crm.KindContact], "merged_into=? AND merged_into<id AND deleted=0 ORDER BY id", blob(next[0]))
		if err != nil {
			return nil, s.fail("read merged contacts", err)
		}
		for _, f := range list {
			c := f.v.Addr().Interface().(*crm.Contact)
			out, next = append(out, *c), append(next, c.ID)
		}
	}
	return out, nil
}

// together compares with a contact and all that are shown as it.
func (s *Store) together(ctx context.Context, id string) (string, []any, error) {
	merged, err := s.MergedInto(ctx, id)
	if err != nil {
		return "", nil, err
	}
	args := []any{blob(id)}
	for _, c := range merged {
		args = append(args, blob(c.ID))
	}
	return oneOf(len(args)), args, nil
}

// contactChanges tells, as a timeline would, what an operation changed of a
// contact. That it was merged or separated is told by both names: the other may
// be gone when somebody reads it.
func (tx *Tx) contactChanges(im *image, e recordEdit) ([]crm.FieldChange, error) {
	list := im.t.fieldChanges(e, "contact.")
	for i := range list {
		c := &list[i]
		if c.Field != "contact.mergedInto" {
			continue
		}
		into, merged := c.New, true
		if c.Field = "contact.merged"; into == "" {
			c.Field, into, merged = "contact.separated", c.Old, false
		}
		other, err := tx.load(im.t, into)
		if err != nil {
			return nil, err
		}
		c.Old, c.New = im.after.FieldByName("Name").String(), ""
		switch {
		case other == nil:
		case merged && other.before.IsValid(): // its name may be the other's by now
			c.New = other.before.FieldByName("Name").String()
		default:
			c.New = other.after.FieldByName("Name").String()
		}
	}
	return list, nil
}

// concerns says whether a lead's history tells what happened to a contact: its
// own, that as whom it is shown, and one that came to it or went.
func (im *image) concerns(contact *image) bool {
	l := im.after.Addr().Interface().(*crm.Lead)
	if l.ContactID == contact.id || l.PersonID == contact.id {
		return true
	}
	into := contact.after.FieldByName("MergedInto").String()
	if !contact.before.IsValid() || contact.before.FieldByName("MergedInto").String() == into {
		return false
	}
	if into == "" {
		into = contact.before.FieldByName("MergedInto").String()
	}
	return l.PersonID == into
}

// PairsInto answers what was said of a contact and those of a greater id.
func (tx *Tx) PairsInto(id string) ([]crm.Pair, error) {
	ims, err := tx.loadAll(tx.s.tables[crm.KindPair], "into_id=? ORDER BY id", blob(id))
	if err != nil {
		return nil, err
	}
	var out []crm.Pair
	for _, im := range ims {
		if !im.dies && !im.gone {
			out = append(out, *im.after.Addr().Interface().(*crm.Pair))
		}
	}
	return out, nil
}

// PairID derives the id of what is said of two contacts.
func PairID(a, b string) string {
	return derivedID("pair", max(a, b), min(a, b))
}
