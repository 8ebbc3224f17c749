package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"patio/app/measure"
	"patio/backend/crm"
	"patio/backend/store"
)

// benchResult is the answer to a bench.
type benchResult struct {
	Leads       int              `json:"leads"`
	System      string           `json:"system"`
	DiskBytes   int64            `json:"diskBytes"`   // the database
	MemoryBytes int64            `json:"memoryBytes"` // the most that the process held while it read, 0 where the system doesn't say
	Timings     []measure.Timing `json:"timings"`
}

func newBench(t *terminal) *cobra.Command {
	var dir string
	var times int
	cmd := &cobra.Command{
		Use:   "bench --data DIR",
		Short: "Time board, list, search and save on a database",
		Long: "Times what a person waits for, through the API that the window calls. The database stays\n" +
			"as it is: saves are timed on a copy of the day's snapshot, which lies beside it and is removed.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			if times < 1 {
				return usage(errors.New("--times is at least 1"))
			}
			return bench(cmd.Context(), t, dir, times)
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().IntVar(&times, "times", 200, "how often each thing is timed, saves ten times as often")
	return cmd
}

// mostMoves is how often many leads are moved: each takes seconds.
const mostMoves = 5

// afterwards is when the checks and snapshots of a start run: not beside what is
// timed, as they don't beside a person's work but for a moment.
const afterwards = 24 * time.Hour

func bench(ctx context.Context, t *terminal, dir string, times int) error {
	if err := needDatabase(dir); err != nil {
		return err
	}
	r := benchResult{System: fmt.Sprintf("%s/%s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())}
	err := t.withFolder(dir, func(cfg store.Config, p *progress) (err error) {
		cfg.Grace = afterwards
		s, err := store.Open(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(interruptedAs(ctx, err), s.Close()) }()
		if _, err := awaitSearch(ctx, s, p); err != nil {
			return err
		}
		if _, err := awaitNotes(ctx, s, p); err != nil {
			return err
		}
		// The day's snapshot, which would else be taken while we measure.
		p.step("snapshot", 0, 0)
		snap, err := s.TakeSnapshot(ctx, store.SnapshotDaily)
		if err != nil {
			return err
		}
		if err := r.read(ctx, s, p, times); err != nil {
			return err
		}
		p.step("copy", 0, 0)
		return onCopy(ctx, s, snap, func(copied *store.Store) error {
			p.step("save", 0, 0)
			saves, err := measure.Saves(ctx, copied, 10*times)
			if err != nil {
				return err
			}
			p.step("move", 0, 0)
			moves, err := measure.Moves(ctx, copied, min(times, mostMoves))
			r.Timings = append(append(r.Timings, saves), moves...)
			return err
		})
	})
	if err != nil {
		return err
	}
	return t.answer(r, r.text())
}

// read measures what changes nothing.
func (r *benchResult) read(ctx context.Context, s *store.Store, p *progress, times int) error {
	_, totals, err := s.List(ctx, crm.ListRequest{})
	if err != nil {
		return err
	}
	r.Leads = totals.Count
	p.step("read", 0, 0)
	if r.Timings, err = measure.Reads(ctx, s, times); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal"} {
		if st, err := os.Stat(filepath.Join(s.Dir(), store.FileName+suffix)); err == nil {
			r.DiskBytes += st.Size()
		}
	}
	r.MemoryBytes, err = memoryPeak()
	return err
}

func (r *benchResult) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d leads, %s, %d MB of disk, %d MB of memory\n%-18s %8s %8s %8s  ms\n", r.Leads, r.System, r.DiskBytes>>20, r.MemoryBytes>>20, "", "p50", "p95", "max")
	for _, m := range r.Timings {
		fmt.Fprintf(&b, "%-18s %8.2f %8.2f %8.2f\n", m.Name, m.P50, m.P95, m.Max)
	}
	return b.String()
}

// copyPrefix begins the names of folders with a copy to be written to.
const copyPrefix = "bench-"

// onCopy runs f on a copy of a database, made of a snapshot on the same disk,
// and removes it.
func onCopy(ctx context.Context, s *store.Store, snap store.Snapshot, f func(*store.Store) error) (err error) {
	left, err := os.ReadDir(s.Dir())
	if err != nil {
		return err
	}
	for _, e := range left { // of a bench that was killed: nobody else has the folder open
		if e.IsDir() && strings.HasPrefix(e.Name(), copyPrefix) {
			if err := os.RemoveAll(filepath.Join(s.Dir(), e.Name())); err != nil {
				return err
			}
		}
	}
	dir, err := os.MkdirTemp(s.Dir(), copyPrefix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	copied, err := store.Open(ctx, store.Config{Dir: dir, Log: zerolog.Nop(), Grace: afterwards})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	if err := copied.RestoreFile(ctx, filepath.Join(s.Dir(), "snapshots", snap.ID+".db")); err != nil {
		return err
	}
	return f(copied)
}
