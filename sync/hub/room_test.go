package hub

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// heard is a hub in which one device listens.
type heard struct {
	*Hub
	t  *testing.T
	ws record.ID
	me *Ear
}

func listening(t *testing.T) *heard {
	h := &heard{Hub: New(nil, nil, time.Now), t: t, ws: record.ID{1}}
	r := &room{ears: map[*Ear]bool{}, early: map[uint64]*commit{}}
	h.me = &Ear{h: h.Hub, workspace: h.ws, replica: vv.FirstDevice, moved: make(chan struct{}, 1), grants: []protocol.Grant{{Number: 1}}}
	r.ears[h.me] = true
	h.rooms[h.ws] = r
	return h
}

// commits tells some, each of one record, the last of which has this sequence.
func (h *heard) commits(last ...uint64) {
	for _, seq := range last {
		c := &commit{epoch: record.ID{2}, moves: moves{from: seq - 1, head: protocol.Head{Seq: seq, Token: seq}}}
		c.in([]record.ID{{}})
		c.told([]moved{{row: protocol.Row{ID: record.ID{byte(seq)}, Seq: seq, Scopes: []record.ID{{}}, State: []byte{1}}}})
		h.tell(h.ws, c)
	}
}

// says answers what the device is told: from where on, and of which commits;
// "moved" if it is to pull.
func (h *heard) says() (from uint64, seqs []uint64, moved bool) {
	h.t.Helper()
	text, err := h.me.Say(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	var s protocol.Stream
	for line := range strings.Lines(text) {
		w, said := s.Line(strings.TrimSuffix(line, "\n"))
		if !said {
			continue
		}
		if w == nil {
			return 0, nil, true
		}
		for _, c := range w.Commits {
			seqs = append(seqs, c.Head.Seq)
		}
		return w.From, seqs, false
	}
	return 0, nil, false
}

func (h *heard) wants(what string, from uint64, seqs ...uint64) {
	h.t.Helper()
	gotFrom, got, moved := h.says()
	if moved || gotFrom != from || !slices.Equal(got, seqs) {
		h.t.Errorf("%s: from %d, %v, moved %v; want from %d, %v", what, gotFrom, got, moved, from, seqs)
	}
}

func (h *heard) wantsPull(what string) {
	h.t.Helper()
	if _, seqs, moved := h.says(); !moved {
		h.t.Errorf("%s: told %v", what, seqs)
	}
}

// Those who committed together tell as they wake up.
func TestCommitsAreToldInTheirTurnHoweverTheyCome(t *testing.T) {
	for a := range uint64(4) {
		for b := range uint64(4) {
			for c := range uint64(4) {
				order := []uint64{12 + a, 12 + b, 12 + c, 12 + 6 - a - b - c}
				if sorted := slices.Compact(slices.Sorted(slices.Values(order))); len(sorted) != 4 || sorted[0] != 12 {
					continue
				}
				h := listening(t)
				h.commits(11)
				h.wants("the first", 10, 11)
				h.commits(order...)
				h.wants("the others", 11, 12, 13, 14, 15)
			}
		}
	}
}

func TestATurnThatDoesntComeIsGivenUpAndAllPull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := listening(t)
		h.commits(11)
		<-h.me.Moved()
		h.wants("the first", 10, 11)
		h.commits(14)
		if from, seqs, moved := h.says(); from != 0 || seqs != nil || moved {
			t.Errorf("out of turn: from %d, %v, %v", from, seqs, moved)
		}
		<-h.me.Moved()
		h.wantsPull("after a while")
		h.commits(15)
		h.wants("what follows", 14, 15)
		h.commits(12)
		h.wantsPull("what came too late")
		h.commits(16)
		h.wants("what follows that", 15, 16)
	})
}

func TestWhatAWordHasNoRoomForIsPulled(t *testing.T) {
	h := listening(t)
	h.commits(11)
	h.wants("the first", 10, 11)
	for seq := range uint64(waitsAtMost + 1) {
		h.commits(12 + seq)
	}
	h.wantsPull("many commits")
	h.commits(12 + waitsAtMost + 1)
	h.wants("what follows", 12+waitsAtMost, 12+waitsAtMost+1)

	large := &commit{epoch: record.ID{2}, moves: moves{from: 12 + waitsAtMost + 1, head: protocol.Head{Seq: 12 + waitsAtMost + 2}}}
	large.in([]record.ID{{}})
	large.told([]moved{{row: protocol.Row{Scopes: []record.ID{{}}, State: make([]byte, protocol.MaxWord+1)}}})
	h.tell(h.ws, large)
	h.wantsPull("a large record")
}

// A generation of the hub's that begins counts anew.
func TestAnotherGenerationBeginsAnew(t *testing.T) {
	h := listening(t)
	h.commits(11)
	c := &commit{epoch: record.ID{3}, moves: moves{from: 4, head: protocol.Head{Seq: 5}}}
	c.in([]record.ID{{}})
	c.told([]moved{{row: protocol.Row{Seq: 5, Scopes: []record.ID{{}}, State: []byte{1}}}})
	h.tell(h.ws, c)
	h.wantsPull("what was told of the one before")
}
