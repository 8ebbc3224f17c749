package hub_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"patio/sync/hub"
)

var errWrong = errors.New("wrong")

// disk keeps what is written to it, a commit at a time.
type disk struct {
	commits [][]int
	broken  bool
	begun   chan struct{} // hears of each commit
	goes    chan struct{} // lets it go on
}

func (d *disk) commit(writes []func(*[]int) error) []error {
	d.begun <- struct{}{}
	<-d.goes
	errs := make([]error, len(writes))
	var kept []int
	for i, w := range writes {
		before := slices.Clone(kept)
		if errs[i] = w(&kept); errs[i] != nil {
			kept = before
		}
	}
	if d.broken {
		return slices.Repeat([]error{errWrong}, len(writes))
	}
	d.commits = append(d.commits, kept)
	return errs
}

func TestWritesThatWaitShareACommit(t *testing.T) {
	d := &disk{begun: make(chan struct{}, 10), goes: make(chan struct{}, 10)}
	together := &hub.Together[*[]int]{Commit: d.commit}
	ended, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	errs, panics := make([]error, 6), make([]any, 6)
	write := func(ctx context.Context, n int) {
		working.Go(func() {
			defer func() { panics[n] = recover() }()
			errs[n] = together.Run(ctx, func(kept *[]int) error {
				*kept = append(*kept, n)
				switch n {
				case 2:
					return errWrong
				case 3:
					panic("three")
				}
				return nil
			})
		})
	}
	write(t.Context(), 0)
	<-d.begun
	for n := 1; n < 5; n++ {
		ctx := t.Context()
		if n == 4 {
			ctx = ended
		}
		write(ctx, n)
	}
	waitFor(t, func() bool { return together.Waiting() == 4 })
	cancel()
	d.goes <- struct{}{}
	d.goes <- struct{}{}
	working.Wait()
	if len(d.commits) != 2 || !slices.Equal(d.commits[0], []int{0}) || !slices.Equal(d.commits[1], []int{1}) {
		t.Errorf("commits %v", d.commits)
	}
	if errs[0] != nil || errs[1] != nil || !errors.Is(errs[2], errWrong) || !errors.Is(errs[4], context.Canceled) || panics[3] != "three" {
		t.Errorf("%v, %v", errs, panics)
	}
	d.broken = true
	d.goes <- struct{}{}
	write(t.Context(), 5)
	working.Wait()
	if !errors.Is(errs[5], errWrong) || len(d.commits) != 2 {
		t.Errorf("a commit that failed: %v, %v", errs[5], d.commits)
	}
}

// waitFor waits for what another goroutine is about to do.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		if t.Context().Err() != nil {
			t.Fatal("it never happened")
		}
	}
}
