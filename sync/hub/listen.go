package hub

import (
	"context"
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

// waitsAtMost is how many commits wait for one who listens; more are pulled.
const waitsAtMost = 32

// Ear is a device that listens. Close it.
type Ear struct {
	h         *Hub
	key       []byte
	workspace record.ID
	replica   vv.Replica

	moved chan struct{} // there is something to say

	// Guarded by the hub's mu.
	grants  []protocol.Grant
	batch   uint64    // the last of its batches that was answered
	from    uint64    // all that moved up to there was said, or is to be pulled
	commits []*commit // what moved since
	pull    bool      // it has to pull
	doubted bool      // it may not listen any more
}

// Listen lets a device hear of what moves. It has to pull once it listens, to
// know what moved before. A stream is of the hub that the device heard of last:
// what it says would else hide that the hub went back. Errors: those of a request.
func (h *Hub) Listen(ctx context.Context, key []byte, ask protocol.Ask) (*Ear, error) {
	workspace := ask.Workspace
	var d *Device
	err := h.store.Read(ctx, workspace, func(v View) error {
		head, err := v.Head()
		if err == nil {
			d, err = admit(v, head, ask, key)
		}
		return err
	})
	if err != nil {
		return nil, h.refusal(ctx, workspace, err)
	}
	h.spoke(ctx, workspace, d.Replica)
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[workspace]
	if r == nil {
		r = &room{ears: map[*Ear]bool{}, early: map[uint64]*commit{}}
		h.rooms[workspace] = r
	}
	e := &Ear{h: h, key: key, workspace: workspace, replica: d.Replica, moved: make(chan struct{}, 1), grants: d.Grants, batch: d.Batch, from: r.at}
	r.ears[e] = true
	h.hearing++
	return e, nil
}

// Close ends it.
func (e *Ear) Close() {
	h := e.h
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hearing--
	r := h.rooms[e.workspace]
	delete(r.ears, e)
	if len(r.ears) == 0 {
		r.stop()
		delete(h.rooms, e.workspace)
	}
}

// Moved answers a channel that hears when there may be something to say.
func (e *Ear) Moved() <-chan struct{} { return e.moved }

// Say answers what is to be said now, as a stream says it; "" for nothing.
// Errors: those of Listen.
func (e *Ear) Say(ctx context.Context) (string, error) {
	if e.isDoubted() {
		if _, err := e.h.listener(ctx, e.key, e.workspace, e.replica); err != nil {
			return "", err
		}
	}
	e.h.mu.Lock()
	commits, pull, grants := e.commits, e.pull, e.grants
	word := protocol.Word{From: e.from, Batch: e.batch}
	e.commits, e.pull, e.from = nil, false, e.h.rooms[e.workspace].at
	e.h.mu.Unlock()
	if pull {
		return protocol.Moved, nil
	}
	var lines []string
	size := 0
	for _, c := range commits {
		line, whole, err := c.line(grants)
		if err != nil {
			return "", err
		}
		if size += len(line); !whole || size > 4*protocol.MaxWord {
			return protocol.Moved, nil
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return "", nil
	}
	for _, g := range grants {
		word.Grants = append(word.Grants, g.Number)
	}
	return word.Text(lines...)
}

// isDoubted answers whether it is to be asked anew, this once, if it may listen.
func (e *Ear) isDoubted() bool {
	e.h.mu.Lock()
	defer e.h.mu.Unlock()
	doubted := e.doubted
	e.doubted = false
	return doubted
}

// hear notes what moved. mu is held, here and below.
func (e *Ear) hear(c *commit) {
	if len(e.commits) == waitsAtMost {
		e.mustPull()
		return
	}
	e.commits = append(e.commits, c)
	e.tell()
}

func (e *Ear) mustPull() {
	e.pull, e.commits = true, nil
	e.tell()
}

func (e *Ear) tell() {
	select {
	case e.moved <- struct{}{}:
	default: // it is to be told already
	}
}

// regrant tells the ears of a device what it sees from now on; there is
// something to pull, or to drop.
func (h *Hub) regrant(workspace record.ID, d *Device) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake(workspace)
	if r := h.rooms[workspace]; r != nil {
		for e := range r.ears {
			if e.replica == d.Replica {
				e.grants = d.Grants
				e.mustPull()
			}
		}
	}
}

// tell tells those whom a commit reaches, and whoever asked for Moved.
func (h *Hub) tell(workspace record.ID, c *commit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.any {
		h.wake(workspace)
	}
	if r := h.rooms[workspace]; r != nil {
		r.tell(h, c)
	}
}

// tellAll has everybody of a workspace ask what there is, who may still.
func (h *Hub) tellAll(workspace record.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wake(workspace)
	if r := h.rooms[workspace]; r != nil {
		for e := range r.ears {
			e.doubted = true
			e.mustPull()
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

// reaches says whether a device is to hear of what a commit moved.
func (m *moves) reaches(e *Ear) bool {
	return e.replica != m.by && (m.all || slices.ContainsFunc(e.grants, func(g protocol.Grant) bool {
		return g.Scope == Everything || m.scopes[g.Scope]
	}))
}
