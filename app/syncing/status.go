package syncing

import (
	"context"

	"patio/backend/crm"
)

// Phase says what the service is at.
type Phase string

// Phases.
const (
	PhaseOff      Phase = "off"      // no device of a workspace: lone, or detached
	PhaseIdle     Phase = "idle"     // in agreement with the hub, as far as is known
	PhaseSyncing  Phase = "syncing"  // it speaks with the hub
	PhaseOffline  Phase = "offline"  // the hub isn't reached; it tries again by itself
	PhaseStopped  Phase = "stopped"  // the hub refuses this device: Failure says why
	PhaseRemovals Phase = "removals" // much would go from here: a person is to say yes
)

// Status is what a person sees of it.
type Status struct {
	Phase     Phase      `json:"phase"`
	Failure   *crm.Error `json:"failure"`   // why it stopped, or what failed last; null for nothing
	Joined    bool       `json:"joined"`    // this installation is a device of a workspace
	Detached  bool       `json:"detached"`  // the data belong to a workspace that this installation is no device of: copied, or left
	Device    string     `json:"device"`    // this device's name
	Hub       string     `json:"hub"`       // "host:port"
	Waiting   int        `json:"waiting"`   // records with changes that the hub hasn't taken
	Since     int64      `json:"since"`     // ms UTC of the oldest of them, 0 when not known
	Synced    int64      `json:"synced"`    // ms UTC of the last whole agreement, 0 before the first
	Conflicts int        `json:"conflicts"` // records in which a person is to choose
	Refused   int        `json:"refused"`   // writes that the hub refused and nobody has read
}

// Status answers how it stands.
func (s *Service) Status(ctx context.Context) (Status, error) {
	s.mu.Lock()
	st := Status{Phase: s.phase, Failure: s.failure, Synced: s.synced, Detached: s.detached}
	if s.member != nil {
		st.Joined, st.Device, st.Hub = true, s.member.Name, host(s.wire.Address)
	}
	s.mu.Unlock()
	var err error
	if st.Conflicts, st.Refused, err = s.store.CountConflicts(ctx); err != nil {
		return Status{}, err
	}
	if st.Joined || st.Detached {
		st.Waiting, st.Since, err = s.store.CountWaiting(ctx)
	}
	return st, err
}
