package replica

import (
	"context"
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
)

// stagesOf answers the workspace of a PC and the stages of the sales pipeline
// that it shows, deleted ones too.
func (p *pc) salesStages() (w *store.Workspace, shown []string) {
	p.w.t.Helper()
	w, err := p.s.Workspace(context.Background())
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, st := range w.Stages {
		if st.PipelineID == crm.PipelineReadySales {
			shown = append(shown, st.ID)
		}
	}
	return w, shown
}

// seen fails unless the board of a PC shows a lead, in a stage.
func (p *pc) seen(lead, stage string) {
	p.w.t.Helper()
	views, _, err := p.s.Board(context.Background(), crm.PipelineReadySales, crm.Filter{}, 50)
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, v := range views {
		if slices.ContainsFunc(v.Cards, func(c crm.Card) bool { return c.ID == lead }) {
			if v.StageID != stage {
				p.w.t.Errorf("PC %s shows the lead in stage %s, want %s", p.name, v.StageID, stage)
			}
			return
		}
	}
	p.w.t.Errorf("PC %s shows the lead nowhere", p.name)
}

// One PC deletes a stage while another moves a lead into it: the stage stays on
// every board as long as the lead stands there, and takes no others. Moving it
// on ends the stage, and so does deleting it again.
func TestAStageDeletedWhileALeadMovedInStaysUntilItIsMoved(t *testing.T) {
	ctx := context.Background()
	for _, end := range []string{"moved", "deleted again", "kept"} {
		t.Run(end, func(t *testing.T) {
			w, lead := shop(t, 3)
			a, b, c := w.pcs[0], w.pcs[1], w.pcs[2]
			_, before := a.salesStages()
			first, gone := before[0], before[1]
			workspaces := 0
			defer c.s.Subscribe(func(_ crm.Change, workspace bool) {
				if workspace {
					workspaces++
				}
			})()

			a.must(setup.DeleteStage(ctx, a.s, gone, first, nil))
			b.must(leads.MoveLeads(ctx, b.s, leads.Move{IDs: []string{lead}, StageID: gone, ToTop: true}))
			w.all()
			for _, p := range w.pcs {
				p.seen(lead, gone)
				p.conflicts(0)
				ws, shown := p.salesStages()
				if !slices.Contains(shown, gone) || ws.Takes(gone) || len(ws.StagesOf(crm.PipelineReadySales)) != len(before)-1 {
					t.Errorf("PC %s: %v", p.name, shown)
				}
			}
			if workspaces == 0 {
				t.Error("nobody told the window of the third PC that there is a stage again")
			}
			other := c.must(leads.Create(ctx, c.s, leads.New{Name: "Rui", Phone: "11933335555"})).IDs[0]
			if _, err := leads.MoveLeads(ctx, c.s, leads.Move{IDs: []string{other}, StageID: gone}); crm.CodeOf(err) != crm.CodeStageDeleted {
				t.Errorf("another lead moved in: %v", err)
			}
			if _, err := leads.Create(ctx, c.s, leads.New{Name: "Rui", Phone: "11933335555", StageID: gone}); crm.CodeOf(err) != crm.CodeNotFound {
				t.Errorf("another lead was made there: %v", err)
			}
			c.subject(lead, "À vista") // it is edited as any other

			w.now = w.now.Add(time.Minute)
			want := first
			switch end {
			case "moved":
				c.must(leads.MoveLeads(ctx, c.s, leads.Move{IDs: []string{lead}, StageID: first}))
			case "deleted again":
				c.must(setup.DeleteStage(ctx, c.s, gone, first, nil))
			case "kept":
				c.must(setup.RestoreStage(ctx, c.s, gone))
				want = gone
			}
			w.all()
			for _, p := range w.pcs {
				p.seen(lead, want)
				p.conflicts(0)
				if ws, shown := p.salesStages(); slices.Contains(shown, gone) != (end == "kept") || ws.Takes(gone) != (end == "kept") {
					t.Errorf("PC %s: %v", p.name, shown)
				}
			}
			w.check()
		})
	}
}

