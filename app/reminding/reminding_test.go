package reminding

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// morning is nine o'clock in São Paulo, on a Wednesday.
var morning = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// desk is a device with a clock of its own.
type desk struct {
	t       *testing.T
	dir     string
	store   *store.Store
	service *Service
	changed chan struct{}
	waits   chan time.Duration // the last that the service began to wait

	mu  sync.Mutex // guards now
	now time.Time
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir(), now: morning}
	d.open()
	t.Cleanup(func() { d.close() })
	if err := setup.Start(t.Context(), d.store, setup.First{UserName: "Carla Souza", ShopName: "Centro", Language: string(crm.Portuguese)}); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) open() {
	d.t.Helper()
	d.changed, d.waits = make(chan struct{}, 100), make(chan time.Duration, 1)
	s, err := store.Open(context.Background(), store.Config{Dir: d.dir, Log: zerolog.Nop(), Now: d.clock})
	if err != nil {
		d.t.Fatal(err)
	}
	service, err := Open(context.Background(), Config{Store: s, Changed: func() { d.changed <- struct{}{} }, Now: d.clock, Wait: d.wait})
	if err != nil {
		d.t.Fatal(err)
	}
	d.store, d.service = s, service
}

func (d *desk) close() {
	if err := d.service.Close(); err != nil {
		d.t.Error(err)
	}
	if err := d.store.Close(); err != nil {
		d.t.Error(err)
	}
}

func (d *desk) reopen() { d.close(); d.open() }

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// wait keeps how long the service would wait, and has it look again at once: the
// clock moves only by pass.
func (d *desk) wait(length time.Duration) <-chan time.Time {
	select {
	case <-d.waits:
	default:
	}
	d.waits <- length
	return time.After(time.Millisecond)
}

func (d *desk) pass(length time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(length)
}

func (d *desk) lead() string {
	d.t.Helper()
	done, err := leads.Create(context.Background(), d.store, leads.New{Name: "Patrícia Assunção", Phone: "11 98527-0593"})
	if err != nil {
		d.t.Fatal(err)
	}
	return done.IDs[0]
}

// plan plans a call and answers its id.
func (d *desk) plan(lead string, n leads.NewActivity) string {
	d.t.Helper()
	n.LeadID, n.Kind = lead, crm.ActivityCall
	if _, err := leads.AddActivity(context.Background(), d.store, n); err != nil {
		d.t.Fatal(err)
	}
	list, err := d.store.Planned(context.Background(), lead)
	if err != nil || len(list) == 0 {
		d.t.Fatal(list, err)
	}
	return slices.MaxFunc(list, func(a, b crm.Activity) int { return strings.Compare(a.ID, b.ID) }).ID // they rise with time
}

func (d *desk) at(length time.Duration) int64 { return d.clock().Add(length).UnixMilli() }

// notice waits until there is something to be told.
func (d *desk) notice() Notice {
	d.t.Helper()
	<-d.changed
	return d.current()
}

