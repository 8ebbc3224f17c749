package replica

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/record"
	"patio/sync/vv"
)

// shop answers calm PCs that have joined, and a lead that all of them have.
func shop(t *testing.T, pcs int) (w *world, lead string) {
	t.Helper()
	w = newWorld(t, 1, pcs, false)
	w.calm = true
	lead = w.pcs[0].must(leads.Create(context.Background(), w.pcs[0].s, leads.New{Name: "Conceição", Phone: "11933334444"})).IDs[0]
	w.all()
	return w, lead
}

// all lets each PC see what the others wrote.
func (w *world) all() {
	w.t.Helper()
	w.now = w.now.Add(time.Minute)
	for range 2 {
		for _, p := range w.pcs {
			p.sync()
		}
	}
}

func (p *pc) subject(lead, text string) {
	p.w.t.Helper()
	p.w.now = p.w.now.Add(time.Second)
	p.must(leads.Update(context.Background(), p.s, lead, leads.Patch{Subject: &text}))
}

func (p *pc) lead(id string) *crm.Lead {
	p.w.t.Helper()
	l, err := store.Read[crm.Lead](context.Background(), p.s, id)
	if err != nil {
		p.w.t.Fatalf("PC %s: %v", p.name, err)
	}
	return l
}

func (p *pc) conflicts(want int) []crm.Conflict {
	p.w.t.Helper()
	list, err := p.s.Conflicts(context.Background(), 100)
	if err != nil {
		p.w.t.Fatal(err)
	}
	if len(list) != want {
		p.w.t.Fatalf("PC %s shows %+v, want %d conflicts", p.name, list, want)
	}
	return list
}

func TestBothSidesOfAConflictAreShownAndOneIsChosen(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	user := a.must(setup.SaveUser(ctx, a.s, crm.User{Name: "Rosângela", Role: string(crm.RoleSeller)})).IDs[0]
	if err := a.s.ActAs(ctx, user); err != nil {
		t.Fatal(err)
	}
	a.subject(lead, "Financiamento")
	b.subject(lead, "À vista")
	w.all()
	c := a.conflicts(1)[0]
	if c.ID != lead || c.Field != "subject" || len(c.Values) != 2 || c.Values[0].Value != a.lead(lead).Subject {
		t.Fatalf("%+v", c)
	}
	for _, v := range c.Values {
		if here := v.Value == "Financiamento"; v.Here != here || (v.UserID == user) != here {
			t.Errorf("%+v", v)
		}
	}
	// The one that is shown already is chosen: that is a write, too.
	b.must(b.s.ResolveConflict(ctx, lead, c.Key, b.conflicts(1)[0].Values[0].Write))
	b.conflicts(0)
	w.all()
	a.conflicts(0)
	if a.lead(lead).Subject != b.lead(lead).Subject {
		t.Error("they differ")
	}
	if _, err := a.s.ResolveConflict(ctx, lead, c.Key, c.Values[1].Write); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("resolved twice: %v", err)
	}
	w.check()
}

// Choosing a value of a deleted record would bring it back.
func TestADeletedRecordHasNothingToDecide(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	a.subject(lead, "À vista")
	b.subject(lead, "Financiado")
	w.all()
	conflict := a.conflicts(1)[0]
	a.must(leads.Remove(ctx, a.s, crm.Selection{IDs: []string{lead}}, nil))
	a.conflicts(0)
	if _, err := a.s.ResolveConflict(ctx, conflict.ID, conflict.Key, conflict.Values[0].Write); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("a value of a deleted lead is chosen: %v", err)
	}
	w.all()
	b.conflicts(0)
	w.check()
	a.must(a.s.Undo(ctx, nil))
	a.conflicts(1)
	w.all()
	b.conflicts(1)
	w.check()
}

func TestWhatWasDeletedWhileSomebodyEditedItIsShown(t *testing.T) {
	ctx := context.Background()
	for _, deletes := range []bool{true, false} {
		t.Run(fmt.Sprint(deletes), func(t *testing.T) {
			w, lead := shop(t, 2)
			a, b := w.pcs[0], w.pcs[1]
			a.must(leads.Remove(ctx, a.s, crm.Selection{IDs: []string{lead}}, nil))
			b.subject(lead, "À vista")
			w.all()
			c := a.conflicts(1)[0]
			if c.Field != "deleted" || a.lead(lead).Subject != "À vista" || len(c.Values) != 1 || !c.Values[0].Here {
				t.Fatalf("%+v", c)
			}
			choice := ""
			if deletes {
				choice = c.Values[0].Write
			}
			a.must(a.s.ResolveConflict(ctx, lead, c.Key, choice))
			w.all()
			b.conflicts(0)
			if _, err := store.Read[crm.Lead](ctx, b.s, lead); (crm.CodeOf(err) == crm.CodeNotFound) != deletes {
				t.Errorf("%v", err)
			}
			w.check()
		})
	}
}

