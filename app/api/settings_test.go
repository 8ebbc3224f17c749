package api

import (
	"context"
	"testing"

	"patio/backend/crm"
	"patio/backend/leads"
)

// A stage's deletion is a job whose progress the window shows, and which can be
// cancelled as any other.
func TestDeletingAStageTellsHowFarItIs(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, t.TempDir())
	settings := NewSettings(d.store, d.sheets)
	stages := crm.ReadyPipelines()[0].Stages
	for _, name := range []string{"Ana", "Bruno"} {
		if _, err := leads.Create(ctx, d.store, leads.New{Name: name, Phone: "11985270593", StageID: stages[1].ID}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := settings.StageLeads(stages[1].ID); err != nil || n.Living != 2 || n.Archived != 0 {
		t.Errorf("%+v %v", n, err)
	}
	done, err := settings.DeleteStage(stages[1].ID, stages[0].ID)
	if err != nil || done.Params["count"] != "2" {
		t.Fatalf("%+v %v", done, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	told := false
	for _, j := range d.jobs {
		told = told || j.Kind == "stage" && j.State == JobDone && j.Done == 2 && j.Total == 2
	}
	if !told {
		t.Errorf("%+v", d.jobs)
	}
}
