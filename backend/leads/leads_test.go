package leads

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/backend/store"
)

var ctx = context.Background()

// shop is a store with one person who acts, on a clock that the test moves.
type shop struct {
	t   *testing.T
	s   *store.Store
	now time.Time
}

func newShop(t *testing.T) *shop {
	t.Helper()
	sh := &shop{t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	s, err := store.Open(ctx, store.Config{Dir: t.TempDir(), Log: zerolog.Nop(), Now: func() time.Time { return sh.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := setup.Start(ctx, s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	sh.s = s
	return sh
}

func (sh *shop) lead(name string, edit ...func(*New)) string {
	sh.t.Helper()
	n := New{Name: name, Phone: "11 98527-0593", ValueCents: 10_000_00}
	for _, f := range edit {
		f(&n)
	}
	done, err := Create(ctx, sh.s, n)
	if err != nil {
		sh.t.Fatal(err)
	}
	return done.IDs[0]
}

// names answers the cards of a stage from top to bottom.
func (sh *shop) names(stage string) []string {
	sh.t.Helper()
	v, err := sh.s.StageWindow(ctx, stage, crm.Filter{}, 0, 50)
	if err != nil {
		sh.t.Fatal(err)
	}
	out := []string{}
	for _, c := range v.Cards {
		out = append(out, c.Name)
	}
	return out
}

func (sh *shop) get(id string) *crm.Lead {
	sh.t.Helper()
	l, err := store.Read[crm.Lead](ctx, sh.s, id)
	if err != nil {
		sh.t.Fatal(err)
	}
	return l
}

func (sh *shop) must(done crm.Done, err error) crm.Done {
	sh.t.Helper()
	if err != nil {
		sh.t.Fatal(err)
	}
	return done
}

const (
	proposal = "01900000-0000-7000-8000-000000000201"
	talking  = "01900000-0000-7000-8000-000000000202"
	sold     = "01900000-0000-7000-8000-000000000205"
	lost     = "01900000-0000-7000-8000-000000000206"
)

func TestANewLeadStandsOnTopUnread(t *testing.T) {
	sh := newShop(t)
	sh.lead("Ana")
	id := sh.lead("Bruno")
	if got := sh.names(proposal); !slices.Equal(got, []string{"Bruno", "Ana"}) {
		t.Errorf("stage shows %v", got)
	}
	if l := sh.get(id); l.Fresh != crm.FreshNew || l.CreatedBy == "" || l.ShopID != crm.ReadyShop {
		t.Errorf("new lead: %+v", l)
	}
}

func TestWhatCannotBeReachedIsRefusedByField(t *testing.T) {
	sh := newShop(t)
	for _, c := range []struct {
		n     New
		code  crm.Code
		field string
	}{
		{New{Phone: "11985270593"}, crm.CodeRequired, "name"},
		{New{Name: "Ana"}, crm.CodeLeadContact, "phone"},
		{New{Name: "Ana", Phone: "123"}, "phone.invalid", "phone"},
		{New{Name: "Ana", Email: "ana@"}, "email.invalid", "email"},
		{New{Name: "Ana", Email: "ana@x.com", Plate: "??"}, "plate.invalid", "plate"},
		{New{Name: "Ana", Email: "ana@x.com", StageID: proposal, OwnerID: sold}, crm.CodeNotFound, "ownerId"},
		{New{Name: "Ana", Email: "ana@x.com", Tags: []string{sold}}, crm.CodeNotFound, "tags"},
	} {
		_, err := Create(ctx, sh.s, c.n)
		e, ok := err.(*crm.Error)
		if !ok || e.Code != c.code || e.Field != c.field {
			t.Errorf("%+v: %v", c.n, err)
		}
	}
	if got := sh.names(proposal); len(got) != 0 {
		t.Errorf("refused leads were written: %v", got)
	}
}

func TestACardStandsWhereItWasDropped(t *testing.T) {
	sh := newShop(t)
	var ids []string
	for _, name := range []string{"Ana", "Bruno", "Carla", "Davi"} {
		id := sh.lead(name)
		ids = append(ids, id)
		if err := Seen(ctx, sh.s, id); err != nil {
			t.Fatal(err)
		}
	}
	ana, bruno, carla, davi := ids[0], ids[1], ids[2], ids[3]
	for _, step := range []struct {
		m    Move
		want []string
	}{
		{Move{IDs: []string{davi}, StageID: proposal, AfterID: bruno, BeforeID: ana}, []string{"Carla", "Bruno", "Davi", "Ana"}},
		{Move{IDs: []string{ana}, StageID: proposal, BeforeID: carla}, []string{"Ana", "Carla", "Bruno", "Davi"}},
		{Move{IDs: []string{ana}, StageID: proposal}, []string{"Carla", "Bruno", "Davi", "Ana"}},
		{Move{IDs: []string{davi}, StageID: proposal, ToTop: true}, []string{"Davi", "Carla", "Bruno", "Ana"}},
		{Move{IDs: []string{carla, ana}, StageID: proposal, AfterID: bruno}, []string{"Davi", "Bruno", "Carla", "Ana"}},
	} {
		sh.must(MoveLeads(ctx, sh.s, step.m))
		if got := sh.names(proposal); !slices.Equal(got, step.want) {
			t.Fatalf("after %+v: %v, want %v", step.m, got, step.want)
		}
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{bruno}, StageID: talking}))
	sh.must(sh.s.Undo(ctx, nil))
	if got := sh.names(proposal); !slices.Equal(got, []string{"Davi", "Bruno", "Carla", "Ana"}) {
		t.Errorf("undone move shows %v", got)
	}
}

func TestClosingALeadAsksForTheReason(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana")
	_, err := MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: lost})
	if crm.CodeOf(err) != crm.CodeReasonNeeded {
		t.Fatalf("no reason: %v", err)
	}
	w, err := sh.s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(w.Reasons, func(r crm.Reason) bool { return r.Kind == crm.StageLost })
	j := slices.IndexFunc(w.Reasons, func(r crm.Reason) bool { return r.Kind == crm.StageWon })
	if _, err := MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: lost, ReasonID: w.Reasons[j].ID}); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("a reason for won leads on a lost one: %v", err)
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: lost, ReasonID: w.Reasons[i].ID, ReasonNote: "Foi para a concorrência"}))
	if l := sh.get(id); l.ReasonID != w.Reasons[i].ID || l.StageSince != sh.now.UnixMilli() {
		t.Errorf("lost lead: %+v", l)
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: talking}))
	if l := sh.get(id); l.ReasonID != "" || l.ReasonNote != "" {
		t.Errorf("a lead that came back keeps its reason: %+v", l)
	}
}

