package leads

import (
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
)

// reason answers one that a stage's kind takes.
func (sh *shop) reason(kind string) string {
	sh.t.Helper()
	w, err := sh.s.Workspace(ctx)
	if err != nil {
		sh.t.Fatal(err)
	}
	i := slices.IndexFunc(w.Reasons, func(r crm.Reason) bool { return r.Kind == kind })
	return w.Reasons[i].ID
}

func (sh *shop) discard(ids ...string) {
	sh.t.Helper()
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: ids, StageID: discarded, ReasonID: sh.reason(crm.StageDiscarded), ToTop: true}))
}

func TestADiscardedLeadRestsInTheArchiveAndComesBackWhereItStood(t *testing.T) {
	sh := newShop(t)
	ana, bia := sh.lead("Ana", to(qualified)), sh.lead("Bia", to(arrived))
	sh.discard(ana, bia)
	for _, id := range []string{ana, bia} {
		if l := sh.get(id); l.ArchivedAt != sh.now.UnixMilli() || l.ReasonID == "" {
			t.Errorf("discarded: %+v", l)
		}
	}
	if got := sh.names(discarded); len(got) != 2 {
		t.Errorf("the stage shows %v", got)
	}
	rows, totals, err := sh.s.List(ctx, crm.ListRequest{Filter: crm.Filter{PipelineID: crm.PipelineReadyQualification, Archived: true}, Limit: 10})
	if err != nil || totals.Count != 2 || len(rows) != 2 {
		t.Errorf("the archive: %v %+v %v", rows, totals, err)
	}
	if _, totals, err := sh.s.Board(ctx, crm.PipelineReadyQualification, crm.Filter{}, 5); err != nil || totals.Count != 0 {
		t.Errorf("the board still counts %+v, %v", totals, err)
	}

	sh.now = sh.now.Add(24 * time.Hour)
	sh.must(Unarchive(ctx, sh.s, crm.Selection{IDs: []string{ana, bia}}, nil))
	if l := sh.get(ana); l.StageID != qualified || l.ArchivedAt != 0 || l.ReasonID != "" || l.StageSince != sh.now.UnixMilli() {
		t.Errorf("back: %+v", l)
	}
	if l := sh.get(bia); l.StageID != arrived {
		t.Errorf("back: %+v", l)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if l := sh.get(ana); l.StageID != discarded || l.ArchivedAt != sh.now.Add(-24*time.Hour).UnixMilli() || l.ReasonID == "" {
		t.Errorf("after undo: %+v", l)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if l := sh.get(ana); l.StageID != qualified || l.ArchivedAt != 0 {
		t.Errorf("after undoing the discard: %+v", l)
	}
}

func TestALeadThatIsMovedComesOutOfTheArchive(t *testing.T) {
	sh := newShop(t)
	ana, bia := sh.lead("Ana", to(qualified)), sh.lead("Bia")
	sh.discard(ana)
	sh.must(Archive(ctx, sh.s, crm.Selection{IDs: []string{bia}}, nil))
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{ana, bia}, StageID: talking}))
	for _, id := range []string{ana, bia} {
		if l := sh.get(id); l.ArchivedAt != 0 || l.StageID != talking {
			t.Errorf("moved: %+v", l)
		}
	}
}

func TestWhoWasArchivedByHandComesBackToTheSameStage(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana", to(talking))
	sh.must(Archive(ctx, sh.s, crm.Selection{IDs: []string{id}}, nil))
	sh.must(Unarchive(ctx, sh.s, crm.Selection{IDs: []string{id}}, nil))
	if l := sh.get(id); l.StageID != talking || l.ArchivedAt != 0 {
		t.Errorf("back: %+v", l)
	}
}

func TestSoldAndNotSoldAreNotArchived(t *testing.T) {
	sh := newShop(t)
	a, b := sh.lead("Ana"), sh.lead("Bia")
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{a}, StageID: sold, ReasonID: sh.reason(crm.StageWon)}))
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{b}, StageID: lost, ReasonID: sh.reason(crm.StageLost)}))
	for _, id := range []string{a, b} {
		if l := sh.get(id); l.ArchivedAt != 0 {
			t.Errorf("ended: %+v", l)
		}
	}
}
