package replica

import (
	"context"
	"testing"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
)

// A company without leads goes where its people are, and stays as long as one
// of them does.
func TestACompanyIsWhereItsPeopleAre(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, 7, 2, false)
	w.calm = true
	here, there := w.pcs[0], w.pcs[1]
	here.skew, there.skew = 0, 0
	ids := w.discarded(here, "Quixadá Um", "Quixadá Dois")
	one, two := here.lead(ids[0]), here.lead(ids[1])
	here.must(leads.Employ(ctx, here.s, leads.Employment{ContactIDs: []string{one.ContactID, two.ContactID}, Name: "Quixadá Motores"}))
	person, err := store.Read[crm.Contact](ctx, here.s, one.ContactID)
	if err != nil {
		t.Fatal(err)
	}
	company := person.CompanyID
	has := func(p *pc) bool {
		_, err := store.Read[crm.Contact](ctx, p.s, company)
		return err == nil
	}
	w.all()
	if !has(there) {
		t.Fatal("the other PC has the people without their company")
	}

	// One is back: the company stays for her.
	there.must(leads.Unarchive(ctx, there.s, crm.Selection{IDs: ids[1:]}, nil))
	w.all()
	purges := NewPurges()
	w.now = w.now.AddDate(0, 0, 91)
	if n, err := purges.Run(ctx, w.hubStore, w.hub, w.workspace, w.now); err != nil || n != 1 {
		t.Fatalf("purged %d, %v", n, err)
	}
	w.all()
	if !here.gone(one.ID, one.ContactID) || !has(here) || !has(there) {
		t.Error("the company went with the first of its people")
	}

	here.must(leads.Archive(ctx, here.s, crm.Selection{IDs: ids[1:]}, nil))
	here.must(leads.MoveLeads(ctx, here.s, leads.Move{IDs: ids[1:], StageID: arrivedStage}))
	here.must(leads.MoveLeads(ctx, here.s, leads.Move{IDs: ids[1:], StageID: discardedStage, ReasonID: reasonOf(t, here)}))
	w.all()
	w.now = w.now.AddDate(0, 0, 98)
	if n, err := purges.Run(ctx, w.hubStore, w.hub, w.workspace, w.now); err != nil || n != 1 {
		t.Fatalf("purged %d, %v", n, err)
	}
	w.all()
	for _, p := range w.pcs {
		if has(p) || !p.gone(two.ID, two.ContactID) {
			t.Errorf("PC %s still has the company or its last person", p.name)
		}
	}

}

func reasonOf(t *testing.T, p *pc) string {
	t.Helper()
	ws, err := p.s.Workspace(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ws.Reasons {
		if r.Kind == crm.StageDiscarded {
			return r.ID
		}
	}
	t.Fatal("no reason")
	return ""
}
