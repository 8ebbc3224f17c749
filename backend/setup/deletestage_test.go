package setup

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/crm/rank"
	"patio/backend/store"
)

// stand puts leads into a stage, from top to bottom.
func stand(t *testing.T, s *store.Store, stageID string, n int) []string {
	t.Helper()
	ranks, err := rank.Spread("", "", n, func(int) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	must(t)(s.Transact(ctx, store.Op{Label: "test", NoUndo: true, Bulk: true}, func(tx *store.Tx) error {
		for i, k := range ranks {
			c := crm.Contact{Name: fmt.Sprint("Cliente ", i)}
			if err := store.Put(tx, &c); err != nil {
				return err
			}
			l := crm.Lead{ContactID: c.ID, StageID: stageID, Rank: k, StageSince: 1, ValueCents: 100, CreatedVia: crm.ViaImport}
			if err := store.Put(tx, &l); err != nil {
				return err
			}
			ids = append(ids, l.ID)
		}
		return nil
	}))
	return ids
}

// inStage answers the leads of a stage from top to bottom, at most 200.
func inStage(t *testing.T, s *store.Store, stageID string) (ids []string, count int) {
	t.Helper()
	v, err := s.StageWindow(ctx, stageID, crm.Filter{}, 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Cards {
		ids = append(ids, c.ID)
	}
	return ids, v.Count
}

func TestADeletedStagesLeadsStandAtTheEndOfTheOtherInTheirOrder(t *testing.T) {
	s := started(t)
	from, to := stageOf(t, s, 1), stageOf(t, s, 0)
	there, moved := stand(t, s, to.ID, 3), stand(t, s, from.ID, 5)
	must(t)(s.Transact(ctx, store.Op{Label: "test", NoUndo: true}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, moved[4])
		if err != nil {
			return err
		}
		l.ArchivedAt = 1
		return store.Put(tx, l)
	}))
	if _, err := DeleteStage(ctx, s, from.ID, "", nil); crm.CodeOf(err) != CodeStageInUse {
		t.Errorf("its leads go nowhere: %v", err)
	}
	for name, id := range map[string]string{"itself": from.ID, "another pipeline": crm.ReadyPipelines()[1].Stages[0].ID, "sold": stageOf(t, s, 4).ID, "nothing": crm.ReadyShop} {
		if _, err := DeleteStage(ctx, s, from.ID, id, nil); !fieldIs(err, "to") {
			t.Errorf("into %s: %v", name, err)
		}
	}
	done := must(t)(DeleteStage(ctx, s, from.ID, to.ID, nil))
	if done.Params["count"] != "5" || !done.Undo {
		t.Errorf("%+v", done)
	}
	got, count := inStage(t, s, to.ID)
	if want := append(slices.Clone(there), moved[:4]...); !slices.Equal(got, want) || count != 7 {
		t.Errorf("%q, want %q", got, want)
	}
	l, err := store.Read[crm.Lead](ctx, s, moved[4])
	if err != nil || l.StageID != to.ID || l.ArchivedAt == 0 || l.StageSince != 1 {
		t.Errorf("the archived one: %+v %v", l, err)
	}
	w := workspace(t, s)
	if w.Takes(from.ID) || len(w.StagesOf(crm.PipelineReadySales)) != 5 || len(w.Former) != 1 || w.Former[0].Name != from.Name {
		t.Errorf("%+v", w.Former)
	}
	if left, count := inStage(t, s, from.ID); len(left) > 0 || count > 0 {
		t.Errorf("a window that still shows it gets %q", left)
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	got, _ = inStage(t, s, from.ID)
	if !slices.Equal(got, moved[:4]) || len(workspace(t, s).Former) != 0 || stageOf(t, s, 1).ID != from.ID {
		t.Errorf("after undo: %q", got)
	}
	if _, err := s.Redo(ctx, nil); err != nil || workspace(t, s).Takes(from.ID) {
		t.Errorf("after redo: %v", err)
	}
}

// One undo, after a restart, brings many leads back though they went in chunks;
// the history of each tells both.
func TestALongDeletionIsOneUndoAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(ctx, store.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	if err := Start(ctx, s, First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	from, to := stageOf(t, s, 1), stageOf(t, s, 0)
	const n = 2*movedAtOnce + 1
	ids := stand(t, s, from.ID, n)
	told := []int{}
	must(t)(DeleteStage(ctx, s, from.ID, to.ID, func(done, total int) { told = append(told, done, total) }))
	if !slices.Equal(told, []int{movedAtOnce, n, 2 * movedAtOnce, n, n, n}) {
		t.Errorf("told %d", told)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(ctx, store.Config{Dir: dir, Log: zerolog.Nop()}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if done := must(t)(s.Undo(ctx, nil)); done.Params["count"] != strconv.Itoa(n) || done.Params["label"] != "stage.delete" {
		t.Errorf("%+v", done.Params)
	}
	got, count := inStage(t, s, from.ID)
	if count != n || !slices.Equal(got, ids[:len(got)]) || !workspace(t, s).Takes(from.ID) {
		t.Errorf("%d came back", count)
	}
	items, _, err := s.Timeline(ctx, ids[n-1], 0, 10)
	if err != nil || len(items) < 2 || items[0].Op != "undo" || items[1].Op != "stage.delete" {
		t.Errorf("%+v %v", items, err)
	}
	report, err := s.Verify(ctx)
	if err != nil || len(report.Problems) > 0 {
		t.Errorf("%+v %v", report.Problems, err)
	}
}

func TestACancelledDeletionIsUndoneAsOneToo(t *testing.T) {
	s := started(t)
	from, to := stageOf(t, s, 1), stageOf(t, s, 0)
	stand(t, s, from.ID, movedAtOnce+10)
	ctx, cancel := context.WithCancel(ctx)
	_, err := DeleteStage(ctx, s, from.ID, to.ID, func(done, _ int) {
		if done == movedAtOnce+10 {
			cancel()
		}
	})
	if crm.CodeOf(err) != crm.CodeCancelled || !workspace(t, s).Takes(from.ID) {
		t.Fatalf("%v", err)
	}
	if _, count := inStage(t, s, to.ID); count != movedAtOnce {
		t.Errorf("%d were moved", count)
	}
	if _, err := s.Undo(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, count := inStage(t, s, from.ID); count != movedAtOnce+10 {
		t.Errorf("%d are back", count)
	}
}

// A lead that stood elsewhere with the reason of its end is open again.
func TestLeadsThatAreOpenAgainHaveNoReason(t *testing.T) {
	s := started(t)
	lost, open := stageOf(t, s, 5), stageOf(t, s, 0)
	id := stand(t, s, lost.ID, 1)[0]
	reason := workspace(t, s).Reasons[0].ID
	must(t)(s.Transact(ctx, store.Op{Label: "test"}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, id)
		if err != nil {
			return err
		}
		l.ReasonID = reason
		return store.Put(tx, l)
	}))
	must(t)(DeleteStage(ctx, s, lost.ID, open.ID, nil))
	if l, err := store.Read[crm.Lead](ctx, s, id); err != nil || l.ReasonID != "" {
		t.Errorf("%+v %v", l, err)
	}
}

// Where converted leads are listed, those that stand there would be out of sight.
func TestAStageWithLeadsListsNoConvertedOnes(t *testing.T) {
	s := started(t)
	st := stageOf(t, s, 1)
	stand(t, s, st.ID, 1)
	converted := crm.StageConverted
	if _, err := UpdateStage(ctx, s, st.ID, StagePatch{Kind: &converted}); crm.CodeOf(err) != CodeStageInUse {
		t.Errorf("%v", err)
	}
	// Another device made it one while this one put the lead in.
	must(t)(s.Transact(ctx, store.Op{Label: "test"}, func(tx *store.Tx) error {
		st.Kind = converted
		return store.Put(tx, &st)
	}))
	if _, count := inStage(t, s, st.ID); count != 1 {
		t.Error("the lead is out of sight")
	}
	_, totals, err := s.Board(ctx, crm.PipelineReadySales, crm.Filter{}, 10)
	if err != nil || totals.Count != 1 {
		t.Errorf("%+v %v", totals, err)
	}
}
