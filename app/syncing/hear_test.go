package syncing

import (
	"context"
	"testing"
	"time"

	"patio/sync/protocol"
)

// listens answers the next word that a PC's hub says of something.
func (p *pc) listens() <-chan *protocol.Word {
	p.t.Helper()
	heard, err := p.sync.local.Past(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(p.t.Context())
	said, begun, ended := make(chan *protocol.Word, 10), make(chan struct{}, 10), make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.sync.line().Listen(ctx, heard, func(w *protocol.Word) { // it ends with the test
			if w == nil {
				begun <- struct{}{}
			} else {
				said <- w
			}
		})
	}()
	p.t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-begun:
	case <-time.After(20 * time.Second):
		p.t.Fatal("the stream doesn't begin")
	}
	return said
}

func TestWhatTheHubTellsIsThereWithoutAsking(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.joinAs(hub.code(), "PC do escritório")
	b.joinAs(hub.codeFor("Bia", "admin"), "PC do balcão")
	a.agree()
	b.agree()
	said := b.listens()
	a.write(id, "Polo")
	a.agree()
	var word *protocol.Word
	select {
	case word = <-said:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was said")
	}
	before := b.status().Synced
	b.sync.cfg.Now = func() time.Time { return time.UnixMilli(before + 5000) }
	if !b.sync.hear(t.Context(), word) || b.vehicle(id) != "Polo" {
		t.Errorf("it has %q", b.vehicle(id))
	}
	if st := b.status(); st.Synced != before+5000 || st.Phase != PhaseIdle {
		t.Errorf("%+v", st)
	}
	if !b.sync.hear(t.Context(), word) {
		t.Error("what it has is to be pulled")
	}
	// A word from further on is pulled.
	word.From += 5
	if b.sync.hear(t.Context(), word) {
		t.Error("it leaves a gap")
	}
	// So is any while the last sync failed: that one has its reasons.
	hub.stop()
	_, _ = b.sync.Sync(t.Context()) // the hub isn't there
	word.From -= 5
	if b.sync.hear(t.Context(), word) {
		t.Error("heard while it is offline")
	}
}
