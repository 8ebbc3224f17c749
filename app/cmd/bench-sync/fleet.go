package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"patio/app/hubd"
	"patio/sync/record"
)

// fleetPlan is what many devices do.
type fleetPlan struct {
	shops, each int
	every       time.Duration // between two saves of a device
	warmUp      time.Duration // before it counts
	lasts       time.Duration
	postgres    bool
}

// Of a fleet: how many leads a shop has, and how many shops join at once.
const (
	shopLeads = 20
	joining   = 8
)

// fleet is many devices of one workspace on one hub.
type fleet struct {
	plan  fleetPlan
	hub   *server
	shops []*shop

	mu     sync.Mutex
	saves  map[record.ID]*watched
	acked  []time.Duration
	seen   []time.Duration
	errors int
	since  time.Time // saves before it don't count
	wanted int       // how often the saves that count are to be seen
	first  error     // of what failed
}

// watched is a save on its way to the shop's others.
type watched struct {
	by      *device
	at      time.Time
	counts  bool
	reached map[*device]bool
}

// fleet measures many devices on one hub: each saves now and then, and then,
// after the hub was away, all at once.
func (b *bench) fleet(ctx context.Context, plan fleetPlan) (err error) {
	database, kind := "", "SQLite"
	if plan.postgres {
		var stop func() error
		if database, stop, err = postgres(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
		kind = "PostgreSQL"
	}
	f := &fleet{plan: plan, saves: map[record.ID]*watched{}}
	if f.hub, err = b.newServer(ctx, database); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.hub.stop()) }()
	if err := f.enrolAll(ctx); err != nil {
		return err
	}
	defer f.each(func(d *device) { d.wire.Client.CloseIdleConnections() })
	steady, err := f.steady(ctx)
	if err != nil {
		return err
	}
	steady["store"] = kind
	if err := b.emit("fleet.steady", steady); err != nil {
		return err
	}
	outage, err := f.outage(ctx)
	if err != nil {
		return err
	}
	outage["store"] = kind
	return b.emit("fleet.outage", outage)
}

