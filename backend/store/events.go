package store

import (
	"sync"

	"patio/backend/crm"
)

// events sends each committed change to whoever listens, in commit order.
type events struct {
	mu   sync.Mutex
	next int
	subs map[int]func(change crm.Change, workspace bool)
}

// Subscribe calls f after every commit with what changed, and with whether
// the workspace's small entities did; f must not write. The answer ends it.
func (s *Store) Subscribe(f func(change crm.Change, workspace bool)) (cancel func()) {
	e := &s.events
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.subs == nil {
		e.subs = map[int]func(crm.Change, bool){}
	}
	e.next++
	n := e.next
	e.subs[n] = f
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(e.subs, n)
	}
}

func (e *events) publish(c crm.Change, workspace bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, f := range e.subs {
		f(c, workspace)
	}
}
