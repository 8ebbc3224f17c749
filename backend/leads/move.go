package leads

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// Move puts leads into a stage, or elsewhere in theirs.
type Move struct {
	IDs        []string `json:"ids"`
	StageID    string   `json:"stageId"`
	AfterID    string   `json:"afterId"`  // the lead that will stand directly above; "" for none
	BeforeID   string   `json:"beforeId"` // the lead that will stand directly below; "" for none
	ToTop      bool     `json:"toTop"`    // with neither of them: on top instead of at the end
	ReasonID   string   `json:"reasonId"` // won, lost and discarded stages ask for one
	ReasonNote string   `json:"reasonNote"`
}

// MoveLeads moves the leads of m.IDs in their order. Errors: not_found,
// reason.required with the stage's kind, stage.read_only for a stage of
// converted leads, which fills itself, stage.deleted for one that is only shown
// until the leads in it were moved.
func MoveLeads(ctx context.Context, s *store.Store, m Move) (crm.Done, error) {
	return move(ctx, s, crm.Selection{IDs: m.IDs}, m, nil)
}

// MoveAll moves all selected leads to the top of a stage.
func MoveAll(ctx context.Context, s *store.Store, sel crm.Selection, stageID, reasonID, reasonNote string, progress Progress) (crm.Done, error) {
	return move(ctx, s, sel, Move{StageID: stageID, ReasonID: reasonID, ReasonNote: reasonNote, ToTop: true}, progress)
}

func move(ctx context.Context, s *store.Store, sel crm.Selection, m Move, progress Progress) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	stage, ok := stageOf(w, m.StageID)
	if !ok {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "stageId", "id", m.StageID)
	}
	if !w.Takes(stage.ID) {
		return crm.Done{}, crm.NewError(crm.CodeStageDeleted, "stageId", "stage", stage.Name)
	}
	if stage.Kind == crm.StageConverted {
		return crm.Done{}, crm.NewError(crm.CodeStageReadOnly, "stageId", "stage", stage.Name)
	}
	if err := checkReason(w, stage.Kind, m.ReasonID); err != nil {
		return crm.Done{}, err
	}
	if m.ReasonNote, err = crm.CheckText("reasonNote", m.ReasonNote); err != nil {
		return crm.Done{}, err
	}
	ids, err := s.SelectIDs(ctx, sel)
	if err != nil {
		return crm.Done{}, err
	}
	line := newLine(w, stage, place{after: m.AfterID, before: m.BeforeID, top: m.ToTop}, len(ids))
	return bulkOf(ctx, s, "lead.move", ids, map[string]string{"stage": stage.Name}, progress, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		if l.StageID != m.StageID && crm.NeedsReason(stage.Kind) && m.ReasonID == "" {
			return keep, crm.NewError(crm.CodeReasonNeeded, "reasonId", "kind", stage.Kind, "stage", stage.Name)
		}
		if err := line.join(tx, l); err != nil {
			return keep, err
		}
		if m.ReasonID != "" {
			l.ReasonID, l.ReasonNote = m.ReasonID, m.ReasonNote
		}
		return put, seenIfNew(tx, l)
	})
}

func checkReason(w *store.Workspace, stageKind, id string) error {
	if id == "" {
		return nil
	}
	for _, r := range w.Reasons {
		if r.ID == id && r.Kind == stageKind {
			return nil
		}
	}
	return crm.NewError(crm.CodeNotFound, "reasonId", "id", id)
}

// seenIfNew takes the mark of a new lead off once somebody moved it; an unread
// reply stays one until it is read.
func seenIfNew(tx *store.Tx, l *crm.Lead) error {
	if l.Fresh != crm.FreshNew {
		return nil
	}
	return putMark(tx, l.ID, tx.Now)
}

func putMark(tx *store.Tx, leadID string, seen int64) error {
	return store.Put(tx, &crm.Mark{ID: store.MarkID(leadID), LeadID: leadID, SeenAt: seen})
}
