package hubd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

func TestWhatWasErasedStaysErasedAfterARestore(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	s := open(t, at(dir, c))
	w, u := stocked(t, s)
	ws, id := record.ID(uuid.MustParse(w.ID)), record.ID(uuid.MustParse(u.ID))
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := WriteBackup(t.Context(), s, file); err != nil {
		t.Fatal(err)
	}
	if err := s.hub.Erase(t.Context(), ws, []record.ID{id}); err != nil {
		t.Fatal(err)
	}
	closed(t, s)

	hubs := []uint64{}
	numbers := func(cfg Config) {
		s := open(t, cfg)
		defer closed(t, s)
		if got := done[[]User](t, s, ListUsers, Named{"Loja"}); len(got) != 0 {
			t.Errorf("%+v came back", got)
		}
		if err := s.store.Read(t.Context(), ws, func(v hub.View) error {
			head, err := v.Head()
			hubs = append(hubs, uint64(head.Hub))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time the backup's number was given out before
		r, err := Restore(t.Context(), at(dir, c), file, "")
		if err != nil || r.Erased != 1 || r.Aside == "" {
			t.Fatalf("%+v, %v", r, err)
		}
		numbers(at(dir, c))
	}
	if aside, err := filepath.Glob(filepath.Join(dir, setAsideName+"*", databaseName)); err != nil || len(aside) != 2 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
	if !slices.Equal(hubs, []uint64{2, 3}) {
		t.Errorf("hub numbers %v", hubs)
	}
	// Elsewhere the ledger of the folder that was lost tells of it.
	other := t.TempDir()
	if r, err := Restore(t.Context(), at(other, c), file, filepath.Join(dir, ledgerName)); err != nil || r.Erased != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	numbers(at(other, c))
	if hubs[2] != 4 {
		t.Errorf("hub numbers %v", hubs)
	}
	// A folder that had a key of its own keeps a copy of it.
	third := t.TempDir()
	s = open(t, at(third, c))
	mine, err := s.folder.certificate(c.now)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	r, err := Restore(t.Context(), at(third, c), file, "")
	if err != nil {
		t.Fatal(err)
	}
	s = open(t, at(third, c))
	if theirs, err := s.folder.certificate(c.now); err != nil || bytes.Equal(pinOf(mine), pinOf(theirs)) {
		t.Errorf("it kept its own key: %v", err)
	}
	closed(t, s)
	if _, err := os.Stat(filepath.Join(third, r.Aside, keyName)); err != nil {
		t.Error(err)
	}
	_, err = Restore(t.Context(), at(other, c), file, file)
	wantCode(t, "a ledger that is none", err, CodeNotBackup)
	_, err = Restore(t.Context(), at(other, c), file, file+".none")
	wantCode(t, "no ledger", err, crm.CodeNotFound)
}

func TestADamagedBackupIsNotRestored(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	s := open(t, at(dir, c))
	stocked(t, s)
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := WriteBackup(t.Context(), s, file); err != nil {
		t.Fatal(err)
	}
	_, err := WriteBackup(t.Context(), s, dir)
	wantCode(t, "over a folder", err, crm.CodeInvalid)
	_, err = WriteBackup(t.Context(), s, filepath.Join(dir, "no", "where"))
	wantCode(t, "nowhere", err, crm.CodeNotFound)
	closed(t, s)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"cut":      whole[:len(whole)/2],
		"a hole":   slices.Concat(whole[:4096], make([]byte, 4096), whole[8192:]),
		"text":     []byte("no database"),
		"no table": before, // a database without what a backup carries
	} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Restore(t.Context(), at(dir, c), file, "")
		wantCode(t, name, err, CodeNotBackup)
	}
	after, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database changed: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, scratchName+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAFolderIsForOneStore(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	closed(t, open(t, at(dir, c)))
	cfg := at(dir, c)
	cfg.Database = "postgres://nobody@127.0.0.1:1/none"
	_, err := Open(t.Context(), cfg)
	wantCode(t, "a database for a folder with a file", err, CodeOtherStore)
	if err := os.WriteFile(filepath.Join(dir, aboutName), []byte(`{"store":"postgres"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), at(dir, c))
	wantCode(t, "a file for a folder with a database", err, CodeOtherStore)
	_, err = Restore(t.Context(), at(dir, c), filepath.Join(dir, aboutName), "")
	wantCode(t, "a backup for a folder with a database", err, CodeOtherStore)
	if _, err = Open(t.Context(), cfg); err == nil {
		t.Error("a database that isn't there was opened")
	}
	if err := os.WriteFile(filepath.Join(dir, aboutName), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = Open(t.Context(), at(dir, c)); err == nil {
		t.Error("a folder that says nothing was opened")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), at(file, c))
	wantCode(t, "a file for a folder", err, crm.CodeInvalid)
}

func TestWhatAKilledProcessLeftIsSweptAway(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, scratchName+"1")
	if err := errors.Join(os.Mkdir(half, 0o700), os.WriteFile(filepath.Join(half, databaseName), []byte("half"), 0o600),
		os.WriteFile(filepath.Join(dir, ledgerName), []byte("hub 00000000000000000000000000000001 2\nerased 0000"), 0o600)); err != nil {
		t.Fatal(err)
	}
	closed(t, open(t, at(dir, newClock())))
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, ledgerName))
	if err != nil || string(text) != "hub 00000000000000000000000000000001 2\n" {
		t.Errorf("%q, %v", text, err)
	}
	for _, line := range []string{"hub 1", "hub x 2", "sold 00000000000000000000000000000001 2", "hub 00000000000000000000000000000001 x", "erased 00000000000000000000000000000001 x"} {
		if _, err := readPast([]byte(line + "\n")); err == nil {
			t.Errorf("%q is a line of a ledger", line)
		}
	}
}

// brittle is a store that can't be read.
type brittle struct{ backing }

var errBroken = errors.New("broken: Ana 11 91234-5678")

func (brittle) Workspaces(context.Context) ([]record.ID, error) { return nil, errBroken }
func (brittle) Size(context.Context) (int64, error)             { return 0, errBroken }

func TestAStoreThatCantBeReadIsToldByHealthAndFigures(t *testing.T) {
	var log bytes.Buffer
	cfg := at(t.TempDir(), newClock())
	cfg.Log = zerolog.New(&log)
	s := open(t, cfg)
	defer closed(t, s)
	s.figs = newFigures(brittle{s.store}, cfg.Now)
	door := s.door(t.Context())
	w := httptest.NewRecorder()
	door.ServeHTTP(w, httptest.NewRequest(http.MethodGet, PathHealth, nil))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "Ana") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	s.figs.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, PathMetrics, nil))
	for _, want := range []string{"patio_hub_store_unreadable 1", `patio_hub_requests_total{code="503",path="/healthz"} 1`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(log.String(), "91234") || !strings.Contains(log.String(), "health") {
		t.Errorf("%s", &log)
	}
}

func TestAPanicEndsOneRequestOnly(t *testing.T) {
	var log bytes.Buffer
	cfg := at(t.TempDir(), newClock())
	cfg.Log = zerolog.New(&log)
	s := open(t, cfg)
	defer closed(t, s)
	server := httptest.NewServer(s.watched(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == PathHealth {
			panic("Ana")
		}
		_, _ = io.WriteString(w, "well")
	})))
	defer server.Close()
	if answer, err := server.Client().Get(server.URL + PathHealth); err == nil {
		answer.Body.Close()
		t.Error("it was answered")
	}
	answer, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || strings.Contains(log.String(), "Ana") || !strings.Contains(log.String(), "panic") {
		t.Errorf("%d, %s", answer.StatusCode, &log)
	}
}

func TestOnlySoManyConnectionsAreOpen(t *testing.T) {
	under, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := atMost(under, 1)
	accepted := make(chan net.Conn)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", under.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one, two := dial(), dial()
	first := <-accepted
	select {
	case <-accepted:
		t.Fatal("two at once")
	case l.open <- struct{}{}:
		t.Fatal("there is room for another")
	default:
	}
	if err := errors.Join(first.Close(), first.Close()); err == nil {
		t.Error("closed twice without a word")
	}
	second := <-accepted
	if err := l.Close(); err != nil { // while it waits for room
		t.Error(err)
	}
	<-ended
	for _, c := range []net.Conn{one, two, second} {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A line that brings its body slowly, or never, keeps nobody else waiting.
func TestSlowLinesKeepNobodyWaiting(t *testing.T) {
	s := open(t, at(t.TempDir(), newClock()))
	defer closed(t, s)
	server := httptest.NewServer(s.door(t.Context()))
	defer server.Close()
	for range maxAtWork + 1 {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "POST "+protocol.PathPush+" HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n\r\nhalf"); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := server.Client().Post(server.URL+protocol.PathPush, protocol.ContentMessage, strings.NewReader("no message"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil || string(text) != string(protocol.CodeMalformed) || answer.StatusCode != http.StatusBadRequest {
		t.Errorf("%d %q, %v", answer.StatusCode, text, err)
	}
	answer, err = server.Client().Post(server.URL+protocol.PathPush, protocol.ContentMessage, bytes.NewReader(make([]byte, maxBody)))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body without end: %d", answer.StatusCode)
	}
	// What is cut off on its way is no message.
	w := httptest.NewRecorder()
	s.door(t.Context()).ServeHTTP(w, httptest.NewRequest(http.MethodPost, protocol.PathPull, failing{io.ErrUnexpectedEOF}))
	if w.Code != http.StatusBadRequest || w.Body.String() != string(protocol.CodeMalformed) {
		t.Errorf("a body cut off: %d %s", w.Code, w.Body)
	}
	ctx, gone := context.WithCancel(t.Context())
	gone()
	full := make(chan struct{})
	if enter(full, httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil)) {
		t.Error("an asker that went got a place")
	}
}

func TestTheSocketTellsFailuresWithTheirCause(t *testing.T) {
	dir, c := shortDir(t), newClock()
	s := open(t, at(dir, c))
	defer closed(t, s)
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan Served, 1), make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, Serving{Listen: "127.0.0.1:0"}, func(at Served) error { ready <- at; return nil })
	}()
	<-ready
	caller, err := Dial(t.Context(), at(dir, c))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := caller.(*remote); !ok {
		t.Fatalf("%T", caller)
	}
	var w Workspace
	wantCode(t, "no name", caller.Call(t.Context(), CreateWorkspace, Named{}, &w), crm.CodeRequired)
	err = caller.Call(t.Context(), CreateWorkspace, 7, &w)
	wantCode(t, "another message", err, crm.CodeInvalid)
	if err == nil || !strings.Contains(err.Error(), "cannot unmarshal") {
		t.Errorf("without its cause: %v", err)
	}
	wantCode(t, "a database", caller.Backup(t.Context(), io.Discard), "")
	if err := caller.Close(); err != nil {
		t.Error(err)
	}
	// Somebody else's answer is no command's.
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), at(dir, c)); crm.CodeOf(err) != crm.CodeLocked {
		t.Errorf("a held folder: %v", err)
	}
	if _, err := Dial(t.Context(), at(dir, c)); crm.CodeOf(err) != crm.CodeLocked {
		t.Errorf("a held folder that nobody serves: %v", err)
	}
}

func TestAddressesOfThisMachine(t *testing.T) {
	if got := ownAddresses(&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 8443}); !slices.Equal(got, []string{"https://10.1.2.3:8443"}) {
		t.Error(got)
	}
	for _, a := range ownAddresses(&net.TCPAddr{IP: net.IPv6unspecified, Port: 8443}) {
		if err := enroll.CheckAddress(a); err != nil {
			t.Error(err)
		}
	}
}

func TestTheCertificateLastsAndItsKeyIsPrivate(t *testing.T) {
	f, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	now := newClock().now
	c, err := f.certificate(now)
	if err != nil {
		t.Fatal(err)
	}
	if c.Leaf.NotAfter.Before(now.AddDate(10, 0, 0)) {
		t.Error(c.Leaf.NotAfter)
	}
	again, err := f.certificate(now)
	if err != nil || !bytes.Equal(pinOf(c), pinOf(again)) {
		t.Errorf("another one: %v", err)
	}
	if err := os.WriteFile(f.path(certName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.certificate(now); err == nil {
		t.Error("a damaged certificate was made anew: devices would take it for a stranger's")
	}
	if err := os.Remove(f.path(keyName)); err != nil {
		t.Fatal(err)
	}
	_, err = f.certificate(now)
	wantCode(t, "a lost key", err, crm.CodeNotFound)
}
