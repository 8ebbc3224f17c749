package hub

import (
	"context"
	"errors"
	"sync"
)

// Together runs writes in turn, those that came while others were under way in
// one commit: a disk takes as long to keep one of them as to keep all. A store
// has one for whatever it locks as a whole; T is what a write writes by.
type Together[T any] struct {
	// Commit runs writes, in order, in one durable transaction that keeps nothing
	// of those that fail. It answers of each why it was not kept.
	Commit func(writes []func(T) error) []error

	mu    sync.Mutex
	queue []*queued[T]
	busy  bool
}

// queued is a write that waits for its commit.
type queued[T any] struct {
	do       func(T) error
	err      error
	panicked any
	done     chan struct{}
}

// perCommit is how many writes share a commit at most.
const perCommit = 64

var errPanicked = errors.New("hub: a write panicked")

// Run runs f in a transaction, and answers once that is durable. It gives up when
// ctx ends before f begins.
func (t *Together[T]) Run(ctx context.Context, f func(T) error) error {
	q := &queued[T]{done: make(chan struct{})}
	q.do = func(by T) (err error) {
		defer func() {
			if q.panicked = recover(); q.panicked != nil {
				err = errPanicked
			}
		}()
		if err := ctx.Err(); err != nil {
			return err
		}
		return f(by)
	}
	t.mu.Lock()
	t.queue = append(t.queue, q)
	leads := !t.busy
	t.busy = true
	t.mu.Unlock()
	if leads {
		t.lead()
	}
	<-q.done
	if q.panicked != nil {
		panic(q.panicked) // where it would have been without the others
	}
	return q.err
}

// Waiting answers how many writes wait for those under way.
func (t *Together[T]) Waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.queue)
}

// lead commits what waits by now; somebody else goes on with what came meanwhile.
func (t *Together[T]) lead() {
	t.mu.Lock()
	n := min(len(t.queue), perCommit)
	turn := t.queue[:n:n]
	t.queue = t.queue[n:]
	t.mu.Unlock()
	writes := make([]func(T) error, len(turn))
	for i, q := range turn {
		writes[i] = q.do
	}
	for i, err := range t.Commit(writes) {
		turn[i].err = err
	}
	t.mu.Lock()
	t.busy = len(t.queue) > 0
	more := t.busy
	t.mu.Unlock()
	if more {
		go t.lead()
	}
	for _, q := range turn {
		close(q.done)
	}
}
