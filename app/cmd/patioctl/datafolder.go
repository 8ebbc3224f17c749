package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patio/app/logs"
	"patio/backend/crm"
	"patio/backend/store"
)

// dataFlag adds the required --data.
func dataFlag(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "data", "", "folder of the database (required)")
}

// needData refuses a command line without --data, and a path that is no folder.
func needData(dir string) error {
	if dir == "" {
		return usage(errors.New("--data is required: the folder of the database"))
	}
	if st, err := os.Stat(dir); err == nil && !st.IsDir() {
		return crm.NewError(crm.CodeInvalid, "data", "folder", dir)
	}
	return nil
}

// needDatabase refuses a folder in which there is no database, as after a slip
// of the pen: a command that only reads must not make an empty one. A lock
// without a database is one that the start recovers.
func needDatabase(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return crm.NewError(crm.CodeReadOnly, "data", "folder", dir).Because(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "patio.") {
			return nil
		}
	}
	return crm.NewError(crm.CodeNotFound, "data", "folder", dir)
}

// withStore opens the database of a folder, runs f on it and closes it. What f
// worked out is answered by the caller, once the database is closed.
func (t *terminal) withStore(ctx context.Context, dir string, f func(*store.Store, *progress) error) error {
	return t.withFolder(dir, func(cfg store.Config, p *progress) (err error) {
		s, err := store.Open(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(interruptedAs(ctx, err), s.Close()) }()
		return f(s, p)
	})
}

// withFolder runs f with what a store in a folder needs.
func (t *terminal) withFolder(dir string, f func(store.Config, *progress) error) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	log, logFile := logs.Open(filepath.Join(dir, "logs"), "patioctl")
	defer logFile.Close()
	p := t.newProgress()
	defer p.end()
	return f(store.Config{Dir: dir, Log: log, Progress: p.step}, p)
}

// interruptedAs names a failure that an interrupt caused, however deep in a
// query it came.
func interruptedAs(ctx context.Context, err error) error {
	if ctx.Err() == nil || crm.CodeOf(err) != crm.CodeInternal {
		return err
	}
	return crm.NewError(crm.CodeCancelled, "").Because(err)
}

// took tells how long a load took.
func took(ms, searchMs int64) string {
	return fmt.Sprintf("%.2f s, and %.2f s until the search found them", float64(ms)/1000, float64(searchMs)/1000)
}

const (
	searchLook  = 50 * time.Millisecond
	searchStuck = 30 * time.Second
)

// awaitSearch waits until the search finds all leads of a load, and answers
// how many it doesn't: after an interrupt, or when indexing is stuck, the next
// start goes on with them.
func awaitSearch(ctx context.Context, s *store.Store, p *progress) (left int, err error) {
	return awaitIndex(ctx, s.SearchPending, p, "search")
}

// awaitNotes is awaitSearch for what was written of leads.
func awaitNotes(ctx context.Context, s *store.Store, p *progress) (left int, err error) {
	return awaitIndex(ctx, s.NotesPending, p, "notes")
}

func awaitIndex(ctx context.Context, pending func(context.Context) (int, error), p *progress, phase string) (left int, err error) {
	whole, least, moved := 0, 0, time.Now()
	tick := time.NewTicker(searchLook)
	defer tick.Stop()
	for {
		// The load is done; that this wait is cut short fails nothing.
		if left, err = pending(context.WithoutCancel(ctx)); err != nil || left == 0 {
			return left, err
		}
		if whole == 0 || left < least {
			whole, least, moved = max(whole, left), left, time.Now()
			p.step(phase, whole-left, whole)
		}
		if time.Since(moved) > searchStuck {
			return left, nil
		}
		select {
		case <-ctx.Done():
			return left, nil
		case <-tick.C:
		}
	}
}
