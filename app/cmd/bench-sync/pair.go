package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pairPlan is what two PCs do.
type pairPlan struct {
	file  string
	n     int // leads
	edits int // of each PC while both are away; 0: none
	seen  int // edits that are watched; 0: none
	idle  int // syncs that change nothing
}

// pair measures two PCs and a hub: the first upload and the first download of
// leads, syncs that change nothing, what two edited apart, and how soon one
// sees what the other wrote.
func (b *bench) pair(ctx context.Context, plan pairPlan) (err error) {
	leads, err := readLeads(plan.file, plan.n)
	if err != nil {
		return err
	}
	hub, err := b.newServer(ctx, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hub.stop()) }()
	first, err := b.newPC(ctx, "first")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, first.close()) }()
	ids, err := first.fill(ctx, leads)
	if err != nil {
		return err
	}
	if err := first.searched(ctx); err != nil {
		return err
	}
	if err := b.upload(ctx, hub, first, len(ids)); err != nil {
		return err
	}
	second, err := b.newPC(ctx, "second")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, second.close()) }()
	if err := b.download(ctx, hub, second, len(ids)); err != nil {
		return err
	}
	if err := b.idle(ctx, second, len(ids), plan.idle); err != nil {
		return err
	}
	if plan.edits > 0 {
		if err := b.diverge(ctx, first, second, ids, plan.edits); err != nil {
			return err
		}
	}
	if plan.seen == 0 {
		return nil
	}
	return b.seen(ctx, first, second, ids, plan.seen)
}

// upload times the first sync of a PC that worked alone; what joining itself
// takes stands apart.
func (b *bench) upload(ctx context.Context, hub *server, p *pc, n int) error {
	start := time.Now()
	if err := p.join(ctx, hub, "Balcão"); err != nil {
		return err
	}
	joined := time.Since(start)
	up, down, err := hub.carried(ctx)
	if err != nil {
		return err
	}
	r, took, err := p.agree(ctx)
	if err != nil {
		return err
	}
	upAfter, downAfter, err := hub.carried(ctx)
	if err != nil {
		return err
	}
	if r.Pushed < 2*n || r.Refused > 0 {
		return fmt.Errorf("upload: %+v of %d leads", r, n)
	}
	peak, cpu, err := hub.memory()
	if err != nil {
		return err
	}
	return b.emit("upload", row{"n": n, "wall_s": took.Seconds(), "join_s": joined.Seconds(), "records": r.Pushed,
		"up_mb": mega(upAfter - up), "down_mb": mega(downAfter - down), "hub_mb": peak, "hub_cpu_s": cpu})
}

// download times the first sync of a PC that was just installed.
func (b *bench) download(ctx context.Context, hub *server, p *pc, n int) error {
	if err := p.join(ctx, hub, "Pátio"); err != nil {
		return err
	}
	up, down, err := hub.carried(ctx)
	if err != nil {
		return err
	}
	r, took, err := p.agree(ctx)
	if err != nil {
		return err
	}
	upAfter, downAfter, err := hub.carried(ctx)
	if err != nil {
		return err
	}
	if have, err := p.held(ctx); err != nil || have != n {
		return errors.Join(err, fmt.Errorf("download: %d leads, want %d", have, n))
	}
	start := time.Now()
	if err := p.searched(ctx); err != nil {
		return err
	}
	return b.emit("download", row{"n": n, "wall_s": took.Seconds(), "search_s": time.Since(start).Seconds(), "records": r.Pulled,
		"up_mb": mega(upAfter - up), "down_mb": mega(downAfter - down)})
}

// idle times syncs that change nothing.
func (b *bench) idle(ctx context.Context, p *pc, n, times int) error {
	took := make([]time.Duration, 0, times)
	for range times {
		r, one, err := p.agree(ctx)
		if err != nil {
			return err
		}
		if r.Pushed+r.Pulled > 0 && len(took) > 0 {
			return fmt.Errorf("a sync that changes nothing moved something: %+v", r)
		}
		took = append(took, one)
	}
	return b.emit("idle", row{"n": n}.spread("", took))
}

func mega(n int64) float64 { return float64(n) / 1e6 }
