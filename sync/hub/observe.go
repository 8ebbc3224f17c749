package hub

import (
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Observer hears what devices were answered. It is asked on the
// way to the answer, by many at once: it must be quick.
type Observer interface {
	Joined(workspace record.ID, as vv.Replica)
	Pushed(workspace record.ID, from vv.Replica, verdicts []protocol.Verdict)
	Pulled(workspace record.ID, from vv.Replica, rows int)
}

// Observe names who hears, before anything is served.
func (h *Hub) Observe(o Observer) { h.observer = o }

type nobody struct{}

func (nobody) Joined(record.ID, vv.Replica)                     {}
func (nobody) Pushed(record.ID, vv.Replica, []protocol.Verdict) {}
func (nobody) Pulled(record.ID, vv.Replica, int)                {}
