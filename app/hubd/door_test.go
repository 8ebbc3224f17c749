package hubd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/sync/enroll"
	"patio/sync/protocol"
	"patio/sync/record"
)

// brittle is a store that can't be read.
type brittle struct{ backing }

var errBroken = errors.New("broken: Ana 11 91234-5678")

func (brittle) Workspaces(context.Context) ([]record.ID, error) { return nil, errBroken }

func (brittle) Size(context.Context) (int64, error) { return 0, errBroken }

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
	if got := OwnAddresses("10.1.2.3:8443"); !slices.Equal(got, []string{"https://10.1.2.3:8443"}) {
		t.Error(got)
	}
	for _, a := range OwnAddresses("[::]:8443") {
		if err := enroll.CheckAddress(a); err != nil {
			t.Error(err)
		}
	}
}
