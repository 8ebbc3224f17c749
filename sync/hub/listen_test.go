package hub_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
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
		_ = wire.Listen(ctx, l.desk.heard(), func(*protocol.Word) { l.heard <- struct{}{} })
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

// ear is a device that listens, without a wire.
func (s *shop) ear(d *desk) *hub.Ear {
	s.t.Helper()
	e, err := s.Listen(s.t.Context(), d.key, d.ask)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(e.Close)
	return e
}

// said answers the rows that an ear is told of; moved says that it is to pull.
func (s *shop) said(e *hub.Ear) (rows []protocol.Row, moved bool) {
	s.t.Helper()
	text, err := e.Say(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	var stream protocol.Stream
	for line := range strings.Lines(text) {
		w, ended := stream.Line(strings.TrimSuffix(line, "\n"))
		if ended && w == nil {
			return nil, true
		}
		if ended {
			for i := range w.Commits {
				rows = append(rows, w.Commits[i].Rows...)
			}
		}
	}
	return rows, false
}

func TestAWordTellsWhatItsListenerMaySee(t *testing.T) {
	s := newFamily(t)
	ana, all, eva := s.join(shopA), s.join(protocol.Everything), s.join(shopA, shopB)
	hers, everything, own := s.ear(ana), s.ear(all), s.ear(eva)
	wants := func(what string, e *hub.Ear, want ...record.ID) {
		t.Helper()
		rows, moved := s.said(e)
		var got []record.ID
		for _, row := range rows {
			got = append(got, row.ID)
		}
		if moved || !slices.Equal(got, want) {
			t.Errorf("%s: %v, moved %v", what, got, moved)
		}
	}
	pulls := func(what string, e *hub.Ear) {
		t.Helper()
		if rows, moved := s.said(e); !moved {
			t.Errorf("%s: %v", what, rows)
		}
	}
	eva.put(deal, rid(1), map[record.Key]string{fieldShop: "a"})
	eva.put(deal, rid(2), map[record.Key]string{fieldShop: "b"})
	wants("her shop's", hers, rid(1))
	wants("all", everything, rid(1), rid(2))
	wants("who said no marks is told of its own", own, rid(1), rid(2))
	eva.put(deal, rid(1), map[record.Key]string{fieldShop: "b"})
	pulls("what left", hers)
	wants("what moved, in sight of both", everything, rid(1))
	eva.put(deal, rid(2), map[record.Key]string{fieldShop: "b"})
	wants("another shop's", hers)
	if err := s.Erase(t.Context(), s.ws, []record.ID{rid(1)}); err != nil {
		t.Fatal(err)
	}
	pulls("what was erased", hers)
	pulls("what was erased, to all", everything)
}

func TestWhoMayListenNoMoreIsToldNothing(t *testing.T) {
	s := newFamily(t)
	ana, eva := s.join(shopA), s.join(shopA)
	hers := s.ear(ana)
	if err := s.Revoke(t.Context(), s.ws, ana.ask.Replica); err != nil {
		t.Fatal(err)
	}
	eva.put(deal, rid(1), map[record.Key]string{fieldShop: "a"})
	_, err := hers.Say(t.Context())
	wantCode(t, "revoked", err, protocol.CodeRevoked)
}

// What is told after would else be all the proof that a device has.
func TestAStreamIsOfTheHubThatTheDeviceHeardOf(t *testing.T) {
	s := newFamily(t)
	ana := s.join(shopA)
	ana.put(deal, rid(1), map[record.Key]string{fieldShop: "a"})
	ana.ask.Head.Token++
	_, err := s.Listen(t.Context(), ana.key, ana.ask)
	wantCode(t, "a head that this hub never had", err, protocol.CodeEpoch)
}
