//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"patio/sync/hub/pgstore/pgtest"
	"patio/sync/protocol"
	"patio/sync/record"
)

// A hub is killed again and again while devices push: what it answered is there
// afterwards, what it didn't answer is sent again, and nobody differs.
func TestAKilledHubLosesNothingThatItAnswered(t *testing.T) {
	kills := 10
	if text := os.Getenv("PATIO_HUB_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("SQLite", func(t *testing.T) { killOften(t, "", kills) })
	t.Run("PostgreSQL", func(t *testing.T) { killOften(t, pgtest.Start(t).Database(t), kills) })
}

const pushers = 4

func killOften(t *testing.T, database string, kills int) {
	p, first := stocked(t, database)
	seed := uint64(kills)
	if text := os.Getenv("PATIO_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("PATIO_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))

	up := newSwitch(first)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	answered := make(chan struct{}) // one an answer
	devices := make([]*pusher, pushers)
	var working sync.WaitGroup
	for i := range devices {
		devices[i] = &pusher{pc: join(t, p.enrolled("Dois Irmãos", "Carla")), number: i, answered: map[record.ID]string{}, random: rand.New(rand.NewPCG(seed, uint64(i+2)))}
		working.Go(func() { devices[i].work(ctx, up, answered) })
	}
	go func() { working.Wait(); close(answered) }()
	for n := range kills {
		for range random.IntN(12) + 1 {
			<-answered
		}
		up.get().kill()
		hub, err := p.start("--listen", first.at.Listen)
		if err != nil {
			t.Fatalf("start %d: %v", n, err)
		}
		t.Cleanup(hub.kill)
		up.set(hub)
	}
	stop()
	for range answered { // to the last
	}
	replayed := 0
	for _, d := range devices {
		if d.err != nil {
			t.Fatalf("device %d: %v", d.number, d.err)
		}
		replayed += d.replayed
		// The last answer is given again, whoever asks how often.
		if answer, err := d.wire.Push(t.Context(), d.frame); err != nil || len(answer.Verdicts) == 0 {
			t.Errorf("device %d hears its last answer no more: %v", d.number, err)
		}
	}
	compare(t, devices)
	if exit := up.get().stop(); exit != exitDone {
		t.Errorf("exit %d", exit)
	}
	t.Logf("%d kills, %d batches sent again", kills, replayed)
	if replayed == 0 {
		t.Error("no kill met a batch on its way: the test shows nothing")
	}
}

// compare holds what the devices see against what each was answered.
func compare(t *testing.T, devices []*pusher) {
	t.Helper()
	var all map[record.ID]protocol.Row
	for i, d := range devices {
		rows, err := d.pulled()
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			all = rows
		} else if !maps.EqualFunc(all, rows, func(a, b protocol.Row) bool { return a.Seq == b.Seq && slices.Equal(a.State, b.State) }) {
			t.Errorf("device %d sees something else", d.number)
		}
		seen, lost := d.sees(), []string{}
		for id, vehicle := range d.answered {
			if seen[id] != vehicle {
				lost = append(lost, fmt.Sprintf("%s: %q, not %q", id[:], seen[id], vehicle))
			}
		}
		if len(lost) > 0 || len(d.answered) == 0 {
			t.Errorf("device %d lost %d of %d answered writes:\n%s", d.number, len(lost), len(d.answered), strings.Join(lost, "\n"))
		}
	}
}

// pusher is a device that pushes as fast as it is answered.
type pusher struct {
	*pc
	number   int
	random   *rand.Rand
	answered map[record.ID]string // what the hub said that it took
	replayed int                  // batches sent more than once
	err      error
}

func (d *pusher) work(ctx context.Context, up *current, answered chan<- struct{}) {
	for n := 0; ctx.Err() == nil; n++ {
		told := map[record.ID]string{}
		var items []protocol.Item
		for range d.random.IntN(3) + 1 {
			id := leadID(d.number, d.random.IntN(n+2)) // a new one, or one of before
			if _, twice := told[id]; twice {
				continue
			}
			told[id] = fmt.Sprintf("%d of %d", len(items), n)
			items = append(items, d.lead(id, told[id]))
		}
		first := true
		at := up.get()
		// A batch on its way is sent until it is answered, even if the test is over.
		answer, err := d.push(context.WithoutCancel(ctx), func() error {
			if first {
				d.replayed++
				first = false
			}
			var ended error
			at, ended = up.next(at)
			return ended
		}, items...)
		if err == nil {
			for i, v := range answer.Verdicts {
				if v.Status != protocol.Accepted || len(v.Refused) > 0 {
					err = errors.Join(err, fmt.Errorf("item %d: %+v", i, v))
				}
			}
		}
		if err != nil {
			d.err = err
			answered <- struct{}{}
			return
		}
		maps.Copy(d.answered, told)
		answered <- struct{}{}
	}
}

// current is the hub that serves now.
type current struct {
	mu      sync.Mutex
	changed chan struct{} // closed when there is another
	hub     *process
}

func newSwitch(hub *process) *current { return &current{hub: hub, changed: make(chan struct{})} }

func (c *current) get() *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hub
}

func (c *current) set(hub *process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hub = hub
	close(c.changed)
	c.changed = make(chan struct{})
}

// next waits until another hub serves than the one that failed.
func (c *current) next(failed *process) (*process, error) {
	for {
		c.mu.Lock()
		hub, changed := c.hub, c.changed
		c.mu.Unlock()
		if hub != failed {
			return hub, nil
		}
		select {
		case <-failed.done: // it is dead: another comes
			<-changed
		default: // it lives: what failed was a connection of before
			return hub, nil
		}
	}
}
