// Command bench-sync times how devices agree with what ships: stores on the
// disk, what syncs them while the program runs, patio-hub in a process of its
// own, TLS between them. It prints one JSON object a line; make bench-sync puts
// them beside the floor's. CONTRIBUTING.md says what each figure means.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-sync:", err)
		os.Exit(1)
	}
}

const usage = "usage: bench-sync pair|fleet --hub PROGRAM [flags]"

// bench is what every measurement stands on.
type bench struct {
	program string // patio-hub
	dir     string // on the disk that is measured
	out     io.Writer
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	b := &bench{out: out}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&b.program, "hub", "", "the patio-hub to run")
	dir := flags.String("dir", "", "folder on the disk to measure; what is written there is removed")
	var p pairPlan
	var f fleetPlan
	var measure func(context.Context) error
	switch args[0] {
	case "pair":
		flags.StringVar(&p.file, "leads", "", "leads as the floor made them, JSON lines")
		flags.IntVar(&p.n, "n", 10_000, "how many of them")
		flags.IntVar(&p.edits, "edits", 0, "edits of each PC while both are away")
		flags.IntVar(&p.seen, "seen", 0, "edits to watch arrive")
		flags.IntVar(&p.idle, "idle", 50, "syncs that change nothing")
		measure = func(ctx context.Context) error { return b.pair(ctx, p) }
	case "fleet":
		flags.IntVar(&f.shops, "shops", 100, "shops")
		flags.IntVar(&f.each, "each", 10, "devices of each shop")
		flags.DurationVar(&f.every, "every", 5*time.Second, "time between two saves of a device")
		flags.DurationVar(&f.lasts, "lasts", time.Minute, "how long they work")
		flags.DurationVar(&f.warmUp, "warm", 10*time.Second, "how long they work before it counts")
		flags.BoolVar(&f.postgres, "postgres", false, "the hub's workspaces are in PostgreSQL")
		measure = func(ctx context.Context) error { return b.fleet(ctx, f) }
	default:
		return errors.New(usage)
	}
	if err := flags.Parse(args[1:]); err != nil {
		return fmt.Errorf("%w; %s", err, usage)
	}
	if b.program == "" {
		return errors.New("--hub is required: the patio-hub to run")
	}
	return b.within(*dir, func() error { return measure(ctx) })
}

// within runs f with a folder of its own below dir, and removes it.
func (b *bench) within(dir string, f func() error) (err error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if b.dir, err = os.MkdirTemp(dir, "b"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	return f()
}

// row is one figure, or some that belong together, under the floor's names.
type row map[string]any

func (b *bench) emit(work string, r row) error {
	r["work"] = work
	enc := json.NewEncoder(b.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// spread puts percentiles of some times into a row, in milliseconds.
func (r row) spread(prefix string, took []time.Duration) row {
	took = slices.Clone(took)
	slices.Sort(took)
	at := func(percent int) float64 {
		if len(took) == 0 {
			return 0
		}
		return ms(took[min(len(took)*percent/100, len(took)-1)])
	}
	r[prefix+"p50_ms"], r[prefix+"p95_ms"], r[prefix+"p99_ms"], r[prefix+"max_ms"], r[prefix+"times"] = at(50), at(95), at(99), at(100), len(took)
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// pause waits; false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
