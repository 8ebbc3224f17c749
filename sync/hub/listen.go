package hub

import (
	"slices"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// breath is how long a listener is left in peace after a word, for each who
// listens: each is told at once that something moved, and not of every move that
// follows. A thousand listeners would else be all that the hub is busy with; of
// two, each hears of everything. longBreath is the most.
const (
	breath     = 250 * time.Microsecond
	longBreath = 250 * time.Millisecond
)

// ear is a device that listens.
type ear struct {
	replica vv.Replica
	grants  []protocol.Grant
	moved   chan struct{} // something that it sees did
}

// moves is what a commit moved: who hears of it.
type moves struct {
	any    bool
	all    bool // everybody does, whatever the scope
	scopes map[record.ID]bool
	by     vv.Replica // who was told all of it in answer; 0 nobody
}

// in notes that something in a scope moved.
func (m *moves) in(scopes []record.ID) {
	m.any = true
	for _, scope := range scopes {
		if m.scopes == nil {
			m.scopes = map[record.ID]bool{}
		}
		m.scopes[scope] = true
	}
}

// reaches says whether a device is to hear of it.
func (m *moves) reaches(e *ear) bool {
	return e.replica != m.by && (m.all || slices.ContainsFunc(e.grants, func(g protocol.Grant) bool {
		return g.Scope == Everything || m.scopes[g.Scope]
	}))
}

// hearken adds a device to those who are told what moves in a workspace.
func (h *Hub) hearken(workspace record.ID, d *Device) *ear {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := &ear{replica: d.Replica, grants: d.Grants, moved: make(chan struct{}, 1)}
	if h.ears[workspace] == nil {
		h.ears[workspace] = map[*ear]bool{}
	}
	h.ears[workspace][e] = true
	h.hearing++
	return e
}

// deafen ends it.
func (h *Hub) deafen(workspace record.ID, e *ear) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hearing--
	delete(h.ears[workspace], e)
	if len(h.ears[workspace]) == 0 {
		delete(h.ears, workspace)
	}
}

// regrant tells the ears of a device what it sees from now on; there is
// something to pull, or to drop.
func (h *Hub) regrant(workspace record.ID, d *Device) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake(workspace)
	for e := range h.ears[workspace] {
		if e.replica == d.Replica {
			e.grants = d.Grants
			e.tell()
		}
	}
}

func (e *ear) tell() {
	select {
	case e.moved <- struct{}{}:
	default: // it is to be told already
	}
}

// tell tells those whom a commit reaches, and whoever asked for Moved.
func (h *Hub) tell(workspace record.ID, m *moves) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake(workspace)
	for e := range h.ears[workspace] {
		if m.reaches(e) {
			e.tell()
		}
	}
}

// wake tells whoever asked for Moved; mu is held.
func (h *Hub) wake(workspace record.ID) {
	if c := h.waiting[workspace]; c != nil {
		close(c)
		delete(h.waiting, workspace)
	}
}

// peace is how long a listener is left in peace after a word now.
func (h *Hub) peace() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return min(time.Duration(h.hearing)*breath, longBreath)
}
