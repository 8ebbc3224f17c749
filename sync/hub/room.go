package hub

import (
	"slices"
	"sync"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// moves is what a commit moved: who hears of it.
type moves struct {
	any    bool
	all    bool // everybody does, whatever the scope
	scopes map[record.ID]bool
	by     vv.Replica // who was told all of it in answer; 0 nobody

	from uint64 // the sequence before it
	head protocol.Head
	rows []moved
	much bool // more than is told by a word, or something that goes
}

// moved is a record that a commit changed: as it is now, and where it was.
type moved struct {
	row protocol.Row
	was []record.ID
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

// commit is one on its way to those who listen.
type commit struct {
	moves
	epoch  record.ID
	pusher vv.Replica // 0: the hub itself
	batch  uint64     // the pusher's

	mu    sync.Mutex
	lines map[string]string // what was written of it, by the scopes of who hears it
}

// line writes a commit as one who sees these scopes hears it, "" for nothing.
// whole says that this is all that there is for them: else they pull.
func (c *commit) line(grants []protocol.Grant) (line string, whole bool, err error) {
	if c.much {
		return "", false, nil
	}
	who := &Device{Grants: grants}
	told := protocol.Commit{Epoch: c.epoch, Head: c.head}
	for i := range c.rows {
		if row := who.told(c.rows[i].row); row != nil {
			told.Rows = append(told.Rows, *row)
		} else if who.Sees(c.rows[i].was...) {
			return "", false, nil
		}
	}
	if len(told.Rows) == 0 {
		return "", true, nil
	}
	// Most of those who hear it see the same: the devices of a shop.
	key := scopesKey(grants)
	c.mu.Lock()
	defer c.mu.Unlock()
	if line, there := c.lines[key]; there {
		return line, true, nil
	}
	if line, err = told.Line(); err != nil {
		return "", false, err
	}
	if c.lines == nil {
		c.lines = map[string]string{}
	}
	c.lines[key] = line
	return line, true, nil
}

func scopesKey(grants []protocol.Grant) string {
	scopes := make([]record.ID, len(grants))
	for i, g := range grants {
		scopes[i] = g.Scope
	}
	var key []byte
	for _, scope := range sortedIDs(scopes) {
		key = append(key, scope[:]...)
	}
	return string(key)
}

// outOfTurn is how long a commit waits for those before it: they are durable by
// now, and whoever committed them is about to tell.
const outOfTurn = 50 * time.Millisecond

// room is where those who listen to a workspace hear of its commits, in order:
// what is said goes on from what was said before, or a listener would miss what
// lies between.
type room struct {
	ears  map[*Ear]bool
	epoch record.ID
	at    uint64             // the sequence up to which commits were told; 0 before the first
	early map[uint64]*commit // that came before their turn, by from
	late  *time.Timer        // until it is given up to wait for their turn; nil when none waits
}

// tell tells a commit in its turn. The hub's mu is held, here and below.
func (r *room) tell(h *Hub, c *commit) {
	if !c.any { // no record moved
		r.answered(c)
		return
	}
	if r.epoch != c.epoch {
		r.begin(c)
	}
	switch {
	case c.from < r.at: // told of by giveUp, or too soon after the room opened
		r.answered(c)
		r.haveAllPull(c)
	case c.from > r.at:
		r.early[c.from] = c
		if r.late == nil {
			r.late = time.AfterFunc(outOfTurn, func() { r.giveUp(h) })
		}
	default:
		for ; c != nil; c = r.early[r.at] {
			delete(r.early, c.from)
			r.deliver(c)
		}
		if len(r.early) == 0 {
			r.stop()
		}
	}
}

// begin begins with a commit of which it is not known what was told before.
func (r *room) begin(c *commit) {
	r.stop()
	clear(r.early)
	r.epoch, r.at = c.epoch, c.from
	for e := range r.ears {
		if e.from = r.at; len(e.commits) > 0 {
			e.mustPull()
		}
	}
}

func (r *room) deliver(c *commit) {
	r.answered(c)
	r.at = c.head.Seq
	for e := range r.ears {
		if c.reaches(e) {
			e.hear(c)
		}
	}
}

// answered notes which batch of its pusher a commit was.
func (r *room) answered(c *commit) {
	if c.pusher == 0 {
		return
	}
	for e := range r.ears {
		if e.replica == c.pusher {
			e.batch = max(e.batch, c.batch)
		}
	}
}

func (r *room) haveAllPull(c *commit) {
	for e := range r.ears {
		if c.reaches(e) {
			e.mustPull()
		}
	}
}

// giveUp waits no longer for a turn that doesn't come: another process may have
// committed what is missing.
func (r *room) giveUp(h *Hub) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.late == nil {
		return // its turn came meanwhile
	}
	r.late = nil
	for _, c := range r.early {
		r.answered(c)
		r.at = max(r.at, c.head.Seq)
	}
	clear(r.early)
	for e := range r.ears {
		e.mustPull()
	}
}

func (r *room) stop() {
	if r.late != nil {
		r.late.Stop()
		r.late = nil
	}
}

// small says whether a word has room for the rows.
func small(rows []moved) bool {
	size := 0
	for i := range rows {
		size += len(rows[i].row.State)
	}
	return size <= protocol.MaxWord
}

// told keeps of what moved what a word needs.
func (m *moves) told(rows []moved) {
	if m.much = m.all || !small(rows); !m.much {
		m.rows = slices.Clip(rows)
	}
}
