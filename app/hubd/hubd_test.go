package hubd

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"patio/backend/crm"
	"patio/backend/replica"
	"patio/sync/enroll"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that a test sets.
type clock struct{ now time.Time }

func at(dir string, c *clock) Config {
	return Config{Dir: dir, Policy: replica.Policy{}, Log: zerolog.Nop(), Now: func() time.Time { return c.now }}
}

func newClock() *clock { return &clock{time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

// shortDir is a folder in which a socket's path has room.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func open(t *testing.T, cfg Config) *Service {
	t.Helper()
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closed(t *testing.T, s *Service) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func done[R any](t *testing.T, c Caller, name string, args any) (r R) {
	t.Helper()
	if err := c.Call(t.Context(), name, args, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// stocked is a folder with a workspace and a person.
func stocked(t *testing.T, s *Service) (w Workspace, u User) {
	t.Helper()
	w = done[Workspace](t, s, CreateWorkspace, Named{"Loja"})
	return w, done[User](t, s, AddUser, NewUser{Workspace: "Loja", Name: "Rui", Role: "seller"})
}

func wantCode(t *testing.T, what string, err error, code crm.Code) {
	t.Helper()
	if crm.CodeOf(err) != code || code == crm.CodeInternal && err == nil {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestACodeExpires(t *testing.T) {
	c := newClock()
	s := open(t, at(t.TempDir(), c))
	defer closed(t, s)
	stocked(t, s)
	e := done[Enrolled](t, s, Enroll, Enrolment{Workspace: "Loja", User: "Rui", Hours: 2, Public: []string{"https://hub.example"}})
	code, err := enroll.Parse(e.Code)
	if err != nil || code.Expires != e.Expires || e.Expires != c.now.Add(2*time.Hour).UnixMilli() {
		t.Fatalf("%+v, %v", e, err)
	}
	c.now = c.now.Add(2*time.Hour + time.Second)
	_, _, err = s.hub.Join(t.Context(), code.Workspace, code.Secret, "PC", hub.Past{})
	wantCode(t, "an expired code", own(err), crm.Code(protocol.CodeInvite))
}

func TestSomebodyRetiredIsLetInNoMore(t *testing.T) {
	s := open(t, at(t.TempDir(), newClock()))
	defer closed(t, s)
	w, u := stocked(t, s)
	ws, err := parseID(w.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.hub.Write(t.Context(), ws, uint32(crm.KindUser), record.ID(uuid.MustParse(u.ID)), replica.UserFields(crm.User{Name: "Rui", Role: "seller", Retired: true}, u.Shops, nil)); err != nil {
		t.Fatal(err)
	}
	var e Enrolled
	wantCode(t, "a retired user", s.Call(t.Context(), Enroll, Enrolment{Workspace: "Loja", User: "Rui", Hours: 2, Public: []string{"https://hub.example"}}, &e), crm.CodeNotFound)
	if got := done[[]User](t, s, ListUsers, Named{"Loja"}); len(got) != 1 || !got[0].Retired {
		t.Errorf("%+v", got)
	}
	// The name is free again.
	done[User](t, s, AddUser, NewUser{Workspace: w.ID, Name: "Rui", Role: "manager"})
	// Two have it then, and an id tells which.
	wantCode(t, "an unknown command", s.Call(t.Context(), "sell", nil, &e), crm.CodeUnsupported)
	wantCode(t, "no address", s.Call(t.Context(), Enroll, Enrolment{Workspace: "Loja", User: "Rui", Hours: 2}, &e), crm.CodeRequired)
}

func TestANameThatTwoHaveIsAskedByItsID(t *testing.T) {
	two := []Workspace{{ID: "1", Name: "Loja"}, {ID: "2", Name: "loja"}, {ID: "3", Name: "Centro"}}
	of := func(w Workspace) (id, name string) { return w.ID, w.Name }
	if _, err := pick("workspace", "Loja", two, of); crm.CodeOf(err) != CodeAmbiguous {
		t.Error(err)
	}
	if w, err := pick("workspace", "2", two, of); err != nil || w.ID != "2" {
		t.Error(w, err)
	}
}

func TestAWorkspaceWhoseHubIsGoneIsMadeAgain(t *testing.T) {
	first := open(t, at(t.TempDir(), newClock()))
	w, _ := stocked(t, first)
	closed(t, first)
	s := open(t, at(t.TempDir(), newClock()))
	defer closed(t, s)
	again := done[Workspace](t, s, CreateWorkspace, NewWorkspace{Name: "Loja", ID: w.ID})
	if again.ID != w.ID || again.Epoch == w.Epoch {
		t.Errorf("%+v, was %+v", again, w)
	}
	var head hub.Head
	if err := s.store.Read(t.Context(), record.ID(uuid.MustParse(w.ID)), func(v hub.View) (err error) { head, err = v.Head(); return err }); err != nil {
		t.Fatal(err)
	}
	if head.Hub < 1<<14 || head.Hub >= 1<<15 {
		t.Errorf("it writes as %d, as the old one may have", head.Hub)
	}
	wantCode(t, "twice", s.Call(t.Context(), CreateWorkspace, NewWorkspace{Name: "Outra", ID: w.ID}, &w), crm.CodeConflict)
	wantCode(t, "no id", s.Call(t.Context(), CreateWorkspace, NewWorkspace{Name: "Outra", ID: "x"}, &w), crm.CodeInvalid)
}

func TestAPersonWhomADeviceKnowsKeepsTheID(t *testing.T) {
	s := open(t, at(t.TempDir(), newClock()))
	defer closed(t, s)
	stocked(t, s)
	id := uuid.Must(uuid.NewV7()).String()
	u := done[User](t, s, AddUser, NewUser{Workspace: "Loja", ID: id, Name: "Rui", Role: "manager"}) // of the same name as another
	if u.ID != id || u.Role != "manager" {
		t.Errorf("%+v", u)
	}
	wantCode(t, "twice", s.Call(t.Context(), AddUser, NewUser{Workspace: "Loja", ID: id, Name: "Bia", Role: "seller"}, &u), crm.CodeConflict)
	wantCode(t, "no id", s.Call(t.Context(), AddUser, NewUser{Workspace: "Loja", ID: "x", Name: "Bia", Role: "seller"}, &u), crm.CodeInvalid)
}

func TestACodeMayBeForMinutes(t *testing.T) {
	c := newClock()
	s := open(t, at(t.TempDir(), c))
	defer closed(t, s)
	stocked(t, s)
	e := done[Enrolled](t, s, Enroll, Enrolment{Workspace: "Loja", User: "Rui", Minutes: 20, Public: []string{"https://hub.example"}})
	if e.Expires != c.now.Add(20*time.Minute).UnixMilli() {
		t.Errorf("%+v", e)
	}
	for _, no := range []Enrolment{{}, {Hours: -1, Minutes: 90}, {Hours: 1, Minutes: -10}, {Hours: maxHours, Minutes: 1}} {
		no.Workspace, no.User = "Loja", "Rui"
		wantCode(t, "such a time", s.Call(t.Context(), Enroll, no, &e), crm.CodeInvalid)
	}
}

func TestAPrivateHubTellsWhoJoinsAndHasNoSocket(t *testing.T) {
	joined := 0
	cfg := at(t.TempDir(), newClock())
	cfg.Joined = func() { joined++ }
	s := open(t, cfg)
	defer closed(t, s)
	stocked(t, s)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, Serving{Listen: "127.0.0.1:0", Private: true}, func(Served) error { stop(); return nil })
	}()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(cfg.Dir, socketName)); !os.IsNotExist(err) {
		t.Errorf("there is a socket: %v", err)
	}
	e := done[Enrolled](t, s, Enroll, Enrolment{Workspace: "Loja", User: "Rui", Minutes: 20, Public: []string{"https://hub.example"}})
	code, err := enroll.Parse(e.Code)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 1} { // the second time it is used up
		_, _, err = s.hub.Join(t.Context(), code.Workspace, code.Secret, "PC", hub.Past{})
		if joined != want {
			t.Errorf("%d were told of, %v", joined, err)
		}
	}
}