func (d *desk) current() Notice {
	d.t.Helper()
	n, err := d.service.Notice(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func (d *desk) tell(n Notice) {
	d.t.Helper()
	if err := d.service.Tell(context.Background(), n.IDs); err != nil {
		d.t.Fatal(err)
	}
}

// quiet says that there is nothing to tell.
func (d *desk) quiet(when string) {
	d.t.Helper()
	if n := d.current(); len(n.Entries)+n.More+n.Missed > 0 {
		d.t.Errorf("%s: %+v", when, n)
	}
}

func (d *desk) wantOne(n Notice, id string) {
	d.t.Helper()
	if len(n.Entries) != 1 || n.Entries[0].ID != id || n.More+n.Missed != 0 || !slices.Equal(n.IDs, []string{id}) {
		d.t.Errorf("%+v, want %s", n, id)
	}
}

func TestOneIsToldAtItsTimeAndOnlyOnce(t *testing.T) {
	d := newDesk(t)
	id := d.plan(d.lead(), leads.NewActivity{DueAt: d.at(time.Hour), Remind: 15})
	d.pass(44 * time.Minute)
	d.quiet("before its time")
	d.pass(time.Minute)
	n := d.notice()
	d.wantOne(n, id)
	if n.Entries[0].Name != "Patrícia Assunção" {
		t.Errorf("%+v", n.Entries[0])
	}
	d.reopen()
	d.wantOne(d.notice(), id) // it was never on the screen
	d.tell(n)
	d.quiet("told")
	d.pass(2 * time.Hour)
	d.reopen()
	d.quiet("after a restart")
}

// Whatever the timer does while the PC sleeps, the clock is looked at within a
// minute of waking up.
func TestTheClockIsLookedAtOnceAMinuteAtMost(t *testing.T) {
	d := newDesk(t)
	d.plan(d.lead(), leads.NewActivity{DueAt: d.at(8 * time.Hour), Remind: crm.RemindThen})
	if got := <-d.waits; got != time.Minute {
		t.Errorf("it waits for %s", got)
	}
	d.pass(8*time.Hour - 10*time.Second)
	for got := time.Minute; got == time.Minute; {
		if got = <-d.waits; got != 10*time.Second && got != time.Minute {
			t.Fatalf("it waits for %s", got)
		}
	}
	d.pass(10 * time.Second)
	if n := d.notice(); len(n.Entries) != 1 {
		t.Errorf("%+v", n)
	}
}

func TestWithoutRemindersNobodyWaits(t *testing.T) {
	d := newDesk(t)
	d.plan(d.lead(), leads.NewActivity{DueAt: d.at(time.Hour)})
	d.service.look(t.Context())
	if len(d.waits) > 0 {
		t.Errorf("it waits for %s", <-d.waits)
	}
}

func TestWhatNobodyIsRemindedOf(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	soon := leads.NewActivity{DueAt: d.at(time.Hour), Remind: 15}
	must := func(_ crm.Done, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	other, err := setup.SaveUser(ctx, d.store, crm.User{Name: "Tiago Melo", Role: string(crm.RoleSeller)})
	must(other, err)
	w, err := d.store.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tiago := w.Users[slices.IndexFunc(w.Users, func(u crm.User) bool { return u.Name == "Tiago Melo" })].ID

	done := d.plan(d.lead(), soon)
	must(leads.CompleteActivity(ctx, d.store, done, ""))
	gone := d.plan(d.lead(), soon)
	must(leads.DeleteActivity(ctx, d.store, gone))
	archived, deleted := d.lead(), d.lead()
	d.plan(archived, soon)
	must(leads.Archive(ctx, d.store, crm.Selection{IDs: []string{archived}}, nil))
	d.plan(deleted, soon)
	must(leads.Remove(ctx, d.store, crm.Selection{IDs: []string{deleted}}, nil))
	his := soon
	his.UserID = tiago
	hisID := d.plan(d.lead(), his)
	never := soon
	never.Remind = crm.RemindNever
	d.plan(d.lead(), never)
	late := d.plan(d.lead(), soon)
	tomorrow := d.at(24 * time.Hour)
	must(leads.UpdateActivity(ctx, d.store, late, leads.ActivityPatch{DueAt: &tomorrow}))

	d.pass(50 * time.Minute)
	d.quiet("none of them")
	if err := d.store.ActAs(ctx, tiago); err != nil {
		t.Fatal(err)
	}
	d.wantOne(d.notice(), hisID)
	// What comes back is told again: an undo, and a lead out of the archive.
	w0, err := d.store.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	carla := w0.Users[slices.IndexFunc(w0.Users, func(u crm.User) bool { return u.Name == "Carla Souza" })].ID
	if err := d.store.ActAs(ctx, carla); err != nil {
		t.Fatal(err)
	}
	must(leads.Unarchive(ctx, d.store, crm.Selection{IDs: []string{archived}}, nil))
	for n := d.current(); ; n = d.notice() {
		if len(n.Entries) == 1 && n.Entries[0].LeadID == archived {
			break
		}
	}
}

// One whose time is over when it is planned is told at once, whoever planned
// it; so is one that a colleague planned and that comes late.
func TestOneInThePastIsToldAtOnce(t *testing.T) {
	d := newDesk(t)
	id := d.plan(d.lead(), leads.NewActivity{DueAt: d.at(10 * time.Minute), Remind: 15})
	d.wantOne(d.notice(), id)
}

func TestWhatWasMissedIsToldAsOne(t *testing.T) {
	d := newDesk(t)
	lead := d.lead()
	for i := range 3 {
		d.plan(lead, leads.NewActivity{DueAt: d.at(time.Duration(i+1) * time.Hour), Remind: 15})
	}
	ahead := d.plan(lead, leads.NewActivity{DueAt: d.at(49 * time.Hour), Remind: 120})
	d.close()
	d.pass(48 * time.Hour)
	d.open()
	n := d.notice()
	if n.Missed != 3 || len(n.Entries) != 1 || n.Entries[0].ID != ahead || len(n.IDs) != 4 {
		t.Fatalf("%+v", n)
	}
	d.tell(n)
	d.quiet("told")
	d.reopen()
	d.quiet("after another restart")
}

func TestManyAtOnceAreToldAsOne(t *testing.T) {
	d := newDesk(t)
	lead := d.lead()
	for range 4 {
		d.plan(lead, leads.NewActivity{DueDay: "2026-11-26", Remind: crm.RemindThen})
	}
	d.pass(24 * time.Hour)
	if n := d.notice(); n.More != 4 || len(n.Entries)+n.Missed != 0 || len(n.IDs) != 4 {
		t.Errorf("%+v", n)
	}
}

func TestWhatHasNoHourIsToldInTheMorning(t *testing.T) {
	d := newDesk(t)
	id := d.plan(d.lead(), leads.NewActivity{DueDay: "2026-11-27", Remind: 24 * 60})
	d.pass(24*time.Hour - time.Minute)
	d.quiet("before nine the day before")
	if _, err := setup.SaveRule(t.Context(), d.store, store.SettingMorning, "600"); err != nil {
		t.Fatal(err)
	}
	d.pass(time.Minute)
	d.quiet("the morning begins later now")
	d.pass(time.Hour)
	d.wantOne(d.notice(), id)
}

func TestPuttingOff(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	id := d.plan(d.lead(), leads.NewActivity{DueAt: d.at(10 * time.Minute), Remind: 15})
	d.tell(d.notice())
	for _, c := range []struct {
		length string
		until  time.Duration
	}{{TenMinutes, 10 * time.Minute}, {OneHour, time.Hour}, {Tomorrow, 24*time.Hour - 70*time.Minute}} {
		if err := d.service.Snooze(ctx, id, c.length); err != nil {
			t.Fatal(err)
		}
		d.reopen() // it stays put off
		d.pass(c.until - time.Second)
		d.quiet(c.length)
		d.pass(time.Second)
		n := d.notice()
		d.wantOne(n, id)
		d.tell(n)
		d.quiet(c.length + " told")
	}
	for length, code := range map[string]crm.Code{"2h": crm.CodeInvalid, "": crm.CodeInvalid} {
		if err := d.service.Snooze(ctx, id, length); crm.CodeOf(err) != code {
			t.Errorf("%q: %v", length, err)
		}
	}
	if err := d.service.Snooze(ctx, "1", TenMinutes); crm.CodeOf(err) != crm.CodeInvalid {
		t.Error(err)
	}
	if err := d.service.Snooze(ctx, id, TenMinutes); err != nil {
		t.Fatal(err)
	}
	if _, err := leads.CompleteActivity(ctx, d.store, id, ""); err != nil {
		t.Fatal(err)
	}
	d.pass(10 * time.Minute)
	n := d.current()
	d.tell(n)
	d.quiet("done meanwhile")
	if err := d.service.Snooze(ctx, id, TenMinutes); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("done: %v", err)
	}
}

// One that was put off and then moved to a later day is told on that day.
func TestPutOffAndMovedIsToldOnItsNewDay(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	id := d.plan(d.lead(), leads.NewActivity{DueAt: d.at(10 * time.Minute), Remind: 15})
	d.tell(d.notice())
	if err := d.service.Snooze(ctx, id, TenMinutes); err != nil {
		t.Fatal(err)
	}
	later := d.at(24 * time.Hour)
	if _, err := leads.UpdateActivity(ctx, d.store, id, leads.ActivityPatch{DueAt: &later}); err != nil {
		t.Fatal(err)
	}
	d.pass(10 * time.Minute)
	d.quiet("moved")
	d.tell(d.current())
	d.pass(24*time.Hour - 25*time.Minute)
	for n := d.current(); len(n.Entries) == 0; n = d.current() {
		<-d.changed
	}
	d.wantOne(d.current(), id)
}

func TestTheStateStaysSmall(t *testing.T) {
	s := readState("", morning)
	for i := range maxKept + 30 {
		at := morning.Add(time.Duration(i+1) * time.Second).UnixMilli()
		s.Told[fmt.Sprint("told", i)] = told{at, at}
		s.Snoozed[fmt.Sprint("off", i)] = morning.Add(time.Duration(i) * time.Second).UnixMilli()
	}
	s.prune(morning)
	if len(s.Told) != maxKept || len(s.Snoozed) != maxKept {
		t.Fatalf("%d told, %d put off", len(s.Told), len(s.Snoozed))
	}
	forgotten := crm.Reminder{ActivityID: "told29", Due: morning.Add(30 * time.Second).UnixMilli()}
	if _, there := s.Told["told29"]; there || forgotten.Due > s.Floor {
		t.Errorf("what is forgotten would be told again: floor %d", s.Floor)
	}
	if _, there := s.Told["told30"]; !there {
		t.Error("a later one went first")
	}
	s.prune(morning.Add(longAgo + time.Hour))
	if len(s.Told)+len(s.Snoozed) != 0 {
		t.Errorf("%d told, %d put off after two weeks", len(s.Told), len(s.Snoozed))
	}
	for _, broken := range []string{"", "{", "[]", `{"floor":"x"}`} {
		if got := readState(broken, morning); got.Floor != morning.UnixMilli() || got.Told == nil || got.Snoozed == nil {
			t.Errorf("%q: %+v", broken, got)
		}
	}
}

// A database that can't be written to is shown all the same.
func TestADatabaseThatCannotBeWrittenIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Config{Dir: filepath.Join(dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Config{Store: s, Changed: func() {}}); err == nil {
		t.Error("a closed one can't even be read")
	}
}