// Undoing the deletion where it was done leaves alone what others moved since.
func TestUndoingADeletionLeavesWhatOthersMovedSince(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	_, stages := a.salesStages()
	second := a.must(leads.Create(ctx, a.s, leads.New{Name: "Rui", Phone: "11933335555"})).IDs[0]
	w.all()
	a.must(setup.DeleteStage(ctx, a.s, stages[0], stages[1], nil))
	w.all()
	b.seen(lead, stages[1])
	b.must(leads.MoveLeads(ctx, b.s, leads.Move{IDs: []string{lead}, StageID: stages[2], ToTop: true}))
	w.all()
	if done := a.must(a.s.Undo(ctx, nil)); done.Params["skipped"] != "1" {
		t.Errorf("%+v", done)
	}
	w.all()
	for _, p := range w.pcs {
		p.seen(lead, stages[2])
		p.seen(second, stages[0])
		if ws, _ := p.salesStages(); !ws.Takes(stages[0]) {
			t.Errorf("PC %s: the stage did not come back", p.name)
		}
	}
	w.check()
}

// Two PCs each delete the stage that the other sends its leads to: no lead is
// lost, and a pipeline that has no stage left for new ones says where they go.
func TestTwoDeletionsThatSendLeadsToEachOtherLoseNone(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	_, stages := a.salesStages()
	for _, id := range stages[2:4] {
		a.must(setup.DeleteStage(ctx, a.s, id, "", nil))
	}
	second := a.must(leads.Create(ctx, a.s, leads.New{Name: "Rui", Phone: "11933335555", StageID: stages[1]})).IDs[0]
	w.all()
	a.must(setup.DeleteStage(ctx, a.s, stages[0], stages[1], nil))
	b.must(setup.DeleteStage(ctx, b.s, stages[1], stages[0], nil))
	w.all()
	for _, p := range w.pcs {
		p.seen(lead, stages[1])
		p.seen(second, stages[0])
		ws, _ := p.salesStages()
		if first := leads.FirstStage(ws); first == "" || !ws.Takes(first) {
			t.Errorf("PC %s: new leads go nowhere", p.name)
		}
	}
	a.must(setup.AddStage(ctx, a.s, crm.PipelineReadySales, "Novos"))
	w.all()
	w.check()
}

// The order of stages is nobody's conflict, a name is.
func TestAnOrderThatTwoChangeApartAsksNobody(t *testing.T) {
	ctx := context.Background()
	w, _ := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	_, stages := a.salesStages()
	a.must(setup.PlaceStage(ctx, a.s, stages[0], 3))
	b.must(setup.PlaceStage(ctx, b.s, stages[3], 0))
	w.all()
	a.conflicts(0)
	_, left := a.salesStages()
	if _, right := b.salesStages(); !slices.Equal(left, right) {
		t.Errorf("%v, %v", left, right)
	}
	for i, name := range []string{"Primeiro contato", "Chegou agora"} {
		w.pcs[i].must(setup.UpdateStage(ctx, w.pcs[i].s, stages[0], setup.StagePatch{Name: &name}))
	}
	w.all()
	if c := a.conflicts(1)[0]; c.Kind != "stages" || c.Field != "name" {
		t.Errorf("%+v", c)
	}
	w.check()
}

// A stage that was renamed elsewhere doesn't have its leads written anew.
func TestARenamedStageTouchesNoLead(t *testing.T) {
	ctx := context.Background()
	w, _ := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	_, stages := a.salesStages()
	var told []crm.Change
	defer b.s.Subscribe(func(c crm.Change, _ bool) { told = append(told, c) })()
	name := "Chegou agora"
	a.must(setup.UpdateStage(ctx, a.s, stages[0], setup.StagePatch{Name: &name}))
	w.all()
	if len(told) == 0 {
		t.Fatal("nothing came")
	}
	for _, c := range told {
		if len(c.LeadIDs) > 0 || c.All {
			t.Errorf("%+v", c)
		}
	}
}