func TestAReplyLiftsACardUntilItIsRead(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana")
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: talking}))
	if l := sh.get(id); l.Fresh != crm.FreshNone {
		t.Errorf("a moved lead is still new")
	}
	sh.now = sh.now.Add(time.Hour)
	sh.must(Replied(ctx, sh.s, id, "Consegue avaliar meu HB20?"))
	l := sh.get(id)
	if l.Fresh != crm.FreshReply || l.LastContact != sh.now.UnixMilli() {
		t.Errorf("after the reply: %+v", l)
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: proposal}))
	if l := sh.get(id); l.Fresh != crm.FreshReply {
		t.Errorf("a move read the reply")
	}
	sh.now = sh.now.Add(time.Minute)
	if err := Seen(ctx, sh.s, id); err != nil {
		t.Fatal(err)
	}
	if l := sh.get(id); l.Fresh != crm.FreshNone {
		t.Errorf("a read reply is still unread")
	}
	sh.must(MarkUnread(ctx, sh.s, id))
	if l := sh.get(id); l.Fresh == crm.FreshNone {
		t.Errorf("marked unread, and isn't")
	}
}

func TestTheNextActivityFollowsThePlans(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana")
	later := sh.now.Add(48 * time.Hour).UnixMilli()
	visit := sh.must(AddActivity(ctx, sh.s, NewActivity{LeadID: id, Kind: crm.ActivityVisit, Title: "Visita", DueAt: later}))
	if l := sh.get(id); l.NextDue != later {
		t.Errorf("next due %d, want %d; %v", l.NextDue, later, visit)
	}
	sh.must(AddActivity(ctx, sh.s, NewActivity{LeadID: id, Kind: crm.ActivityCall, Title: "Ligar", DueDay: "2026-11-24"}))
	zone, _ := time.LoadLocation("America/Sao_Paulo")
	endOfDay := time.Date(2026, 11, 25, 0, 0, 0, 0, zone).UnixMilli() - 1
	l := sh.get(id)
	if l.NextDue != endOfDay {
		t.Errorf("a day without an hour is due at %d, want its end %d", l.NextDue, endOfDay)
	}
	sh.must(CompleteActivity(ctx, sh.s, l.NextID, "vai pensar"))
	if l = sh.get(id); l.NextDue != later || l.LastContact != sh.now.UnixMilli() {
		t.Errorf("after the call: %+v", l)
	}
	sh.must(DeleteActivity(ctx, sh.s, l.NextID))
	if l = sh.get(id); l.NextDue != 0 || l.NextID != "" {
		t.Errorf("after deleting the last plan: %+v", l)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if l = sh.get(id); l.NextDue != later {
		t.Errorf("after undoing that: %+v", l)
	}
	if _, err := AddActivity(ctx, sh.s, NewActivity{LeadID: id, Kind: crm.ActivityTask}); crm.CodeOf(err) != crm.CodeRequired {
		t.Errorf("a plan without a date: %v", err)
	}
}

func TestReachingAContactLogsItAndBuildsTheLink(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana", func(n *New) { n.Email = "ana@uol.com.br" })
	done := sh.must(Reach(ctx, sh.s, id, ChannelWhatsApp, ""))
	if done.Params["url"] != "https://wa.me/5511985270593" {
		t.Errorf("link %q", done.Params["url"])
	}
	if l := sh.get(id); l.LastContact != sh.now.UnixMilli() || l.Fresh != crm.FreshNone {
		t.Errorf("after writing: %+v", l)
	}
	if _, err := Reach(ctx, sh.s, id, ChannelPhone, "+551100000000"); crm.CodeOf(err) != crm.CodeRequired {
		t.Errorf("a phone that is not the contact's: %v", err)
	}
}

func TestOneUndoTakesABulkActionBack(t *testing.T) {
	sh := newShop(t)
	var ids []string
	for range 30 {
		ids = append(ids, sh.lead("Ana"))
	}
	done := sh.must(Archive(ctx, sh.s, crm.Selection{IDs: ids}, nil))
	if done.Params["count"] != "30" {
		t.Errorf("archived %v", done.Params)
	}
	if got := sh.names(proposal); len(got) != 0 {
		t.Errorf("the board still shows %v", got)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if got := sh.names(proposal); len(got) != 30 {
		t.Errorf("undo brought %d back", len(got))
	}
	sh.must(Remove(ctx, sh.s, crm.Selection{Filter: &crm.Filter{PipelineID: crm.PipelineReadySales}}, nil))
	if got := sh.names(proposal); len(got) != 0 {
		t.Errorf("deleted leads show: %v", got)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if got := sh.names(proposal); len(got) != 30 {
		t.Errorf("undo brought %d deleted ones back", len(got))
	}
}

func TestAQualificationIsOneOfTheLevels(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana")
	sh.must(Update(ctx, sh.s, id, Patch{Qualification: ptr(crm.QualificationMarketing)}))
	if l := sh.get(id); l.Qualification != crm.QualificationMarketing {
		t.Errorf("%+v", l)
	}
	if _, err := Update(ctx, sh.s, id, Patch{Qualification: ptr("quente")}); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("a word of its own: %v", err)
	}
	sh.must(Update(ctx, sh.s, id, Patch{Qualification: ptr("")}))
}
