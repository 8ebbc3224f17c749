package syncing

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/replica"
	"patio/backend/setup"
	"patio/backend/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a hub that is served, stopped and served again at one address.
type server struct {
	t      *testing.T
	hub    *hubd.Service
	listen string
	stop   func()
}

func newServer(t *testing.T) *server {
	t.Helper()
	return newServerIn(t, shortDir(t))
}

// shortDir is for a hub: a socket's path is short.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func newServerIn(t *testing.T, dir string) *server {
	t.Helper()
	hub, err := hubd.Open(t.Context(), hubd.Config{Dir: dir, Policy: replica.Policy{}, Log: zerolog.Nop(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, hub: hub, listen: "127.0.0.1:0"}
	call[hubd.Workspace](s, hubd.CreateWorkspace, hubd.Named{Name: "Loja"})
	call[hubd.User](s, hubd.AddUser, hubd.NewUser{Workspace: "Loja", Name: "Rui", Role: "admin"})
	s.serve()
	t.Cleanup(func() {
		s.stop()
		if err := hub.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func call[R any](s *server, name string, args any) (r R) {
	s.t.Helper()
	if err := s.hub.Call(s.t.Context(), name, args, &r); err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *server) serve() {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan hubd.Served, 1), make(chan error, 1)
	go func() {
		ended <- s.hub.Serve(ctx, hubd.Serving{Listen: s.listen}, func(at hubd.Served) error { ready <- at; return nil })
	}()
	select {
	case at := <-ready:
		s.listen = at.Listen
	case err := <-ended:
		s.t.Fatal(err)
	}
	s.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Error(err)
		}
		s.stop = func() {}
	}
}

// code lets one device in.
func (s *server) code() string {
	s.t.Helper()
	return call[hubd.Enrolled](s, hubd.Enroll, hubd.Enrolment{Workspace: "Loja", User: "Rui", Hours: 1}).Code
}

// pc is a data folder with what syncs it.
type pc struct {
	t       *testing.T
	dir     string
	devices string
	store   *store.Store
	sync    *Service
	moved   chan struct{} // something may have changed
}

func newPC(t *testing.T) *pc {
	t.Helper()
	p := &pc{t: t, dir: filepath.Join(t.TempDir(), "data"), devices: filepath.Join(t.TempDir(), "devices"), moved: make(chan struct{}, 1)}
	p.open()
	if err := setup.Start(t.Context(), p.store, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.close() })
	return p
}

func (p *pc) open() {
	p.t.Helper()
	var err error
	if p.store, err = store.Open(p.t.Context(), store.Config{Dir: p.dir}); err != nil {
		p.t.Fatal(err)
	}
	p.store.Subscribe(func(crm.Change, bool) { signal(p.moved) })
	p.sync, err = Open(p.t.Context(), Config{Store: p.store, DataDir: p.dir, Memberships: p.devices, Changed: func() { signal(p.moved) }})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *pc) close() {
	p.t.Helper()
	if p.store == nil {
		return
	}
	if err := p.sync.Close(); err != nil {
		p.t.Error(err)
	}
	if err := p.store.Close(); err != nil {
		p.t.Error(err)
	}
	p.store = nil
}

