package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/leads"
)

// seen times how long after a save begins on one PC another one shows it, each
// while its program runs and nobody does anything but save. The pauses between
// are the floor's.
func (b *bench) seen(ctx context.Context, first, second *pc, ids []string, times int) error {
	arrived := make(chan string, 64)
	defer second.store.Subscribe(func(c crm.Change, _ bool) {
		if c.Label == "sync" {
			for _, id := range c.LeadIDs {
				arrived <- id
			}
		}
	})()
	for _, p := range []*pc{first, second} {
		p.sync.Start()
		if err := p.rest(ctx); err != nil {
			return err
		}
	}
	var took []time.Duration
	for i := range times + warm {
		one, err := arrive(ctx, first, ids[i%len(ids)], fmt.Sprintf("Polo %d", i), arrived)
		if err != nil {
			return err
		}
		if i >= warm {
			took = append(took, one)
		}
		if !pause(ctx, time.Duration(20+i%7*5)*time.Millisecond) {
			return ctx.Err()
		}
	}
	return b.emit("seen", row{}.spread("", took))
}

// warm is how many edits pass before they count.
const warm = 10

// patience is how long anything may take to arrive before it counts as lost.
const patience = 30 * time.Second

func arrive(ctx context.Context, from *pc, id, vehicle string, arrived <-chan string) (time.Duration, error) {
	start := time.Now()
	if _, err := leads.Update(ctx, from.store, id, leads.Patch{Vehicle: &vehicle}); err != nil {
		return 0, err
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case got := <-arrived:
			if got == id {
				return time.Since(start), nil
			}
		case <-late.C:
			return 0, fmt.Errorf("an edit did not arrive within %v", patience)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// rest waits until a PC agrees with the hub and listens to it.
func (p *pc) rest(ctx context.Context) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		st, err := p.sync.Status(ctx)
		if err != nil {
			return err
		}
		if st.Phase == syncing.PhaseIdle && st.Waiting == 0 && st.Synced > 0 {
			return nil
		}
		if slices.Contains([]syncing.Phase{syncing.PhaseStopped, syncing.PhaseRemovals}, st.Phase) {
			return fmt.Errorf("a PC came to no rest: %s", st.Phase)
		}
		if !pause(ctx, 20*time.Millisecond) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("a PC came to no rest within %v", patience)
}
