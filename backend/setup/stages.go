package setup

import (
	"context"
	"slices"
	"strconv"

	"patio/backend/crm"
	"patio/backend/store"
)

// maxStaleDays is a year, after which no card needs to say that it is old.
const maxStaleDays = 365

// AddStage makes an open stage, behind the open ones of its pipeline. Errors:
// not_found, required, name.taken, stage.too_many.
func AddStage(ctx context.Context, s *store.Store, pipelineID, name string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if !slices.ContainsFunc(w.Pipelines, func(p crm.Pipeline) bool { return p.ID == pipelineID }) {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "pipelineId", "id", pipelineID)
	}
	st := crm.Stage{PipelineID: pipelineID, Kind: crm.StageOpen}
	if st.Name, err = stageName(w, pipelineID, "", name); err != nil {
		return crm.Done{}, err
	}
	stages := w.StagesOf(pipelineID)
	if err := roomForStage(stages); err != nil {
		return crm.Done{}, err
	}
	ids, behind := []string{}, 0
	for i, o := range stages {
		ids = append(ids, o.ID)
		if o.Kind == crm.StageOpen {
			behind = i + 1
		}
	}
	return save(ctx, s, "stage.add", &st.ID, st.Name, func(tx *store.Tx) error {
		if err := store.Put(tx, &st); err != nil {
			return err
		}
		return renumber(tx, slices.Insert(ids, behind, st.ID), stagePos)
	})
}

func stagePos(st *crm.Stage) *int64 { return &st.Pos }

func roomForStage(stages []crm.Stage) error {
	if len(stages) >= crm.MaxStages {
		return crm.NewError(crm.CodeStageTooMany, "name", "max", strconv.Itoa(crm.MaxStages))
	}
	return nil
}

// StagePatch changes the fields of a stage that are present.
type StagePatch struct {
	Name        *string `json:"name,omitempty"`
	Kind        *string `json:"kind,omitempty"`
	Color       *string `json:"color,omitempty"` // a token of the palette, "" for none
	StaleDays   *int64  `json:"staleDays,omitempty"`
	Probability *int64  `json:"probability,omitempty"` // percent, of an open stage
}

// UpdateStage changes a stage. Errors: not_found, required, name.taken, invalid;
// stage.last_open when it is to be no open one; stage.in_use when leads stand
// where converted ones are to be listed.
func UpdateStage(ctx context.Context, s *store.Store, id string, p StagePatch) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	params := map[string]string{}
	return s.Transact(ctx, store.Op{Label: "stage.save", Params: params}, func(tx *store.Tx) error {
		st, err := getStage(tx, id)
		if err != nil {
			return err
		}
		if err := p.apply(tx, w, st); err != nil {
			return err
		}
		params["name"] = st.Name
		return store.Put(tx, st)
	})
}

func getStage(tx *store.Tx, id string) (*crm.Stage, error) {
	if err := store.CheckID("id", id); err != nil {
		return nil, err
	}
	return store.Get[crm.Stage](tx, id)
}

func (p StagePatch) apply(tx *store.Tx, w *store.Workspace, st *crm.Stage) (err error) {
	if p.Name != nil {
		if st.Name, err = stageName(w, st.PipelineID, st.ID, *p.Name); err != nil {
			return err
		}
	}
	if p.Kind != nil && *p.Kind != st.Kind {
		if err := mayBe(tx, w, st, *p.Kind); err != nil {
			return err
		}
		st.Kind = *p.Kind
	}
	if p.Color != nil {
		if st.Color, err = crm.CheckLine("color", *p.Color); err != nil {
			return err
		}
	}
	if p.StaleDays != nil {
		if st.StaleDays = *p.StaleDays; st.StaleDays < 0 || st.StaleDays > maxStaleDays {
			return crm.NewError(crm.CodeInvalid, "staleDays", "max", strconv.Itoa(maxStaleDays))
		}
	}
	if p.Probability != nil {
		if st.Probability = *p.Probability; st.Probability < 0 || st.Probability > 100 {
			return crm.NewError(crm.CodeInvalid, "probability")
		}
	}
	if st.Kind != crm.StageOpen {
		st.Probability = 0 // what is over is no guess
	}
	return nil
}

// mayBe refuses a kind that would leave new leads nowhere to enter, or leads out
// of sight.
func mayBe(tx *store.Tx, w *store.Workspace, st *crm.Stage, kind string) error {
	switch kind {
	case crm.StageOpen, crm.StageWon, crm.StageLost, crm.StageDiscarded:
	case crm.StageConverted:
		ids, err := tx.LeadsIn(st.ID, 1)
		if err != nil {
			return err
		}
		if len(ids) > 0 {
			return crm.NewError(CodeStageInUse, "kind", "stage", st.Name)
		}
	default:
		return crm.NewError(crm.CodeInvalid, "kind", "value", kind)
	}
	return otherOpen(w, st, "kind")
}

// otherOpen refuses to take the last open stage from a pipeline.
func otherOpen(w *store.Workspace, st *crm.Stage, field string) error {
	if st.Kind == crm.StageOpen && !slices.ContainsFunc(w.StagesOf(st.PipelineID), func(o crm.Stage) bool { return o.ID != st.ID && o.Kind == crm.StageOpen }) {
		return crm.NewError(CodeLastOpen, field, "stage", st.Name)
	}
	return nil
}

// PlaceStage puts a stage at an index among those of its pipeline, 0 the first.
func PlaceStage(ctx context.Context, s *store.Store, id string, index int) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	st, err := stageIn(w, id)
	if err != nil {
		return crm.Done{}, err
	}
	var ids []string
	for _, o := range w.StagesOf(st.PipelineID) {
		ids = append(ids, o.ID)
	}
	if ids, err = placed(ids, id, index); err != nil {
		return crm.Done{}, err
	}
	return save(ctx, s, "stage.save", &id, st.Name, func(tx *store.Tx) error { return renumber(tx, ids, stagePos) })
}

// RestoreStage makes a stage one again that was deleted and is shown because
// leads stand in it. Errors: not_found, stage.too_many.
func RestoreStage(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	st, err := stageIn(w, id)
	if err != nil {
		return crm.Done{}, err
	}
	if err := roomForStage(w.StagesOf(st.PipelineID)); err != nil {
		return crm.Done{}, err
	}
	return save(ctx, s, "stage.restore", &st.ID, st.Name, func(tx *store.Tx) error { return store.Put(tx, &st) })
}

// stageIn answers a stage that is shown.
func stageIn(w *store.Workspace, id string) (crm.Stage, error) {
	i := slices.IndexFunc(w.Stages, func(st crm.Stage) bool { return st.ID == id })
	if i < 0 {
		return crm.Stage{}, crm.NewError(crm.CodeNotFound, "id", "id", id)
	}
	return w.Stages[i], nil
}

// stageName reads a name that no other stage of the pipeline has: sheets name
// stages so.
func stageName(w *store.Workspace, pipelineID, id, typed string) (string, error) {
	name, err := required("name", typed)
	if err != nil {
		return "", err
	}
	for _, o := range w.StagesOf(pipelineID) {
		if err := taken(id, name, o.ID, o.Name); err != nil {
			return "", err
		}
	}
	return name, nil
}
