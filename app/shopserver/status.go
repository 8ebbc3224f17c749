package shopserver

import (
	"context"
	"os"
	"strings"

	"patio/app/hubd"
	"patio/backend/crm"
)

// Phase says what the server is at.
type Phase string

// Phases.
const (
	PhaseOff      Phase = "off"
	PhaseStarting Phase = "starting"
	PhaseOn       Phase = "on"
	PhaseFailed   Phase = "failed" // it should be on: Failure says why it isn't
)

// Status is what a person sees of it.
type Status struct {
	Phase   Phase      `json:"phase"`
	Failure *crm.Error `json:"failure"` // null for nothing
	PC      string     `json:"pc"`      // this PC's name; while it is off, a proposal
	Address string     `json:"address"` // "host:port" where other PCs reach it, "" while it isn't on
	Port    int        `json:"port"`    // TCP, by which it syncs; 0 while it isn't on
	Search  int        `json:"search"`  // UDP, by which it is found; 0 when it isn't
	PCs     int        `json:"pcs"`     // that are connected to it, this one among them
	Code    *Code      `json:"code"`    // that was given out and is still good, or was used; null for none
}

// Status answers how it stands.
func (s *Service) Status(ctx context.Context) (Status, error) {
	s.mu.Lock()
	st := Status{Phase: s.phase, Failure: s.failure}
	h := s.hub
	if g := s.given; g != nil && (g.Used || s.cfg.Now().UnixMilli() < g.Expires) {
		code := g.Code
		st.Code = &code
	}
	if h != nil && h.answerer != nil {
		st.Search = h.answerer.Port()
	}
	s.mu.Unlock()
	kept, err := readFile(s.cfg.Dir)
	if err != nil {
		return st, err
	}
	if st.PC = kept.Name; st.PC == "" {
		st.PC, _ = os.Hostname() // only a proposal
	}
	if h == nil {
		return st, nil
	}
	st.Address, st.Port = strings.TrimPrefix(h.addresses()[0], "https://"), h.port
	var all []hubd.Workspace
	if err := h.hub.Call(ctx, hubd.ListWorkspaces, struct{}{}, &all); err != nil {
		if s.running() != h { // it ended meanwhile
			return s.Status(ctx)
		}
		return st, err
	}
	for _, w := range all {
		if w.ID == h.id() {
			st.PCs = w.Devices
		}
	}
	return st, nil
}
