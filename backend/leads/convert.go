package leads

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// Conversion says how qualified leads go on as opportunities.
type Conversion struct {
	StageID    string  `json:"stageId"`              // an open stage of a sales pipeline
	ValueCents *int64  `json:"valueCents,omitempty"` // absent: each keeps its own
	Vehicle    *string `json:"vehicle,omitempty"`    // absent: each keeps its own
}

// Convert moves the selected leads out of a qualification into a sales
// pipeline, on top, and remembers from where: the stage of converted leads
// there lists them by that. Leads that stand in no qualification stay as they
// are. Errors: not_found and invalid with stageId, invalid with valueCents,
// too_long; lead.not_qualifying when there is nothing to convert.
func Convert(ctx context.Context, s *store.Store, sel crm.Selection, c Conversion, progress Progress) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	stage, ok := stageOf(w, c.StageID)
	if !ok {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "stageId", "id", c.StageID)
	}
	if !w.Takes(stage.ID) {
		return crm.Done{}, crm.NewError(crm.CodeStageDeleted, "stageId", "stage", stage.Name)
	}
	if stage.Kind != crm.StageOpen || pipelineKind(w, stage.PipelineID) != crm.PipelineSales {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "stageId", "value", stage.Name)
	}
	patch := Patch{ValueCents: c.ValueCents, Vehicle: c.Vehicle}
	ids, err := s.SelectIDs(ctx, sel)
	if err != nil {
		return crm.Done{}, err
	}
	line := newLine(w, stage, place{top: true}, len(ids))
	done, err := bulkOf(ctx, s, "lead.convert", ids, map[string]string{"stage": stage.Name}, progress, func(tx *store.Tx, l *crm.Lead) (verdict, error) {
		if pipelineKind(w, l.PipelineID) != crm.PipelineQualification {
			return keep, nil
		}
		if err := patch.apply(l); err != nil {
			return keep, err
		}
		if err := line.join(tx, l); err != nil {
			return keep, err
		}
		return put, seenIfNew(tx, l)
	})
	if err == nil && done.Params["count"] == "0" {
		return crm.Done{}, crm.NewError(crm.CodeNotQualifying, "")
	}
	return done, err
}
