package leads

import (
	"context"
	"slices"
	"strconv"

	"patio/backend/crm"
	"patio/backend/store"
)

// verdict is what a bulk action decided for one lead.
type verdict int

const (
	keep verdict = iota // leave it as it is
	put
	drop
)

// bulk changes every selected lead by f, in one operation, and counts them.
func bulk(ctx context.Context, s *store.Store, label string, sel crm.Selection, params map[string]string, f func(*store.Tx, *crm.Lead) (verdict, error)) (crm.Done, error) {
	ids, err := s.SelectIDs(ctx, sel)
	if err != nil {
		return crm.Done{}, err
	}
	n := 0
	if params == nil {
		params = map[string]string{}
	}
	return s.Transact(ctx, store.Op{Label: label, Params: params}, func(tx *store.Tx) error {
		for _, id := range ids {
			l, err := store.Get[crm.Lead](tx, id)
			if crm.CodeOf(err) == crm.CodeNotFound {
				continue // deleted since it was selected
			}
			if err != nil {
				return err
			}
			what, err := f(tx, l)
			if err != nil {
				return err
			}
			switch what {
			case keep:
				continue
			case put:
				err = store.Put(tx, l)
			case drop:
				err = store.Delete[crm.Lead](tx, l.ID)
			}
			if err != nil {
				return err
			}
			if n++; n == 1 {
				c, err := store.Person(tx, l.ContactID)
				if err != nil {
					return err
				}
				params["name"] = c.Name
			}
		}
		params["count"] = strconv.Itoa(n)
		return nil
	})
}

// Assign gives the selected leads to an owner, or to nobody.
func Assign(ctx context.Context, s *store.Store, sel crm.Selection, ownerID string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	params := map[string]string{}
	if i := slices.IndexFunc(w.Users, func(u crm.User) bool { return u.ID == ownerID }); i >= 0 {
		params["owner"] = w.Users[i].Name
	} else if ownerID != "" {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "ownerId", "id", ownerID)
	}
	return bulk(ctx, s, "lead.assign", sel, params, func(_ *store.Tx, l *crm.Lead) (verdict, error) {
		if l.OwnerID == ownerID {
			return keep, nil
		}
		l.OwnerID = ownerID
		return put, nil
	})
}

// Tag adds tags to the selected leads and takes others off.
func Tag(ctx context.Context, s *store.Store, sel crm.Selection, add, remove []string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if err := checkLead(w, &crm.Lead{StageID: FirstStage(w), Tags: slices.Concat(add, remove)}); err != nil {
		return crm.Done{}, err
	}
	return bulk(ctx, s, "lead.tag", sel, nil, func(_ *store.Tx, l *crm.Lead) (verdict, error) {
		before := len(l.Tags)
		l.Tags = slices.DeleteFunc(l.Tags, func(id string) bool { return slices.Contains(remove, id) })
		what := keep
		if len(l.Tags) != before {
			what = put
		}
		for _, id := range add {
			if !slices.Contains(l.Tags, id) {
				l.Tags, what = append(l.Tags, id), put
			}
		}
		return what, nil
	})
}

// Archive takes the selected leads off the boards.
func Archive(ctx context.Context, s *store.Store, sel crm.Selection) (crm.Done, error) {
	return bulk(ctx, s, "lead.archive", sel, nil, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		if l.ArchivedAt > 0 {
			return keep, nil
		}
		l.ArchivedAt = tx.Now
		return put, nil
	})
}

// Unarchive brings the selected leads back to where they stood; discarded ones
// to the stage where they were before, on top.
func Unarchive(ctx context.Context, s *store.Store, sel crm.Selection) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	lines := map[string]*line{}
	return bulk(ctx, s, "lead.unarchive", sel, nil, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		if l.ArchivedAt == 0 {
			return keep, nil
		}
		l.ArchivedAt = 0
		if st, _ := stageOf(w, l.StageID); st.Kind != crm.StageDiscarded {
			return put, nil
		}
		back, ok, err := stageBefore(tx, w, l)
		if err != nil || !ok {
			return put, err
		}
		if lines[back.ID] == nil {
			lines[back.ID] = newLine(w, back, place{top: true})
		}
		return put, lines[back.ID].join(tx, l)
	})
}

// Remove deletes the selected leads; their values stay for undo.
func Remove(ctx context.Context, s *store.Store, sel crm.Selection) (crm.Done, error) {
	return bulk(ctx, s, "lead.delete", sel, nil, func(*store.Tx, *crm.Lead) (verdict, error) { return drop, nil })
}