// enrolAll makes the shops, their devices and their leads.
func (f *fleet) enrolAll(ctx context.Context) error {
	for i := range f.plan.shops {
		s := &shop{id: newID(), user: fmt.Sprintf("Loja %d", i)}
		if err := f.hub.call(ctx, hubd.AddUser, hubd.NewUser{Workspace: workspace, Name: s.user, Role: "seller", Shops: []string{text(s.id)}}, &hubd.User{}); err != nil {
			return err
		}
		f.shops = append(f.shops, s)
	}
	err := f.all(joining, func(s *shop) error {
		for i := range f.plan.each {
			d, err := f.enrol(ctx, s, fmt.Sprintf("PC %d", i))
			if err != nil {
				return err
			}
			s.devices = append(s.devices, d)
		}
		if err := s.devices[0].stock(shopLeads); err != nil {
			return err
		}
		for _, d := range s.devices {
			if err := d.agree(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// all runs g on the shops, so many at once.
func (f *fleet) all(atOnce int, g func(*shop) error) error {
	places := make(chan struct{}, atOnce)
	failed := make([]error, len(f.shops))
	var working sync.WaitGroup
	for i, s := range f.shops {
		places <- struct{}{}
		working.Go(func() {
			defer func() { <-places }()
			failed[i] = g(s)
		})
	}
	working.Wait()
	return errors.Join(failed...)
}

func (f *fleet) each(g func(*device)) {
	for _, s := range f.shops {
		for _, d := range s.devices {
			g(d)
		}
	}
}

// soon is how long a device waits before it tries again, with jitter.
func (f *fleet) soon() time.Duration { return 250*time.Millisecond + rand.N(time.Second) }

// began, answered and saw follow a save.
func (f *fleet) began(d *device, s saved) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := &watched{by: d, at: s.at, counts: !f.since.IsZero() && !s.at.Before(f.since), reached: map[*device]bool{}}
	f.saves[s.event] = w
	if w.counts {
		f.wanted += len(d.shop.devices) - 1
	}
}

func (f *fleet) answered(list []saved) {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range list {
		if w := f.saves[s.event]; w != nil && w.counts {
			f.acked = append(f.acked, now.Sub(f.begin(w)))
		}
	}
}

func (f *fleet) saw(d *device) {
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range d.news {
		w := f.saves[id]
		if w == nil || w.by == d || w.reached[d] {
			continue
		}
		w.reached[d] = true
		if w.counts {
			f.seen = append(f.seen, now.Sub(f.begin(w)))
		}
	}
}

// begin is when a save counts from: one that was made before the hub was back
// counts from then.
func (f *fleet) begin(w *watched) time.Time {
	if w.at.Before(f.since) {
		return f.since
	}
	return w.at
}

func (f *fleet) failed(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errors++
	if f.first == nil {
		f.first = err
	}
}

// settled says whether all that counts was seen.
func (f *fleet) settled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.seen) == f.wanted
}

// settle waits until it was, or gives up.
func (f *fleet) settle(ctx context.Context) {
	for deadline := time.Now().Add(patience); !f.settled() && time.Now().Before(deadline); {
		if !pause(ctx, 50*time.Millisecond) {
			return
		}
	}
}

// reset begins to count anew, from a moment on; what is still under way doesn't.
func (f *fleet) reset(since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.saves)
	f.since, f.acked, f.seen, f.errors, f.wanted, f.first = since, nil, nil, 0, 0, nil
}

// figures are what was counted.
func (f *fleet) figures(lasted time.Duration, hubBefore, ownBefore float64) (row, error) {
	peak, hubCPU, err := f.hub.memory()
	if err != nil {
		return nil, err
	}
	_, ownCPU, err := process(os.Getpid())
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := row{"devices": f.plan.shops * f.plan.each, "shops": f.plan.shops, "errors": f.errors, "unseen": f.wanted - len(f.seen), "hub_mb": peak,
		"hub_cpu": (hubCPU - hubBefore) / lasted.Seconds(), "devices_cpu": (ownCPU - ownBefore) / lasted.Seconds(), "lasted_s": lasted.Seconds()}
	if f.first != nil {
		r["error"] = f.first.Error()
	}
	return r.spread("acked_", f.acked).spread("seen_", f.seen), nil
}

// steady lets each device save again and again, at its own beat.
func (f *fleet) steady(ctx context.Context) (row, error) {
	working, stop := context.WithCancel(ctx)
	defer stop()
	begun := time.Now()
	f.reset(begun.Add(f.plan.warmUp))
	var listeners, workers sync.WaitGroup
	last := begun.Add(f.plan.warmUp + f.plan.lasts)
	f.each(func(d *device) {
		listeners.Go(func() { d.listen(working) })
		workers.Go(func() { d.work(working, begun.Add(rand.N(f.plan.every)), last) })
	})
	if !pause(ctx, time.Until(begun.Add(f.plan.warmUp))) {
		return nil, ctx.Err()
	}
	_, hubBefore, err := f.hub.memory()
	if err != nil {
		return nil, err
	}
	_, ownBefore, err := process(os.Getpid())
	if err != nil {
		return nil, err
	}
	if !pause(ctx, time.Until(last)) {
		return nil, ctx.Err()
	}
	r, err := f.figures(f.plan.lasts, hubBefore, ownBefore)
	f.settle(ctx)
	stop()
	workers.Wait()
	listeners.Wait()
	if err != nil {
		return nil, err
	}
	all, err := f.figures(f.plan.lasts, hubBefore, ownBefore)
	for _, busy := range []string{"hub_cpu", "devices_cpu"} { // of the time that counts alone
		if err == nil {
			all[busy] = r[busy]
		}
	}
	return all, err
}

// work saves at its beat until last, and syncs after each save and after the
// hub's word.
func (d *device) work(ctx context.Context, due, last time.Time) {
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	for again := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			if due.Before(last) {
				if err := d.save(d.shop.leads[rand.IntN(len(d.shop.leads))], due); err != nil {
					d.fleet.failed(err)
				}
				due = due.Add(d.fleet.plan.every)
				timer.Reset(time.Until(due))
			}
		case <-d.moved:
		case <-after(again):
		}
		again = d.attempt(ctx)
	}
}

// attempt syncs once and answers when to try again; 0 is not by itself.
func (d *device) attempt(ctx context.Context) time.Duration {
	err := d.agree(ctx)
	if err == nil || ctx.Err() != nil {
		return 0
	}
	d.fleet.failed(err)
	return d.fleet.soon()
}

// after answers a channel that hears after a time, never after none.
func after(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}

// outage stops the hub, has every device save, starts the hub, and lets all
// come in the moment when it answers.
func (f *fleet) outage(ctx context.Context) (row, error) {
	at := f.hub.at.Listen
	if err := f.hub.stop(); err != nil {
		return nil, err
	}
	f.each(func(d *device) { d.wire.Client.CloseIdleConnections() })
	begun := time.Now()
	f.reset(begun)
	for _, s := range f.shops {
		for i, d := range s.devices {
			if err := d.save(s.leads[i%len(s.leads)], time.Now()); err != nil {
				return nil, err
			}
		}
	}
	if err := f.hub.start(ctx, at); err != nil {
		return nil, err
	}
	_, ownBefore, err := process(os.Getpid())
	if err != nil {
		return nil, err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	back := time.Now()
	f.mu.Lock()
	f.since = back // what was saved meanwhile counts from here
	f.mu.Unlock()
	var busy sync.WaitGroup
	f.each(func(d *device) {
		busy.Go(func() { d.listen(working) })
		busy.Go(func() {
			for again := d.attempt(working); ; again = d.attempt(working) {
				select {
				case <-working.Done():
					return
				case <-d.moved:
				case <-after(again):
				}
			}
		})
	})
	f.settle(ctx)
	r, err := f.figures(time.Since(back), 0, ownBefore)
	stop()
	busy.Wait()
	return r, err
}
