package hub_test

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/record"
)

// listener is a device that hears of what moves.
type listener struct {
	*desk
	heard chan struct{}
}

func (s *shop) listen(scopes ...record.ID) *listener {
	s.t.Helper()
	server := httptest.NewServer(s.Door(func(err error) { s.t.Errorf("inside: %v", err) }))
	s.t.Cleanup(server.Close)
	l := &listener{s.join(scopes...), make(chan struct{}, 100)}
	wire := &client.Wire{Address: server.URL, Workspace: s.ws, Key: l.key, Client: server.Client()}
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = wire.Listen(ctx, l.ask.Replica, func() { l.heard <- struct{}{} })
	}()
	s.t.Cleanup(func() { cancel(); <-ended })
	l.hears("that it listens")
	return l
}

func (l *listener) hears(what string) {
	l.s.t.Helper()
	select {
	case <-l.heard:
	case <-time.After(20 * time.Second):
		l.s.t.Fatalf("not told: %s", what)
	}
}

// quiet fails if anything was told that was not awaited. Call it when a later
// word has arrived: words come in order.
func (l *listener) quiet(what string) {
	l.s.t.Helper()
	select {
	case <-l.heard:
		l.s.t.Errorf("told: %s", what)
	default:
	}
}

func TestOnlyThoseWhoSeeItAreToldThatSomethingMoved(t *testing.T) {
	s := newFamily(t)
	ana, bia, all := s.listen(shopA), s.listen(shopB), s.listen(protocol.Everything)
	eva := s.join(shopA, shopB)
	eva.put(deal, rid(1), map[record.Key]string{fieldShop: "a"})
	ana.hears("a deal in her shop")
	all.hears("a deal in a shop")
	eva.put(deal, rid(1), map[record.Key]string{fieldShop: "b"})
	ana.hears("a deal that left her shop")
	bia.hears("a deal that came")
	all.hears("a deal that moved")
	bia.quiet("a deal of another shop")
	if err := s.Erase(t.Context(), s.ws, []record.ID{rid(1)}); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*listener{ana, bia, all} {
		l.hears("what was erased, wherever it was")
		l.quiet("twice the same")
	}
}

func TestANewGrantIsToldAndHeardBy(t *testing.T) {
	s := newFamily(t)
	ana, eva := s.listen(shopA), s.join(shopB)
	if err := s.Grant(t.Context(), s.ws, ana.ask.Replica, []record.ID{shopA, shopB}); err != nil {
		t.Fatal(err)
	}
	ana.hears("that she sees another shop")
	eva.put(deal, rid(1), map[record.Key]string{fieldShop: "b"})
	ana.hears("a deal of that shop")
}