func TestARefusedWriteIsFiledDismissedAndWrittenAgain(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a := w.pcs[0]
	a.subject(lead, "no way")
	w.all()
	list := w.refused()
	if len(list) != 1 || list[0].Value != "no way" || list[0].Field != "subject" || list[0].Kind != "leads" || list[0].RecordID != lead || list[0].Reason != "test" || a.lead(lead).Subject != "" {
		t.Fatalf("%+v", list)
	}
	a.must(a.s.RewriteRefused(ctx, list[0].ID))
	if a.lead(lead).Subject != "no way" || len(w.refused()) != 0 {
		t.Error("not written again")
	}
	if _, err := a.s.RewriteRefused(ctx, list[0].ID); crm.CodeOf(err) != crm.CodeNotFound {
		t.Error(err)
	}
	w.all() // refused once more
	if list = w.refused(); len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	if err := a.s.DismissRefused(ctx, list[0].ID); err != nil || len(w.refused()) != 0 {
		t.Error(err)
	}
	w.check()
}

func TestARefusedDeletionIsFiledAndMayBeWrittenAgain(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 1)
	a := w.pcs[0]
	id := record.ID(uuid.MustParse(lead))
	file := func(value string) crm.RefusedWrite {
		t.Helper()
		if err := a.local().Update(ctx, func(tx client.Tx) error {
			return tx.File(client.Refused{ID: id, Kind: uint32(crm.KindLead), Value: value, At: record.Clock(1_795_000_000_000), Reason: "test"})
		}); err != nil {
			t.Fatal(err)
		}
		list := w.refused()
		if len(list) != 1 || list[0].Field != "deleted" || list[0].Value != value || list[0].RecordID != lead {
			t.Fatalf("%+v", list)
		}
		return list[0]
	}
	there := func() bool {
		t.Helper()
		cards, err := a.s.Cards(ctx, []string{lead})
		if err != nil {
			t.Fatal(err)
		}
		return len(cards) == 1
	}
	a.must(a.s.RewriteRefused(ctx, file(client.ValueDead).ID))
	if there() {
		t.Error("the deletion was not written again")
	}
	a.must(a.s.RewriteRefused(ctx, file(client.ValueAlive).ID))
	if !there() {
		t.Error("nor was the return")
	}
}

// A database of yesterday comes back: the hub knows more of it than it does
// itself. What was written before and since is all there.
func TestARestoredFileTakesAnotherNumberAndLosesNothing(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	snap, err := a.s.TakeSnapshot(ctx, store.SnapshotManual)
	if err != nil {
		t.Fatal(err)
	}
	before, err := a.local().Past(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a.subject(lead, "before the restore")
	later := a.must(leads.Create(ctx, a.s, leads.New{Name: "Íris", Phone: "11944445555"})).IDs[0]
	w.all()
	if err := a.s.Restore(ctx, snap.ID); err != nil {
		t.Fatal(err)
	}
	vehicle := "Fiat Argo"
	a.must(leads.Update(ctx, a.s, lead, leads.Patch{Vehicle: &vehicle}))
	w.numbers = map[vv.Replica]string{}
	if r := a.sync(); r.Renamed != 1 {
		t.Errorf("%+v", r)
	}
	w.all()
	after, err := a.local().Past(ctx)
	if err != nil || after.Replica == before.Replica {
		t.Errorf("%v: still %d", err, after.Replica)
	}
	for _, p := range []*pc{a, b} {
		if l := p.lead(lead); l.Subject != "before the restore" || l.Vehicle != vehicle {
			t.Errorf("PC %s: %+v", p.name, l)
		}
		p.lead(later)
	}
	w.written = map[string]string{}
	w.check()
}

func TestWhatWasDoneBeforeJoiningCanBeUndone(t *testing.T) {
	w := newWorld(t, 1, 1, false)
	w.calm = true
	a := w.pcs[0]
	lead := a.must(leads.Create(context.Background(), a.s, leads.New{Name: "Conceição", Phone: "11933334444"})).IDs[0]
	a.subject(lead, "À vista")
	w.all()
	if done := a.must(a.s.Undo(context.Background(), nil)); done.Params["skipped"] != "" || a.lead(lead).Subject != "" {
		t.Errorf("%+v %q", done, a.lead(lead).Subject)
	}
	w.all()
	w.check()
}

func TestJoiningTwiceIsRefused(t *testing.T) {
	w, _ := shop(t, 1)
	if err := w.pcs[0].local().Join(context.Background(), record.ID{9}, 70_000); err != ErrJoined {
		t.Error(err)
	}
}

// A record that was dropped isn't made again under this number.
func TestWhatWasDroppedIsNotMadeAgain(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 1)
	a := w.pcs[0]
	tag := a.must(setup.SaveTag(ctx, a.s, crm.Tag{Name: "Troca", Color: "amber"})).IDs[0]
	if err := leads.Seen(ctx, a.s, lead); err != nil {
		t.Fatal(err)
	}
	w.all()
	if err := w.hub.Erase(ctx, w.workspace, []record.ID{asID(tag)}); err != nil {
		t.Fatal(err)
	}
	w.all()
	if _, err := setup.SaveTag(ctx, a.s, crm.Tag{Name: "troca", Color: "slate"}); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("made again: %v", err)
	}
	if err := a.local().Update(ctx, func(tx client.Tx) error { return tx.Drop(asID(store.MarkID(lead))) }); err != nil {
		t.Fatal(err)
	}
	if err := leads.Seen(ctx, a.s, lead); err != nil {
		t.Errorf("a glance fails: %v", err)
	}
	if list, err := a.s.AllIDs(ctx, crm.KindMark); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	w.checkWhole(a)
}

