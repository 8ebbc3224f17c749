package replica

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"patio/backend/leads"
	"patio/sync/client"
	"patio/sync/protocol"
)

// pages is the way to a hub that knows which page follows another.
type pages struct {
	wire
	more  atomic.Bool                          // the last page has another behind it
	asked chan struct{}                        // for each page behind another
	next  func(ctx context.Context) (ok error) // of it, if it isn't to come
}

func (p *pages) Pull(ctx context.Context, pull *protocol.Pull) (*protocol.Page, error) {
	if p.more.Swap(false) {
		p.asked <- struct{}{}
		if p.next != nil {
			if err := p.next(ctx); err != nil {
				return nil, err
			}
		}
	}
	page, err := p.wire.Pull(ctx, pull)
	if err == nil {
		p.more.Store(page.More)
	}
	return page, err
}

// taking takes the first page that has another behind it in once that was asked for.
type taking struct {
	local
	hub    *pages
	took   bool
	failed error // instead
}

func (t *taking) Update(ctx context.Context, f func(client.Tx) error) error {
	if t.took || !t.hub.more.Load() && len(t.hub.asked) == 0 {
		return t.local.Update(ctx, f)
	}
	t.took = true
	select {
	case <-t.hub.asked:
	case <-time.After(10 * time.Second):
		return errors.New("the next page waits for the one before")
	}
	if t.failed != nil {
		return t.failed
	}
	return t.local.Update(ctx, f)
}

// A hub with more than a page of leads, and PCs that have none.
func TestAPageIsFetchedWhileTheOneBeforeIsTakenIn(t *testing.T) {
	w := newWorld(t, 1, 3, false)
	w.calm = true
	has, calm, troubled := w.pcs[0], w.pcs[1], w.pcs[2]
	for i := range protocol.MaxRecords/2 + 10 { // each with its contact
		has.must(leads.Create(context.Background(), has.s, leads.New{Name: fmt.Sprint("Ana ", i), Phone: fmt.Sprintf("1193%07d", i)}))
	}
	for _, p := range w.pcs {
		p.skew = 0
		p.join()
	}
	has.sync()
	hubOf := func(p *pc, next func(context.Context) error) *pages {
		return &pages{wire: wire{p}, asked: make(chan struct{}, 100), next: next}
	}
	sync := func(p *pc, local client.Local, hub client.Hub) (client.Result, error) {
		return client.New(local, hub, p.clock).Sync(t.Context())
	}

	hub := hubOf(calm, nil)
	if r, err := sync(calm, &taking{local: local{calm.local(), calm}, hub: hub}, hub); err != nil || r.Pulled <= protocol.MaxRecords {
		t.Fatalf("%+v: %v", r, err)
	}

	// One that can't be taken in ends the one behind.
	failed := errors.New("the disk is full")
	hub = hubOf(troubled, func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if _, err := sync(troubled, &taking{local: local{troubled.local(), troubled}, hub: hub, failed: failed}, hub); !errors.Is(err, failed) {
		t.Fatal(err)
	}

	// One that doesn't come is asked for again.
	lost := false
	hub = hubOf(troubled, func(context.Context) error {
		if lost {
			return nil
		}
		lost = true
		return errLost
	})
	if r, err := sync(troubled, local{troubled.local(), troubled}, hub); err != nil || !lost || r.Pulled <= protocol.MaxRecords {
		t.Fatalf("%+v, lost %v: %v", r, lost, err)
	}
	w.all()
	w.check()
}
