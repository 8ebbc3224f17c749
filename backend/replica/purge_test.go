package replica

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"patio/backend/crm"
	"patio/backend/duplicates"
	"patio/backend/leads"
	"patio/backend/store"
)

const (
	arrivedStage   = "01900000-0000-7000-8000-000000000211"
	discardedStage = "01900000-0000-7000-8000-000000000215"
)

// discarded makes a PC discard leads of its own, of a contact each.
func (w *world) discarded(p *pc, names ...string) (ids []string) {
	w.t.Helper()
	ctx := context.Background()
	for i, name := range names {
		done := p.must(leads.Create(ctx, p.s, leads.New{Name: name, Phone: "1193333440" + string(rune('0'+i)), StageID: arrivedStage, Note: "Prefere " + name}))
		ids = append(ids, done.IDs[0])
	}
	ws, err := p.s.Workspace(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(ws.Reasons, func(r crm.Reason) bool { return r.Kind == crm.StageDiscarded })
	p.must(leads.MoveLeads(ctx, p.s, leads.Move{IDs: ids, StageID: discardedStage, ReasonID: ws.Reasons[i].ID}))
	return ids
}

// gone says whether a PC has neither the lead nor its contact.
func (p *pc) gone(lead, contact string) bool {
	_, noLead := store.Read[crm.Lead](context.Background(), p.s, lead)
	_, noContact := store.Read[crm.Contact](context.Background(), p.s, contact)
	return crm.CodeOf(noLead) == crm.CodeNotFound && crm.CodeOf(noContact) == crm.CodeNotFound
}

func (p *pc) hasWord(word string) (files []string) {
	p.w.t.Helper()
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte(word)) {
			files = append(files, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		p.w.t.Fatal(err)
	}
	return files
}

// fetchFile has a store fetch the one file that is missing.
func fetchFile(t *testing.T, s *store.Store, b []byte) {
	t.Helper()
	missing, err := s.Missing(context.Background())
	if err != nil || len(missing) != 1 {
		t.Fatalf("missing %v, %v", missing, err)
	}
	err = s.FetchFile(context.Background(), missing[0], func(part *os.File, _ int64) error {
		_, err := part.Write(b)
		return err
	})
	if err != nil || !s.HasFile(missing[0].Hash) {
		t.Fatal(err)
	}
}

func TestTheDeskPurgesWhatRestedAndALateEditIsToldToItsWriter(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 5, 2, false)
	w.calm = true
	here, away := w.pcs[0], w.pcs[1]
	here.skew, away.skew = 0, 0
	ids := w.discarded(here, "Quixadá Um", "Quixadá Dois")
	rests, edited := here.lead(ids[0]), here.lead(ids[1])
	rg := "%PDF-1.7 RG do Quixadá"
	here.must(leads.Attach(ctx, here.s, rests.ID, "RG.pdf", strings.NewReader(rg), int64(len(rg))))
	w.all()
	fetchFile(t, away.s, []byte(rg)) // as the hub brings it

	// One PC is away and edits what the others purge.
	away.must(leads.Update(ctx, away.s, edited.ID, leads.Patch{Vehicle: ptr("Fusca do Quixadá")}))
	purges := NewPurges()
	run := func(what string, want int) {
		t.Helper()
		if n, err := purges.Run(ctx, w.hubStore, w.hub, w.workspace, w.now); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", what, n, err, want)
		}
	}
	w.now = w.now.AddDate(0, 0, 89)
	run("a day before", 0)
	w.now = w.now.AddDate(0, 0, 2)
	run("after 90 days", 2)
	run("again", 0)

	w.all()
	for _, p := range w.pcs {
		for _, l := range []*crm.Lead{rests, edited} {
			if !p.gone(l.ID, l.ContactID) {
				t.Errorf("PC %s still has %s", p.name, l.ID)
			}
		}
	}
	refused, err := away.s.RefusedWrites(ctx, 10)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(refused, func(r crm.RefusedWrite) bool {
		return r.RecordID == edited.ID && r.Reason == "erased" && r.Value == ""
	}) {
		t.Errorf("its writer is told %+v", refused)
	}
	if told, err := here.s.RefusedWrites(ctx, 10); err != nil || len(told) != 0 {
		t.Errorf("who wrote nothing is told %+v, %v", told, err)
	}

	for _, p := range w.pcs {
		if left := p.hasWord("Quixadá"); !slices.ContainsFunc(left, func(name string) bool { return len(name) == 62 }) {
			t.Errorf("PC %s has no file to clear: this proves nothing: %v", p.name, left)
		}
	}
	for _, p := range w.pcs {
		if err := p.s.ClearPurged(ctx); err != nil {
			t.Fatal(err)
		}
		if files := p.hasWord("Quixadá"); len(files) > 0 {
			t.Errorf("PC %s has the name in %v", p.name, files)
		}
	}
	if _, err := here.s.Purge(ctx, crm.Selection{IDs: ids}); crm.CodeOf(err) != store.CodePurgeAtDesk {
		t.Errorf("purged by a PC: %v", err)
	}
}

