package replica

import (
	"context"
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/backend/duplicates"
	"patio/backend/leads"
	"patio/backend/store"
)

// shownAs answers the name with which a PC shows a lead, and its phones.
func (p *pc) shownAs(lead string) (name string, phones []string) {
	p.w.t.Helper()
	c, err := store.Read[crm.Contact](context.Background(), p.s, p.lead(lead).PersonID)
	if err != nil {
		p.w.t.Fatal(err)
	}
	for _, e := range c.Phones {
		phones = append(phones, e.Key)
	}
	return c.Name, phones
}

// people makes a lead each, in the order of their contacts.
func (p *pc) people(names ...string) (out []*crm.Lead) {
	p.w.t.Helper()
	for i, name := range names {
		done := p.must(leads.Create(context.Background(), p.s, leads.New{Name: name, Phone: "1198888000" + string(rune('0'+i))}))
		out = append(out, p.lead(done.IDs[0]))
	}
	slices.SortFunc(out, func(a, b *crm.Lead) int { return slices.Compare([]byte(a.ContactID), []byte(b.ContactID)) })
	return out
}

func (p *pc) merge(a, b *crm.Lead, whose *crm.Lead) {
	p.w.t.Helper()
	p.must(duplicates.Merge(context.Background(), p.s, duplicates.Choice{ContactID: a.ContactID, OtherID: b.ContactID, Keep: map[string]string{"name": whose.ContactID}}))
}

// mergeSome merges the contacts of two leads, takes one out of another again, or
// says that they are two.
func (p *pc) mergeSome(a, b string) {
	p.w.t.Helper()
	ctx := context.Background()
	one, err := store.Read[crm.Lead](ctx, p.s, a)
	if err == nil {
		var other *crm.Lead
		if other, err = store.Read[crm.Lead](ctx, p.s, b); err == nil {
			switch p.w.r.IntN(4) {
			case 0:
				p.tolerate(duplicates.Separate(ctx, p.s, one.ContactID))
			case 1:
				p.tolerate(duplicates.Apart(ctx, p.s, one.ContactID, other.ContactID))
			default:
				p.tolerate(duplicates.Merge(ctx, p.s, duplicates.Choice{ContactID: one.ContactID, OtherID: other.ContactID, Keep: map[string]string{"name": other.ContactID}}))
			}
			return
		}
	}
	p.tolerate(crm.Done{}, err)
}

func TestTwoPCsMergeTheSameTwo(t *testing.T) {
	ctx := context.Background()
	w, _ := shop(t, 2)
	here, there := w.pcs[0], w.pcs[1]
	list := here.people("Ana Prado", "Ana P.")
	ana, again := list[0], list[1]
	w.all()
	here.merge(ana, again, again)
	there.merge(again, ana, again)
	// Who merged first has new values, who is away still edits the other's.
	city := "Goiânia"
	w.all()
	for _, p := range w.pcs {
		for _, l := range list {
			name, phones := p.shownAs(l.ID)
			if p.lead(l.ID).PersonID != ana.ContactID || name != "Ana P." || len(phones) != 2 {
				t.Errorf("%s: %s, %v", p.name, name, phones)
			}
		}
		p.conflicts(0)
		w.checkWhole(p)
	}
	there.must(leads.UpdateContact(ctx, there.s, again.ContactID, leads.ContactPatch{City: &city}))
	here.must(duplicates.Separate(ctx, here.s, again.ContactID))
	w.all()
	for _, p := range w.pcs {
		if name, phones := p.shownAs(ana.ID); name != "Ana Prado" || len(phones) != 1 {
			t.Errorf("%s: %s, %v", p.name, name, phones)
		}
		if name, phones := p.shownAs(again.ID); name != "Ana P." || len(phones) != 1 {
			t.Errorf("%s: %s, %v", p.name, name, phones)
		}
		c, err := store.Read[crm.Contact](ctx, p.s, ana.ContactID)
		if err != nil || c.City != city {
			t.Errorf("%s: what was written to both stays with the one that stayed: %+v, %v", p.name, c, err)
		}
		w.checkWhole(p)
	}
}

// Whoever was away edits a contact that the others merged: it keeps what was
// written, and has it when it is by itself again.
func TestAMergedContactIsEditedElsewhere(t *testing.T) {
	ctx := context.Background()
	w, _ := shop(t, 2)
	here, away := w.pcs[0], w.pcs[1]
	list := here.people("Ana Prado", "Ana P.")
	ana, again := list[0], list[1]
	w.all()
	here.merge(ana, again, ana)
	phones, city := []crm.Entry{{Key: "1198888000" + "9"}}, "Anápolis"
	away.must(leads.UpdateContact(ctx, away.s, again.ContactID, leads.ContactPatch{Phones: &phones, City: &city}))
	away.must(leads.Update(ctx, away.s, again.ID, leads.Patch{Vehicle: ptr("Tracker")}))
	w.all()
	for _, p := range w.pcs {
		name, _ := p.shownAs(again.ID)
		merged, err := p.s.MergedInto(ctx, ana.ContactID)
		if name != "Ana Prado" || err != nil || len(merged) != 1 || merged[0].City != city || merged[0].Phones[0].Key != "+5511988880009" {
			t.Errorf("%s: %s, %+v, %v", p.name, name, merged, err)
		}
		if got := p.lead(again.ID); got.Vehicle != "Tracker" || got.PersonID != ana.ContactID {
			t.Errorf("%s: %+v", p.name, got)
		}
		if hits, err := p.s.Find(ctx, "11988880009", 5); err != nil || len(hits) != 1 || hits[0].Card.ID != again.ID {
			t.Errorf("%s: the number written elsewhere finds %+v, %v", p.name, hits, err)
		}
	}
	away.must(duplicates.Separate(ctx, away.s, again.ContactID))
	w.all()
	for _, p := range w.pcs {
		if name, phones := p.shownAs(again.ID); name != "Ana P." || !slices.Equal(phones, []string{"+5511988880009"}) {
			t.Errorf("%s: %s, %v", p.name, name, phones)
		}
		w.checkWhole(p)
	}
}

// Three contacts, merged two and two on PCs that don't hear each other: where
// they don't make one, two are left that look alike, and nothing is lost.
func TestMergesThatCross(t *testing.T) {
	for name, c := range map[string]struct {
		here, there [2]int
		people      int
	}{
		"a chain":            {[2]int{2, 1}, [2]int{1, 0}, 1},
		"into the same":      {[2]int{2, 0}, [2]int{1, 0}, 1},
		"into two different": {[2]int{2, 0}, [2]int{2, 1}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := shop(t, 2)
			list := w.pcs[0].people("Ana", "Bia", "Caio")
			w.all()
			w.pcs[0].merge(list[c.here[0]], list[c.here[1]], list[c.here[1]])
			w.pcs[1].merge(list[c.there[0]], list[c.there[1]], list[c.there[1]])
			w.all()
			for _, p := range w.pcs {
				people := map[string]bool{}
				for _, l := range list {
					people[p.lead(l.ID).PersonID] = true
				}
				if len(people) != c.people {
					t.Errorf("%s: %d people, want %d", p.name, len(people), c.people)
				}
				p.conflicts(0)
				w.checkWhole(p)
			}
		})
	}
}
