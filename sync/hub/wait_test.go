package hub_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/protocol"
)

func TestWhoWaitsIsAnsweredWhenSomethingMoves(t *testing.T) {
	s, server, wire, d := served(t)
	me := d.ask.Replica
	waits := func(what string, head uint64, within time.Duration, want bool) {
		t.Helper()
		if moved, err := wire.Wait(t.Context(), me, head, within); err != nil || moved != want {
			t.Errorf("%s: %v, %v", what, moved, err)
		}
	}
	waits("nothing moved", 0, time.Millisecond, false)
	type answer struct {
		moved bool
		err   error
	}
	answered := make(chan answer, 1)
	waiting := func(head uint64) {
		go func() {
			moved, err := wire.Wait(t.Context(), me, head, 0)
			answered <- answer{moved, err}
		}()
	}
	told := func(what string) {
		t.Helper()
		select {
		case a := <-answered:
			if a.err != nil || !a.moved {
				t.Errorf("%s: %+v", what, a)
			}
		case <-time.After(20 * time.Second):
			t.Fatal(what)
		}
	}
	waiting(0)
	d.mustPush(whole(one, state(me, 1, 1, "Ana")))
	told("a push")
	waits("what moved before", 0, 0, true)
	waits("a head of another hub", 99, 0, true)
	head := d.ask.Head.Seq
	waits("nothing since", head, time.Millisecond, false)
	// A revocation moves no head. Whoever waits hears of it, or is refused when
	// it asks only then.
	waiting(head)
	if err := s.Revoke(t.Context(), s.ws, me); err != nil {
		t.Fatal(err)
	}
	select {
	case a := <-answered:
		if !a.moved {
			wantCode(t, "late", a.err, protocol.CodeRevoked)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("a revocation")
	}
	wantCode(t, "revoked", errOf(wire.Wait(t.Context(), me, head, 0)), protocol.CodeRevoked)
	for _, query := range []string{"", "&head=x", "&head=0&within=soon"} {
		other := s.joinAs(admin, "Escritório")
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("%s%s?workspace=%x&replica=%d%s", server.URL, protocol.PathWait, s.ws, other.ask.Replica, query), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", bearerOf(other.key))
		got, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(got.Body)
		if err := errors.Join(err, got.Body.Close()); err != nil || string(text) != string(protocol.CodeMalformed) {
			t.Errorf("%q: %q, %v", query, text, err)
		}
	}
}

// held is a proxy that keeps each answer until it is whole.
func held(t *testing.T, to string) *httptest.Server {
	t.Helper()
	at, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(at) },
		ModifyResponse: func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			return err
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }, // who asked is gone
	})
	t.Cleanup(proxy.Close)
	return proxy
}

func TestBehindAProxyThatHoldsStreamsBackWaitingGetsThrough(t *testing.T) {
	_, server, wire, d := served(t)
	proxy := held(t, server.URL)
	far := &client.Wire{Address: proxy.URL, Workspace: wire.Workspace, Key: wire.Key, Client: proxy.Client(), Silence: 50 * time.Millisecond}
	err := far.Listen(t.Context(), d.heard(), func(*protocol.Word) { t.Error("a word got through") })
	if err != client.ErrSilent {
		t.Errorf("it ended with %v", err)
	}
	d.mustPush(whole(one, state(d.ask.Replica, 1, 1, "Ana")))
	if moved, err := far.Wait(t.Context(), d.ask.Replica, 0, 0); err != nil || !moved {
		t.Errorf("%v, %v", moved, err)
	}
	// A hub that isn't reached is none that is silent.
	proxy.Close()
	if err := far.Listen(t.Context(), d.heard(), func(*protocol.Word) {}); err == nil || err == client.ErrSilent {
		t.Errorf("without a hub: %v", err)
	}
}

// A PC slept, or the way there is gone: the connection is there, as far as
// anybody here knows, and nothing comes any more.
func TestAStreamThatGoesSilentEnds(t *testing.T) {
	over := make(chan struct{})
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "event: moved\ndata:\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	defer hub.Close()
	defer close(over)
	wire := &client.Wire{Address: hub.URL, Client: hub.Client(), Silence: time.Minute, Gap: 50 * time.Millisecond}
	words := 0
	if err := wire.Listen(t.Context(), client.Meta{}, func(*protocol.Word) { words++ }); err == nil || err == client.ErrSilent || words != 1 {
		t.Errorf("%d words, %v", words, err)
	}
}
