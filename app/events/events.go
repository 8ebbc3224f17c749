// Package events carries "what changed" from the program to whoever shows it:
// the window, or pages in a browser.
package events

import (
	"slices"
	"sync"
)

// Lost is sent to a listener that was too slow to be told everything: it must
// ask again for all that it shows.
const Lost = "events.lost"

// Bus hands each event to every subscriber, in the order of Emit. The zero
// value is ready. Its methods may be called from any goroutine.
type Bus struct {
	sending sync.Mutex // keeps the order of events the same for all subscribers
	mu      sync.Mutex // guards subs and count
	subs    []*subscriber
	count   int
}

type subscriber struct {
	call func(name string, payload any)
}

// Subscribe has f called for each later event until cancel. Payloads are small
// and JSON-able: they say what changed, and the listener asks for what it
// shows. f must neither block nor Emit: it stands in the path of the one who
// saved. An Emit under way while cancel is called may call f once more.
func (b *Bus) Subscribe(f func(name string, payload any)) (cancel func()) {
	s := &subscriber{call: f}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.subs = append(b.subs, s)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.subs = slices.DeleteFunc(slices.Clone(b.subs), func(other *subscriber) bool { return other == s })
	}
}

// Emit calls every subscriber before it returns.
func (b *Bus) Emit(name string, payload any) {
	b.sending.Lock()
	defer b.sending.Unlock()
	b.mu.Lock()
	b.count++ // before it is told: whoever counts and then listens has missed nothing
	subs := b.subs[:len(b.subs):len(b.subs)]
	b.mu.Unlock()
	for _, s := range subs {
		s.call(name, payload)
	}
}

// Count answers how many events there have been.
func (b *Bus) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count
}
