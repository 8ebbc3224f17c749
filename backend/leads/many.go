package leads

import (
	"context"
	"reflect"

	"patio/backend/crm"
	"patio/backend/store"
)

// EditAll changes the present fields of the selected leads, custom ones too.
// Errors as Update's, and cancelled.
func EditAll(ctx context.Context, s *store.Store, sel crm.Selection, p Patch, progress Progress) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	return bulk(ctx, s, "lead.edit", sel, nil, progress, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		before, err := store.Get[crm.Lead](tx, l.ID)
		if err != nil {
			return keep, err
		}
		if err := p.change(tx, w, l); err != nil || reflect.DeepEqual(before, l) {
			return keep, err
		}
		return put, nil
	})
}

// PlanAll plans an activity with each of the selected leads, for n.UserID, ""
// for the lead's owner, or who acts when it has none. Errors as AddActivity's,
// and cancelled.
func PlanAll(ctx context.Context, s *store.Store, sel crm.Selection, n NewActivity, progress Progress) (crm.Done, error) {
	plan := crm.Activity{LeadID: s.NewID(), Kind: n.Kind, UserID: n.UserID, DueAt: n.DueAt, DueDay: n.DueDay, Channel: n.Channel, Remind: n.Remind}
	if err := setActivity(&plan, n.Title, n.Body, ""); err != nil {
		return crm.Done{}, err
	}
	if err := checkActivity(&plan, false); err != nil {
		return crm.Done{}, err
	}
	return bulk(ctx, s, "activity.plan_many", sel, nil, progress, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		a := plan
		a.LeadID, a.CreatedAt, a.CreatedBy = l.ID, tx.Now, tx.User
		if a.UserID == "" {
			a.UserID = l.OwnerID
		}
		if a.UserID == "" {
			a.UserID = tx.User
		}
		if err := store.Put(tx, &a); err != nil {
			return keep, err
		}
		return put, seenIfNew(tx, l)
	})
}