// What a hub tells comes in any order: an activity before its lead, a lead
// before its contact and its stage, the zone after the days that end in it.
func TestRecordsArriveInAnyOrder(t *testing.T) {
	ctx := context.Background()
	for _, seed := range histories(t, 6) {
		t.Run(fmt.Sprintf("PATIO_HISTORY=%d", seed), func(t *testing.T) {
			w := newWorld(t, seed, 2, true)
			a, b := w.pcs[0], w.pcs[1]
			for range 60 {
				a.operate()
			}
			a.must(a.s.Transact(ctx, store.Op{Label: "setting"}, func(tx *store.Tx) error { return store.PutSetting(tx, store.SettingZone, "Asia/Tokyo") }))
			var all []*client.Held
			for kind := range crm.Kind(30) {
				ids, err := a.s.AllIDs(ctx, kind)
				if err != nil {
					t.Fatal(err)
				}
				if err := a.local().Update(ctx, func(tx client.Tx) error {
					for _, id := range ids {
						h, err := tx.Held(id)
						if err != nil {
							return err
						}
						h.Hub, h.Waits, h.Whole, h.Scopes = h.State.Seen, nil, false, []record.ID{{}}
						all = append(all, h)
					}
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			b.skew = a.skew
			if err := b.local().Join(ctx, w.workspace, 80_000); err != nil {
				t.Fatal(err)
			}
			for range 2 { // everything goes, and comes back
				w.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				b.inPieces(w.r, all, func(tx client.Tx, h *client.Held) error { return tx.Save(h) })
				want, err := a.s.Digest(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := b.s.Digest(ctx); err != nil || got != want {
					t.Errorf("digest %s, want %s: %v", got, want, err)
				}
				w.checkWhole(b)
				w.checkFound(b)
				x, err := a.s.Count(ctx, crm.Filter{})
				if err != nil {
					t.Fatal(err)
				}
				if y, err := b.s.Count(ctx, crm.Filter{}); err != nil || x != y {
					t.Errorf("%+v, want %+v: %v", y, x, err)
				}
				w.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				b.inPieces(w.r, all, func(tx client.Tx, h *client.Held) error { return tx.Drop(h.ID) })
				w.checkWhole(b)
				if n, err := b.s.Count(ctx, crm.Filter{}); err != nil || n != (crm.Totals{}) {
					t.Errorf("%+v left: %v", n, err)
				}
			}
		})
	}
}

// inPieces does something with each record, a few in each transaction.
func (p *pc) inPieces(r *rand.Rand, list []*client.Held, f func(client.Tx, *client.Held) error) {
	p.w.t.Helper()
	for len(list) > 0 {
		n := min(1+r.IntN(20), len(list))
		if err := p.local().Update(context.Background(), func(tx client.Tx) error {
			for _, h := range list[:n] {
				if err := f(tx, h); err != nil {
					return err
				}
			}
			m, err := tx.Meta()
			if err != nil {
				return err
			}
			return tx.SetMeta(m)
		}); err != nil {
			p.w.t.Fatal(err)
		}
		list = list[n:]
	}
}

func TestAnUpdateThatFailsWritesNothing(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 1)
	a := w.pcs[0]
	before, err := a.s.Digest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.local().Update(ctx, func(tx client.Tx) error {
		if err := tx.Drop(asID(lead)); err != nil {
			return err
		}
		if err := tx.File(client.Refused{ID: asID(lead), Kind: uint32(crm.KindLead), Key: subjectKey, Value: "x"}); err != nil {
			return err
		}
		return errKilled
	}); err != errKilled {
		t.Error(err)
	}
	if after, err := a.s.Digest(ctx); err != nil || after != before || len(w.refused()) > 0 {
		t.Errorf("%v: written", err)
	}
	if err := a.local().Update(ctx, func(tx client.Tx) error { return tx.SetMeta(client.Meta{Replica: 5}) }); err == nil {
		t.Error("the number changed without a rename")
	}
	if err := a.local().Update(ctx, func(tx client.Tx) error { return tx.Rename(5, 6, false) }); err == nil {
		t.Error("renamed what this replica is not")
	}
}