func (p *pc) status() Status {
	p.t.Helper()
	st, err := p.sync.Status(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return st
}

// until waits for a state that something announces.
func (p *pc) until(what string, ok func() bool) {
	p.t.Helper()
	late := time.After(time.Minute)
	for !ok() {
		select {
		case <-p.moved:
		case <-late:
			p.t.Fatalf("not within a minute: %s; it is %+v", what, p.status())
		}
	}
}

func (p *pc) join(code string) {
	p.t.Helper()
	if err := p.sync.Join(p.t.Context(), Joining{Code: code, Name: "Balcão"}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pc) add(name, phone string) string {
	p.t.Helper()
	done, err := leads.Create(p.t.Context(), p.store, leads.New{Name: name, Phone: phone, Vehicle: "Gol"})
	if err != nil {
		p.t.Fatal(err)
	}
	return done.IDs[0]
}

// vehicle answers a lead's, "" when it isn't here.
func (p *pc) vehicle(id string) string {
	p.t.Helper()
	cards, err := p.store.Cards(p.t.Context(), []string{id})
	if err != nil {
		p.t.Fatal(err)
	}
	if len(cards) == 0 {
		return ""
	}
	return cards[0].Vehicle
}

func (p *pc) write(id, vehicle string) {
	p.t.Helper()
	if _, err := leads.Update(p.t.Context(), p.store, id, leads.Patch{Vehicle: &vehicle}); err != nil {
		p.t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code crm.Code) {
	t.Helper()
	if crm.CodeOf(err) != code {
		t.Fatalf("%v, want %s", err, code)
	}
}

func TestAnEditIsSeenOnTheOtherPCByItself(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	a.sync.Start()
	b.sync.Start()
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	b.join(hub.code())
	b.until("the lead on the other PC", func() bool { return b.vehicle(id) == "Gol" })
	b.write(id, "Polo")
	a.until("the edit on the first", func() bool { return a.vehicle(id) == "Polo" })
	a.until("rest", func() bool { st := a.status(); return st.Phase == PhaseIdle && st.Waiting == 0 && st.Synced > 0 })
	if st := a.status(); !st.Joined || st.Device != "Balcão" || st.Hub != hub.listen || st.Failure != nil {
		t.Errorf("%+v", st)
	}
}

func TestWhatIsWrittenWithoutTheHubGoesWhenItIsBack(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	b.join(hub.code())
	a.sync.Start()
	b.sync.Start()
	b.until("the lead on the other PC", func() bool { return b.vehicle(id) == "Gol" })
	a.until("agreement", func() bool { return a.status().Waiting == 0 })
	hub.stop()
	a.write(id, "Polo do Rui")
	b.write(id, "Polo da Bia")
	a.sync.Now()
	a.until("an absent hub", func() bool {
		st := a.status()
		return st.Phase == PhaseOffline && st.Failure.Code == CodeUnreachable && st.Waiting > 0 && st.Since > 0
	})
	hub.serve()
	a.sync.Now()
	b.sync.Now()
	for _, p := range []*pc{a, b} {
		p.until("a conflict for a person to see", func() bool { st := p.status(); return st.Conflicts == 1 && st.Waiting == 0 })
	}
	if one, other := a.vehicle(id), b.vehicle(id); one != other {
		t.Errorf("%q and %q", one, other)
	}
	list, err := a.store.Conflicts(t.Context(), 10)
	if err != nil || len(list) != 1 || len(list[0].Values) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := a.store.ResolveConflict(t.Context(), list[0].ID, list[0].Key, list[0].Values[1].Write); err != nil {
		t.Fatal(err)
	}
	b.until("no conflict any more", func() bool { return b.status().Conflicts == 0 })
	if b.vehicle(id) != list[0].Values[1].Value {
		t.Errorf("%q was not what was chosen", b.vehicle(id))
	}
}

func TestACodeThatIsNoneIsRefusedAndChangesNothing(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	wantCode(t, a.sync.Join(t.Context(), Joining{Code: "PATIO1-ABCDE", Name: "Balcão"}), "sync.code")
	wantCode(t, a.sync.Join(t.Context(), Joining{Code: hub.code(), Name: " "}), crm.CodeRequired)
	used := hub.code()
	b.join(used)
	wantCode(t, a.sync.Join(t.Context(), Joining{Code: used, Name: "Balcão"}), "sync.invite")
	wantCode(t, b.sync.Join(t.Context(), Joining{Code: hub.code(), Name: "Balcão"}), CodeJoined)
	late := hub.code()
	hub.stop()
	wantCode(t, a.sync.Join(t.Context(), Joining{Code: late, Name: "Balcão"}), CodeUnreachable)
	if st := a.status(); st.Joined || st.Detached || st.Phase != PhaseOff {
		t.Errorf("%+v", st)
	}
	if _, err := a.sync.Sync(t.Context()); crm.CodeOf(err) != CodeNotJoined {
		t.Errorf("it synced: %v", err)
	}
	wantCode(t, a.sync.Leave(t.Context()), CodeNotJoined)
}

func TestACopiedFolderIsNoDeviceUntilItJoins(t *testing.T) {
	hub, other := newServer(t), newServer(t)
	a := newPC(t)
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	if _, err := a.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.close()
	b := &pc{t: t, dir: filepath.Join(t.TempDir(), "copy"), devices: a.devices, moved: make(chan struct{}, 1)}
	if err := os.CopyFS(b.dir, os.DirFS(a.dir)); err != nil {
		t.Fatal(err)
	}
	b.open()
	t.Cleanup(b.close)
	if st := b.status(); st.Joined || !st.Detached {
		t.Fatalf("%+v", st)
	}
	b.write(id, "Polo")
	wantCode(t, b.sync.Join(t.Context(), Joining{Code: other.code(), Name: "Notebook"}), CodeOtherWorkspace)
	b.join(hub.code())
	if _, err := b.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.open()
	if _, err := a.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := a.vehicle(id); got != "Polo" {
		t.Errorf("the original has %q", got)
	}
}

func TestWhoLeavesKeepsAllAndMayComeBack(t *testing.T) {
	hub := newServer(t)
	a := newPC(t)
	id := a.add("Ana", "11987654321")
	a.sync.Start()
	a.join(hub.code())
	a.until("agreement", func() bool { st := a.status(); return st.Synced > 0 && st.Waiting == 0 })
	if err := a.sync.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.write(id, "Polo")
	if st := a.status(); st.Joined || !st.Detached || st.Waiting == 0 {
		t.Errorf("%+v", st)
	}
	a.join(hub.code())
	a.until("agreement again", func() bool { st := a.status(); return st.Phase == PhaseIdle && st.Waiting == 0 && st.Synced > 0 })
	b := newPC(t)
	b.join(hub.code())
	if _, err := b.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.vehicle(id); got != "Polo" {
		t.Errorf("the hub heard %q", got)
	}
}

// The program may end once the hub has answered and before the database knows.
func TestAJoinThatWasCutShortIsFinished(t *testing.T) {
	hub := newServer(t)
	a := newPC(t)
	a.join(hub.code())
	kept, err := a.sync.members.read(a.dir)
	if err != nil || kept == nil {
		t.Fatal(kept, err)
	}
	b := newPC(t)
	b.add("Bia", "11987650000")
	if err := b.sync.members.write(b.dir, *kept); err != nil {
		t.Fatal(err)
	}
	b.close()
	b.open()
	if st := b.status(); !st.Joined || st.Waiting == 0 {
		t.Errorf("%+v", st)
	}
}

func TestARevokedDeviceStopsAndKeepsItsWork(t *testing.T) {
	hub := newServer(t)
	a := newPC(t)
	a.add("Ana", "11987654321")
	a.join(hub.code())
	if _, err := a.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := call[[]hubd.Device](hub, hubd.ListDevices, hubd.Named{Name: "Loja"})
	if len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	call[hubd.Device](hub, hubd.RevokeDevice, hubd.DeviceOf{Workspace: "Loja", Number: list[0].Number})
	id := a.add("Bia", "11987650000")
	_, err := a.sync.Sync(t.Context())
	wantCode(t, err, "sync.revoked")
	if st := a.status(); st.Phase != PhaseStopped || st.Waiting == 0 || a.vehicle(id) != "Gol" {
		t.Errorf("%+v", st)
	}
}

func TestWhoBeginsAnewHasTheHubsLeadsAndKeepsItsOwnInABackup(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	there, own := a.add("Ana", "11987654321"), b.add("Bia", "11987654322")
	a.join(hub.code())
	if _, err := a.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	late := hub.code()
	hub.stop()
	wantCode(t, b.sync.Join(t.Context(), Joining{Code: late, Name: "Pátio", Anew: true}), CodeUnreachable)
	if b.vehicle(own) != "Gol" || b.status().Joined {
		t.Fatalf("a hub that isn't there took something: %+v", b.status())
	}
	hub.serve()
	if err := b.sync.Join(t.Context(), Joining{Code: hub.code(), Name: "Pátio", Anew: true}); err != nil {
		t.Fatal(err)
	}
	if b.vehicle(there) != "Gol" || b.vehicle(own) != "" {
		t.Errorf("the hub's lead %q, its own %q", b.vehicle(there), b.vehicle(own))
	}
	if st := b.status(); !st.Joined || st.Waiting != 0 || st.Refused != 0 || st.Conflicts != 0 {
		t.Errorf("%+v", st)
	}
	w, err := b.store.Workspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(w.Users, func(u crm.User) bool { return u.ID == b.store.ActingUser() }); i < 0 || w.Users[i].Name != "Rui" {
		t.Errorf("%q acts, of %+v", b.store.ActingUser(), w.Users)
	}
	kept, err := b.store.Snapshots(t.Context())
	i := slices.IndexFunc(kept, func(s store.Snapshot) bool { return s.Kind == store.SnapshotJoin })
	if err != nil || i < 0 {
		t.Fatalf("%+v, %v", kept, err)
	}
	if n, err := b.store.SnapshotLeads(t.Context(), kept[i].ID); err != nil || n != 1 {
		t.Errorf("the backup has %d leads, %v", n, err)
	}
	if _, err := os.Stat(filepath.Join(b.dir, anewFolder)); !os.IsNotExist(err) {
		t.Errorf("what was gathered lies about: %v", err)
	}
	b.write(there, "Polo")
	for _, p := range []*pc{b, a} {
		if _, err := p.sync.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a.vehicle(there) != "Polo" || a.vehicle(own) != "" {
		t.Errorf("the other PC: %q, %q", a.vehicle(there), a.vehicle(own))
	}
}