func TestTheDeskLeavesWhatIsNotDue(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 6, 2, false)
	w.calm = true
	p := w.pcs[0]
	p.skew, w.pcs[1].skew = 0, 0
	ids := w.discarded(p, "Ana", "Bia", "Caio")
	ana := p.lead(ids[0])
	further := p.must(leads.Create(ctx, p.s, leads.New{ContactID: ana.ContactID})).IDs[0] // she is back
	p.must(leads.Unarchive(ctx, p.s, crm.Selection{IDs: ids[1:2]}, nil))
	w.all()
	// Two PCs disagree about Caio: one sold him a car.
	p.must(leads.Update(ctx, p.s, ids[2], leads.Patch{Vehicle: ptr("Onix")}))
	w.pcs[1].must(leads.MoveLeads(ctx, w.pcs[1].s, leads.Move{IDs: ids[2:], StageID: arrivedStage}))
	w.now = w.now.AddDate(0, 0, 91)
	p.must(leads.MoveLeads(ctx, p.s, leads.Move{IDs: ids[2:], StageID: "01900000-0000-7000-8000-000000000212"}))
	w.all()
	n, err := NewPurges().Run(ctx, w.hubStore, w.hub, w.workspace, w.now)
	if err != nil || n != 1 {
		t.Errorf("purged %d, %v; want Ana's old lead only", n, err)
	}
	w.all()
	if _, err := store.Read[crm.Contact](ctx, p.s, ana.ContactID); err != nil {
		t.Errorf("Ana: %v", err)
	}
	for _, id := range append(ids[1:], further) {
		if _, err := store.Read[crm.Lead](ctx, p.s, id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	w.now = w.now.Add(time.Hour)
}

func ptr[T any](v T) *T { return &v }

// One person's data stand in both contacts: they stay as long as one has a lead
// that stays, and go together.
func TestMergedContactsAreErasedTogether(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 6, 2, false)
	w.calm = true
	here, away := w.pcs[0], w.pcs[1]
	here.skew, away.skew = 0, 0
	ids := w.discarded(here, "Quixadá Um", "Quixadá Dois")
	one, two := here.lead(ids[0]), here.lead(ids[1])
	w.all()
	away.must(duplicates.Merge(ctx, away.s, duplicates.Choice{ContactID: one.ContactID, OtherID: two.ContactID}))
	away.must(leads.Unarchive(ctx, away.s, crm.Selection{IDs: []string{one.ID}}, nil))
	w.all()
	purges := NewPurges()
	run := func(what string, want int) {
		t.Helper()
		if n, err := purges.Run(ctx, w.hubStore, w.hub, w.workspace, w.now); err != nil || n != want {
			t.Errorf("%s: %d, %v; want %d", what, n, err, want)
		}
		w.all()
	}
	w.now = w.now.AddDate(0, 0, 91)
	run("one of them", 1)
	for _, p := range w.pcs {
		for _, c := range []string{one.ContactID, two.ContactID} {
			if _, err := store.Read[crm.Contact](ctx, p.s, c); err != nil {
				t.Errorf("%s: a contact of who stays: %v", p.name, err)
			}
		}
		if got := p.lead(one.ID).PersonID; got != min(one.ContactID, two.ContactID) {
			t.Errorf("%s: shown as %s", p.name, got)
		}
	}
	stage, err := here.s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(stage.Reasons, func(r crm.Reason) bool { return r.Kind == crm.StageDiscarded })
	here.must(leads.MoveLeads(ctx, here.s, leads.Move{IDs: []string{one.ID}, StageID: arrivedStage}))
	here.must(leads.MoveLeads(ctx, here.s, leads.Move{IDs: []string{one.ID}, StageID: discardedStage, ReasonID: stage.Reasons[i].ID}))
	w.all()
	w.now = w.now.AddDate(0, 0, 91)
	run("the other", 1)
	for _, p := range w.pcs {
		if !p.gone(one.ID, one.ContactID) || !p.gone(two.ID, two.ContactID) {
			t.Errorf("%s has something left", p.name)
		}
		if _, err := store.Read[crm.Pair](ctx, p.s, store.PairID(one.ContactID, two.ContactID)); crm.CodeOf(err) != crm.CodeNotFound {
			t.Errorf("%s: what the merge took is left: %v", p.name, err)
		}
		if err := p.s.ClearPurged(ctx); err != nil {
			t.Error(err)
		}
		if files := p.hasWord("Quixadá"); len(files) > 0 {
			t.Errorf("%s: found in %v", p.name, files)
		}
	}
}
