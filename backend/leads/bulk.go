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

// atOnce is how many leads one transaction changes: of more there are several,
// and others write in between. One undo takes all of them back, also what a
// cancelled or killed run has done.
const atOnce = 1000

// Progress hears how far a bulk action is; nil hears nothing.
type Progress func(done, total int)

// bulk changes every selected lead by f, and counts them.
func bulk(ctx context.Context, s *store.Store, label string, sel crm.Selection, params map[string]string, progress Progress, f func(*store.Tx, *crm.Lead) (verdict, error)) (crm.Done, error) {
	ids, err := s.SelectIDs(ctx, sel)
	if err != nil {
		return crm.Done{}, err
	}
	return bulkOf(ctx, s, label, ids, params, progress, f)
}

// bulkOf is bulk for leads whose ids are known.
func bulkOf(ctx context.Context, s *store.Store, label string, ids []string, params map[string]string, progress Progress, f func(*store.Tx, *crm.Lead) (verdict, error)) (crm.Done, error) {
	if params == nil {
		params = map[string]string{}
	}
	op := store.Op{Label: label, Params: params}
	if len(ids) > atOnce {
		op.Group = s.NewID()
	}
	changed := 0
	var out crm.Done
	for from := 0; from == 0 || from < len(ids); from += atOnce {
		some := ids[from:min(from+atOnce, len(ids))]
		before := changed
		done, err := s.Transact(ctx, op, func(tx *store.Tx) error {
			changed = before
			for _, id := range some {
				put, err := changeOne(tx, id, f)
				if err != nil {
					return err
				}
				if put == nil {
					continue
				}
				if changed++; changed == 1 {
					c, err := store.Person(tx, put.ContactID)
					if err != nil {
						return err
					}
					params["name"] = c.Name
				}
			}
			params["count"] = strconv.Itoa(changed)
			return nil
		})
		if err != nil && ctx.Err() != nil {
			err = crm.NewError(crm.CodeCancelled, "").Because(err) // in the midst of a statement
		}
		if err != nil {
			return crm.Done{}, err
		}
		out = together(out, done)
		if progress != nil {
			progress(from+len(some), len(ids))
		}
	}
	return out, nil
}

// changeOne answers the lead when f changed it.
func changeOne(tx *store.Tx, id string, f func(*store.Tx, *crm.Lead) (verdict, error)) (*crm.Lead, error) {
	l, err := store.Get[crm.Lead](tx, id)
	if crm.CodeOf(err) == crm.CodeNotFound {
		return nil, nil // deleted since it was selected
	}
	if err != nil {
		return nil, err
	}
	what, err := f(tx, l)
	if err != nil {
		return nil, err
	}
	switch what {
	case put:
		err = store.Put(tx, l)
	case drop:
		err = store.Delete[crm.Lead](tx, l.ID)
	default:
		return nil, nil
	}
	return l, err
}

// together answers two parts of one action as one.
func together(a, b crm.Done) crm.Done {
	if a.OpID == "" {
		return b
	}
	b.Undo = b.Undo || a.Undo
	if len(a.IDs) > 0 { // as many as one operation names
		b.IDs = a.IDs
	}
	return b
}

// Assign gives the selected leads to an owner, or to nobody.
func Assign(ctx context.Context, s *store.Store, sel crm.Selection, ownerID string, progress Progress) (crm.Done, error) {
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
	return bulk(ctx, s, "lead.assign", sel, params, progress, func(_ *store.Tx, l *crm.Lead) (verdict, error) {
		if l.OwnerID == ownerID {
			return keep, nil
		}
		l.OwnerID = ownerID
		return put, nil
	})
}

// Tag adds tags to the selected leads and takes others off.
func Tag(ctx context.Context, s *store.Store, sel crm.Selection, add, remove []string, progress Progress) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if err := checkLead(w, &crm.Lead{StageID: FirstStage(w), Tags: slices.Concat(add, remove)}); err != nil {
		return crm.Done{}, err
	}
	return bulk(ctx, s, "lead.tag", sel, nil, progress, func(_ *store.Tx, l *crm.Lead) (verdict, error) {
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
func Archive(ctx context.Context, s *store.Store, sel crm.Selection, progress Progress) (crm.Done, error) {
	return bulk(ctx, s, "lead.archive", sel, nil, progress, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		if l.ArchivedAt > 0 {
			return keep, nil
		}
		l.ArchivedAt = tx.Now
		return put, nil
	})
}

// Unarchive brings the selected leads back to where they stood; discarded ones
// to the stage where they were before, on top.
func Unarchive(ctx context.Context, s *store.Store, sel crm.Selection, progress Progress) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	ids, err := s.SelectIDs(ctx, sel)
	if err != nil {
		return crm.Done{}, err
	}
	lines := map[string]*line{}
	return bulkOf(ctx, s, "lead.unarchive", ids, nil, progress, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
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
			lines[back.ID] = newLine(w, back, place{top: true}, len(ids))
		}
		return put, lines[back.ID].join(tx, l)
	})
}

// Remove deletes the selected leads; their values stay for undo.
func Remove(ctx context.Context, s *store.Store, sel crm.Selection, progress Progress) (crm.Done, error) {
	return bulk(ctx, s, "lead.delete", sel, nil, progress, func(*store.Tx, *crm.Lead) (verdict, error) { return drop, nil })
}
