package leads

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

// crowd takes many leads in, in one operation, into the first stage.
func (sh *shop) crowd(n int) {
	sh.t.Helper()
	w, err := sh.s.Workspace(ctx)
	if err != nil {
		sh.t.Fatal(err)
	}
	stage, _ := stageOf(w, FirstStage(w))
	at := newLine(w, stage, place{}, n)
	sh.must(sh.s.Transact(ctx, store.Op{Label: "lead.create"}, func(tx *store.Tx) error {
		for i := range n {
			c := crm.Contact{Name: fmt.Sprintf("Cliente %05d", i), Emails: []crm.Entry{{Key: fmt.Sprintf("c%d@exemplo.com.br", i)}}}
			if err := store.Put(tx, &c); err != nil {
				return err
			}
			l := crm.Lead{ContactID: c.ID, CreatedVia: crm.ViaManual, CreatedAt: tx.Now}
			if err := at.join(tx, &l); err != nil {
				return err
			}
			if err := store.Put(tx, &l); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (sh *shop) all(f crm.Filter) []string {
	sh.t.Helper()
	ids, err := sh.s.SelectIDs(ctx, crm.Selection{Filter: &f})
	if err != nil {
		sh.t.Fatal(err)
	}
	return ids
}

func (sh *shop) open(i int) crm.Stage {
	sh.t.Helper()
	w, err := sh.s.Workspace(ctx)
	if err != nil {
		sh.t.Fatal(err)
	}
	for _, st := range w.Stages {
		if st.PipelineID == crm.PipelineReadySales && st.Kind == crm.StageOpen {
			if i--; i < 0 {
				return st
			}
		}
	}
	sh.t.Fatal("no such stage")
	return crm.Stage{}
}

// More than one transaction takes are one action all the same: they keep their
// order and short ranks, are counted together, and one undo takes them back.
func TestManyLeadsMoveInTheirOrderAndComeBackByOneUndo(t *testing.T) {
	sh := newShop(t)
	const n = 2*atOnce + 30
	sh.crowd(n)
	from, to := sh.open(0), sh.open(2)
	before := sh.all(crm.Filter{StageIDs: []string{from.ID}})
	if len(before) != n {
		t.Fatalf("%d leads", len(before))
	}
	var heard []int
	done := sh.must(MoveAll(ctx, sh.s, crm.Selection{Filter: &crm.Filter{StageIDs: []string{from.ID}}}, to.ID, "", "", func(done, total int) {
		if total != n {
			t.Errorf("%d of %d", done, total)
		}
		heard = append(heard, done)
	}))
	if done.Params["count"] != strconv.Itoa(n) || !done.Undo || len(heard) != 3 || heard[2] != n {
		t.Errorf("%+v, heard %v", done, heard)
	}
	after := sh.all(crm.Filter{StageIDs: []string{to.ID}})
	longest := 0
	for i, id := range after {
		if id != before[i] {
			t.Fatalf("lead %d stands elsewhere", i)
		}
		longest = max(longest, len(sh.get(id).Rank))
	}
	if len(after) != n || longest > 12 {
		t.Errorf("%d moved, ranks of up to %d characters", len(after), longest)
	}
	undone := sh.must(sh.s.Undo(ctx, nil))
	if back := sh.all(crm.Filter{StageIDs: []string{from.ID}}); len(back) != n || undone.Params["count"] != strconv.Itoa(n) {
		t.Errorf("%d are back, %+v", len(back), undone)
	}
	sh.must(sh.s.Redo(ctx, nil))
	if again := sh.all(crm.Filter{StageIDs: []string{to.ID}}); len(again) != n {
		t.Errorf("%d moved again", len(again))
	}
}

func TestWhatACancelledActionHasDoneIsTakenBackAsOne(t *testing.T) {
	sh := newShop(t)
	const n = 3 * atOnce
	sh.crowd(n)
	cancelled, stop := context.WithCancel(ctx)
	sel := crm.Selection{Filter: &crm.Filter{StageIDs: []string{sh.open(0).ID}}}
	_, err := Archive(cancelled, sh.s, sel, func(done, _ int) {
		if done == 2*atOnce {
			stop()
		}
	})
	if crm.CodeOf(err) != crm.CodeCancelled {
		t.Fatal(err)
	}
	if left := len(sh.all(*sel.Filter)); left != atOnce {
		t.Errorf("%d are left", left)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if left := len(sh.all(*sel.Filter)); left != n {
		t.Errorf("%d after the undo", left)
	}
}

func TestAnyFieldIsChangedInManyLeads(t *testing.T) {
	sh := newShop(t)
	ids := []string{sh.lead("Ana"), sh.lead("Bruno"), sh.lead("Carla", func(n *New) { n.Vehicle = "Onix" })}
	vehicle, value := "Onix", int64(50_000_00)
	done := sh.must(EditAll(ctx, sh.s, crm.Selection{IDs: ids}, Patch{Vehicle: &vehicle}, nil))
	if done.Params["count"] != "2" || sh.get(ids[0]).Vehicle != "Onix" {
		t.Errorf("%+v", done)
	}
	sh.must(EditAll(ctx, sh.s, crm.Selection{IDs: ids}, Patch{ValueCents: &value}, nil))
	if l := sh.get(ids[1]); l.ValueCents != value || l.Vehicle != "Onix" {
		t.Errorf("%+v", l)
	}
	sh.must(sh.s.Undo(ctx, nil))
	sh.must(sh.s.Undo(ctx, nil))
	if l := sh.get(ids[1]); l.ValueCents == value || l.Vehicle != "" {
		t.Errorf("undone: %+v", l)
	}
	plate := "não é placa"
	if _, err := EditAll(ctx, sh.s, crm.Selection{IDs: ids}, Patch{Plate: &plate}, nil); crm.CodeOf(err) == "" {
		t.Error("any plate is taken")
	}
	nobody := crm.ReadyShop
	if _, err := EditAll(ctx, sh.s, crm.Selection{IDs: ids}, Patch{OwnerID: &nobody}, nil); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("an owner who is nobody: %v", err)
	}
}

func TestAnActivityIsPlannedWithManyLeads(t *testing.T) {
	sh := newShop(t)
	owner := sh.s.ActingUser()
	ids := []string{sh.lead("Ana"), sh.lead("Bruno", func(n *New) { n.OwnerID = owner })}
	plan := NewActivity{Kind: crm.ActivityMessage, Title: "Mandar a campanha", DueDay: "2026-11-30", Remind: crm.RemindThen}
	done := sh.must(PlanAll(ctx, sh.s, crm.Selection{IDs: ids}, plan, nil))
	if done.Params["count"] != "2" {
		t.Errorf("%+v", done)
	}
	for _, id := range ids {
		list, err := sh.s.Planned(ctx, id)
		if err != nil || len(list) != 1 || list[0].Title != plan.Title || list[0].UserID != owner || list[0].Remind != crm.RemindThen || sh.get(id).NextID != list[0].ID {
			t.Errorf("%+v, %v", list, err)
		}
	}
	sh.must(sh.s.Undo(ctx, nil))
	if list, err := sh.s.Planned(ctx, ids[0]); err != nil || len(list) > 0 {
		t.Errorf("undone: %+v, %v", list, err)
	}
	for _, c := range []struct {
		n    NewActivity
		code crm.Code
	}{{NewActivity{Kind: "party", DueDay: "2026-11-30"}, crm.CodeInvalid}, {NewActivity{Kind: crm.ActivityCall}, crm.CodeRequired}} {
		if _, err := PlanAll(ctx, sh.s, crm.Selection{IDs: ids}, c.n, nil); crm.CodeOf(err) != c.code {
			t.Errorf("%+v: %v", c.n, err)
		}
	}
}
