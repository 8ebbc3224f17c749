package syncing

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/record"
)

// forget loses a value of a lead on the disk, and nothing of its vector.
func (p *pc) forget(id, vehicle string) {
	p.t.Helper()
	if err := p.sync.local.Update(p.t.Context(), func(tx client.Tx) error {
		h, err := tx.Held(record.ID(uuid.MustParse(id)))
		if err != nil {
			return err
		}
		h.State.Fields = slices.DeleteFunc(h.State.Fields, func(f record.Field) bool { return f.Value == vehicle })
		return tx.Save(h)
	}); err != nil {
		p.t.Fatal(err)
	}
	if got := p.vehicle(id); got != "" {
		p.t.Fatalf("it still has %q", got)
	}
}

func TestWhatADiskLostIsTakenAgainInTime(t *testing.T) {
	hub := newServer(t)
	a := newPC(t)
	now := time.Now()
	a.sync.cfg.Now = func() time.Time { return now }
	id := a.add("Ana", "11987654321")
	if _, err := a.sync.Compare(t.Context()); crm.CodeOf(err) != CodeNotJoined {
		t.Errorf("a lone PC: %v", err)
	}
	a.joinAs(hub.code(), "PC do balcão")
	a.forget(id, "Gol")
	a.agree()
	if got := a.vehicle(id); got != "" {
		t.Errorf("a pull told of %q", got)
	}
	due := a.sync.firstCompare(t.Context())
	if !due.After(now) {
		t.Error("at once")
	}
	if next := a.sync.compareDue(t.Context(), due); next != due || a.vehicle(id) != "" {
		t.Error("before its time")
	}
	now = due
	hub.stop()
	if next := a.sync.compareDue(t.Context(), due); next != now.Add(compareAgain) {
		t.Errorf("without the hub it comes next at %v", next)
	}
	hub.serve()
	next := a.sync.compareDue(t.Context(), due)
	if next != now.Add(compareEvery) || a.vehicle(id) != "Gol" {
		t.Errorf("next at %v; the lead has %q", next, a.vehicle(id))
	}
	// What is known of it outlives the program.
	now = now.Add(time.Minute)
	if again := a.sync.firstCompare(t.Context()); again.UnixMilli() != next.UnixMilli() {
		t.Errorf("at the next start it is due at %v, want %v", again, next)
	}
	now = now.Add(-24 * time.Hour) // the clock was wrong
	if again := a.sync.firstCompare(t.Context()); again.After(now.Add(2 * compareAfter)) {
		t.Errorf("due at %v, which is too far", again)
	}
}
