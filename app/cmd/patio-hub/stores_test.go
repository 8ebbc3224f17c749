package main

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/replica"
	"patio/backend/setup"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/enroll"
)

// office is a PC with the program's own database.
type office struct {
	t    *testing.T
	s    *store.Store
	wire *client.Wire
}

func newOffice(t *testing.T) *office {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: filepath.Join(t.TempDir(), "pc"), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &office{t: t, s: s}
}

func (o *office) join(code enroll.Code) {
	o.t.Helper()
	o.wire = wireOf(o.t, code)
	local := replica.NewLocal(o.s)
	past, err := local.Past(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	number, err := o.wire.Join(o.t.Context(), code.Secret, "PC", past)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := local.Join(o.t.Context(), code.Workspace, number); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) sync() client.Result {
	o.t.Helper()
	r, err := client.New(replica.NewLocal(o.s), o.wire, time.Now).Sync(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return r
}

// vehicles answers those of all leads.
func (o *office) vehicles() map[string]string {
	o.t.Helper()
	cards, _, err := o.s.List(o.t.Context(), crm.ListRequest{Limit: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range cards {
		out[c.ID] = c.Vehicle
	}
	return out
}

func (o *office) did(done crm.Done, err error) crm.Done {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	return done
}

// The owner's PC, which worked alone for a while, and a seller's new one, as
// they are in a shop, over the network.
func TestTwoPCsOfAShopAgreeThroughTheHub(t *testing.T) {
	p, hub := stocked(t, "")
	owner, seller := newOffice(t), newOffice(t)
	if err := setup.Start(t.Context(), owner.s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	for n := range 30 {
		owner.did(leads.Create(t.Context(), owner.s, leads.New{Name: fmt.Sprint("Cliente ", n), Phone: fmt.Sprintf("119987654%02d", n), Vehicle: fmt.Sprint("Gol ", n)}))
	}
	owner.join(p.enrolled("Dois Irmãos", "Carla"))
	if r := owner.sync(); r.Refused != 0 || r.Pushed < 60 {
		t.Errorf("the owner's: %+v", r)
	}
	seller.join(p.enrolled("Dois Irmãos", "Rui"))
	first := seller.sync()
	if got, want := seller.vehicles(), owner.vehicles(); len(got) != 30 || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the seller has %d leads of %d (%+v)", len(got), len(want), first)
	}
	refused, err := seller.s.RefusedWrites(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	// What the new PC called the shop before it knew better, and nothing else: the
	// rest that it came with is what the hub has.
	if len(refused) != 1 || refused[0].RecordID != crm.ReadyShop || refused[0].Reason != string(replica.CodeRole) {
		t.Errorf("refused: %+v", refused)
	}

	// Both work on, also on the same lead, and then agree.
	vehicle := "Gol do Rui"
	for id := range seller.vehicles() {
		seller.did(leads.Update(t.Context(), seller.s, id, leads.Patch{Vehicle: &vehicle}))
		break
	}
	made := seller.did(leads.Create(t.Context(), seller.s, leads.New{Name: "Bia", Phone: "11991110000", Vehicle: "Uno"}))
	owner.did(leads.Create(t.Context(), owner.s, leads.New{Name: "Caio", Phone: "11992220000", Vehicle: "Fox"}))
	if r := seller.sync(); r.Refused != 0 {
		t.Errorf("the seller's work: %+v", r)
	}
	owner.sync()
	seller.sync()
	if len(made.IDs) == 0 || owner.vehicles()[made.IDs[0]] != "Uno" || len(owner.vehicles()) != 32 {
		t.Errorf("the owner has %d leads", len(owner.vehicles()))
	}
	mine, err := owner.s.Digest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if theirs, err := seller.s.Digest(t.Context()); err != nil || mine != theirs {
		t.Errorf("they differ: %s, %s, %v", mine, theirs, err)
	}
	if r := owner.sync(); r.Pushed+r.Pulled != 0 {
		t.Errorf("a second sync moves something: %+v", r)
	}
	if exit := hub.stop(); exit != exitDone {
		t.Errorf("exit %d\n%s", exit, hub.log)
	}
}
