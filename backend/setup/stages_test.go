package setup

import (
	"fmt"
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

// must fails the test on an error and answers what was done.
func must(t *testing.T) func(crm.Done, error) crm.Done {
	return func(done crm.Done, err error) crm.Done {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
}

// names answers a pipeline's stages, or the pipelines for "".
func names(t *testing.T, s *store.Store, pipeline string) []string {
	t.Helper()
	var out []string
	w := workspace(t, s)
	if pipeline == "" {
		for _, p := range w.Pipelines {
			out = append(out, p.Name)
		}
	}
	for _, st := range w.StagesOf(pipeline) {
		out = append(out, st.Name)
	}
	return out
}

// stageOf answers a stage of the sales pipeline by its index.
func stageOf(t *testing.T, s *store.Store, index int) crm.Stage {
	t.Helper()
	return workspace(t, s).StagesOf(crm.PipelineReadySales)[index]
}

func TestAStageIsAddedBehindTheOpenOnesUpToTen(t *testing.T) {
	s := started(t)
	for i := range 4 {
		must(t)(AddStage(ctx, s, crm.PipelineReadySales, fmt.Sprint("Extra ", i)))
	}
	want := []string{"Nova proposta", "Em negociação", "Aguardando visita", "Visita realizada", "Extra 0", "Extra 1", "Extra 2", "Extra 3", "Vendidos", "Não vendidos"}
	if got := names(t, s, crm.PipelineReadySales); !slices.Equal(got, want) {
		t.Fatalf("stages: %q", got)
	}
	if _, err := AddStage(ctx, s, crm.PipelineReadySales, "Onze"); crm.CodeOf(err) != crm.CodeStageTooMany || !fieldIs(err, "name") {
		t.Errorf("an eleventh: %v", err)
	}
	if _, err := AddStage(ctx, s, crm.PipelineReadyQualification, "qualificado "); crm.CodeOf(err) != CodeTaken {
		t.Errorf("a name that is there: %v", err)
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if got := names(t, s, crm.PipelineReadySales); len(got) != 9 {
		t.Errorf("after undo: %q", got)
	}
}

func TestAStageIsNamedPaintedAndPlaced(t *testing.T) {
	s := started(t)
	id := stageOf(t, s, 1).ID
	name, color, stale, chance := "Proposta na mesa", "violet", int64(9), int64(40)
	must(t)(UpdateStage(ctx, s, id, StagePatch{Name: &name, Color: &color, StaleDays: &stale, Probability: &chance}))
	must(t)(PlaceStage(ctx, s, id, 3))
	st := stageOf(t, s, 3)
	if st.ID != id || st.Name != name || st.Color != color || st.StaleDays != stale || st.Probability != chance {
		t.Errorf("%+v", st)
	}
	if got := names(t, s, crm.PipelineReadySales)[:4]; !slices.Equal(got, []string{"Nova proposta", "Aguardando visita", "Visita realizada", name}) {
		t.Errorf("%q", got)
	}
	if _, err := s.Undo(ctx, nil); err != nil || stageOf(t, s, 1).ID != id {
		t.Errorf("the place was not undone: %v", err)
	}
	won := crm.StageWon
	must(t)(UpdateStage(ctx, s, id, StagePatch{Kind: &won}))
	if st := stageOf(t, s, 1); st.Kind != won || st.Probability != 0 {
		t.Errorf("a stage that is over still has a chance: %+v", st)
	}
	for field, p := range map[string]StagePatch{
		"name": {Name: new(string)}, "kind": {Kind: &name}, "probability": {Probability: &[]int64{101}[0]}, "staleDays": {StaleDays: &[]int64{-1}[0]},
	} {
		if _, err := UpdateStage(ctx, s, id, p); !fieldIs(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := PlaceStage(ctx, s, crm.ReadyShop, 0); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("a shop was placed: %v", err)
	}
}

func TestAPipelineKeepsAnOpenStage(t *testing.T) {
	s := started(t)
	lost := crm.StageLost
	for range 3 {
		must(t)(DeleteStage(ctx, s, stageOf(t, s, 1).ID, "", nil))
	}
	last := stageOf(t, s, 0).ID
	if _, err := UpdateStage(ctx, s, last, StagePatch{Kind: &lost}); crm.CodeOf(err) != CodeLastOpen {
		t.Errorf("it was closed: %v", err)
	}
	if _, err := DeleteStage(ctx, s, last, "", nil); crm.CodeOf(err) != CodeLastOpen {
		t.Errorf("it was deleted: %v", err)
	}
}

func TestPipelinesAreAddedNamedPlacedAndPutAway(t *testing.T) {
	s := started(t)
	id := must(t)(AddPipeline(ctx, s, "Seminovos", crm.PipelineSales)).IDs[0]
	if got := names(t, s, id); len(got) != 6 || got[0] != "Nova proposta" {
		t.Errorf("its stages: %q", got)
	}
	must(t)(RenamePipeline(ctx, s, id, "Usados"))
	must(t)(PlacePipeline(ctx, s, id, 0))
	if got := names(t, s, ""); !slices.Equal(got, []string{"Usados", "Vendas", "Qualificação", "Assuntos"}) {
		t.Errorf("%q", got)
	}
	for _, bad := range []func() error{
		func() error { _, err := AddPipeline(ctx, s, "usados", crm.PipelineSales); return err },
		func() error { _, err := AddPipeline(ctx, s, "Peças", "parts"); return err },
		func() error { _, err := RenamePipeline(ctx, s, id, "vendas"); return err },
		func() error { _, err := RenamePipeline(ctx, s, id, " "); return err },
	} {
		if bad() == nil {
			t.Error("it was taken")
		}
	}
	for _, p := range []string{crm.PipelineReadySales, crm.PipelineReadyQualification} {
		must(t)(ShowPipeline(ctx, s, p, false))
	}
	if _, err := ShowPipeline(ctx, s, id, false); crm.CodeOf(err) != CodeLastPipeline {
		t.Errorf("the last one was put away: %v", err)
	}
}
