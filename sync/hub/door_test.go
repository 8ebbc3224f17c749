package hub_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

// served is a hub behind a real socket, with a device that joined over it.
func served(t *testing.T) (*shop, *httptest.Server, *client.Wire, *desk) {
	t.Helper()
	s := newShop(t)
	server := httptest.NewServer(s.Door(func(err error) { t.Errorf("inside: %v", err) }))
	t.Cleanup(server.Close)
	secret, err := s.Invite(t.Context(), s.ws, record.ID{}, nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	wire := &client.Wire{Address: server.URL, Workspace: s.ws, Client: server.Client()}
	number, err := wire.Join(t.Context(), secret, "Balcão", client.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	return s, server, wire, &desk{s: s, key: wire.Key, ask: protocol.Ask{Protocol: protocol.Newest, Workspace: s.ws, Replica: number}}
}

func TestADeviceHearsOverTheWireThatThereIsSomethingNew(t *testing.T) {
	s, _, wire, d := served(t)
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan struct{}, 10), make(chan error, 1)
	go func() { ended <- wire.Listen(ctx, d.heard(), func(*protocol.Word) { heard <- struct{}{} }) }()
	wait := func(what string) {
		t.Helper()
		select {
		case <-heard:
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(20 * time.Second):
			t.Fatal(what)
		}
	}
	wait("nothing at the beginning")
	pushed, err := wire.Push(ctx, d.frame(whole(one, state(d.ask.Replica, 1, 1, "Ana"))))
	if err != nil || pushed.Verdicts[0].Status != protocol.Accepted {
		t.Fatal(pushed, err)
	}
	wait("nothing after a push")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	if err := s.Revoke(t.Context(), s.ws, d.ask.Replica); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "revoked", wire.Listen(t.Context(), d.heard(), func(*protocol.Word) {}), protocol.CodeRevoked)
	wire.Key = nil
	wantCode(t, "without a secret", wire.Listen(t.Context(), d.heard(), func(*protocol.Word) {}), protocol.CodeUnknown)
}

func bearerOf(key []byte) string { return "Bearer " + base64.RawURLEncoding.EncodeToString(key) }

// early is a listener's line on which something moves while a word is sent.
type early struct {
	http.ResponseWriter
	words chan string
	first func()
}

func (e *early) Flush() {}
func (e *early) Write(b []byte) (int, error) {
	if e.first != nil {
		e.first()
		e.first = nil
	}
	e.words <- string(b)
	return len(b), nil
}

func TestWhatMovesWhileAWordIsSentIsToldAgain(t *testing.T) {
	s, _, wire, d := served(t)
	ctx, cancel := context.WithCancel(t.Context())
	ask, err := protocol.AskedBy(d.ask)
	if err != nil {
		t.Fatal(err)
	}
	address := protocol.PathLive + "?ask=" + ask
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	r.Header.Set("Authorization", bearerOf(wire.Key))
	line := &early{httptest.NewRecorder(), make(chan string, 10), func() { d.mustPush(whole(one, state(d.ask.Replica, 1, 1, "Ana"))) }}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Door(func(err error) { t.Errorf("inside: %v", err) }).ServeHTTP(line, r)
	}()
	for _, want := range []string{"event: moved", "event: told"} {
		select {
		case word := <-line.words:
			if !strings.HasPrefix(word, want) {
				t.Errorf("heard %q", word)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("not told")
		}
	}
	d.mustPush(whole(one, state(d.ask.Replica, 2, 1, "Bia"))) // and it goes within the rest after a word
	cancel()
	<-ended
}

func TestTheDoorRefusesWhatIsNoRequest(t *testing.T) {
	s, server, wire, d := served(t)
	for name, c := range map[string]struct {
		method, path string
		body         []byte
		status       int
		code         protocol.Code
	}{
		"no message":             {"POST", protocol.PathPush, []byte("x"), 400, protocol.CodeMalformed},
		"no body":                {"POST", protocol.PathPull, nil, 400, protocol.CodeMalformed},
		"a body without end":     {"POST", protocol.PathPush, make([]byte, 5<<20), 413, protocol.CodeTooLarge},
		"another workspace":      {"POST", protocol.PathPull, frameOf(t, &protocol.Pull{Ask: protocol.Ask{Protocol: protocol.Newest, Workspace: record.ID{9}}}), 401, protocol.CodeUnknown},
		"a join without a code":  {"POST", protocol.PathJoin, frameOf(t, &protocol.Join{Protocol: protocol.Newest, Workspace: s.ws}), 401, protocol.CodeInvite},
		"a join by a new client": {"POST", protocol.PathJoin, frameOf(t, &protocol.Join{Protocol: protocol.Newest + 1, Workspace: s.ws}), 426, protocol.CodeHubOld},
		"a join with a novel":    {"POST", protocol.PathJoin, frameOf(t, &protocol.Join{Protocol: protocol.Newest, Workspace: s.ws, Name: string(make([]byte, 500))}), 400, protocol.CodeMalformed},
		"a stream of nothing":    {"GET", protocol.PathLive, nil, 400, protocol.CodeMalformed},
		"a wait for nothing":     {"GET", protocol.PathWait, nil, 400, protocol.CodeMalformed},
		"another method":         {"GET", protocol.PathPush, nil, 405, ""},
		"another path":           {"GET", "/", nil, 404, ""},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, bytes.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		if err := errors.Join(err, answer.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if answer.StatusCode != c.status || c.code != "" && string(text) != string(c.code) {
			t.Errorf("%s: %d %q", name, answer.StatusCode, text)
		}
	}
	// A page of somebody else's, such as a hotel's, is no answer and no refusal.
	hotel := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html>Welcome! Please sign in.</html>")
	}))
	defer hotel.Close()
	wire.Address = hotel.URL
	if _, err := wire.Push(t.Context(), d.frame(whole(one, state(d.ask.Replica, 1, 1, "Ana")))); !errors.Is(err, client.ErrNoAnswer) {
		t.Errorf("a sign-in page: %v", err)
	}
}

func frameOf(t *testing.T, message any) []byte {
	t.Helper()
	frame, err := protocol.Encode(message)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

var _ hub.Policy = open{}
