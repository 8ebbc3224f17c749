package shopserver

import (
	"context"
	"slices"
	"time"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/sync/enroll"
	"patio/sync/nearby"
)

// codeLasts is how long a short code is good for.
const codeLasts = 15 * time.Minute

// Person is whose PC is let in: somebody by the id, or somebody new by name.
type Person struct {
	UserID string `json:"userId"`
	Name   string `json:"name"`
	Role   string `json:"role"`
}

// Code is a short code that was given out: good for one PC, and for a while.
type Code struct {
	Text    string `json:"text"`    // "XXXX-XXXX"
	UserID  string `json:"userId"`  // whose PC it lets in
	Given   int64  `json:"given"`   // ms UTC
	Expires int64  `json:"expires"` // ms UTC
	Asked   bool   `json:"asked"`   // a PC in the network has asked for it, with whatever code
	Used    bool   `json:"used"`    // a PC has joined by it
}

// given is a code with what it stands for.
type given struct {
	Code
	topic nearby.Topic
}

// GiveCode lets in one PC of a person by a short code, the one before which is
// no good any more. Errors: server.off, server.ports, required, not_found,
// invalid.
func (s *Service) GiveCode(ctx context.Context, p Person) (Code, error) {
	s.busy.Lock()
	defer s.busy.Unlock()
	h := s.running()
	if h == nil {
		return Code{}, crm.NewError(CodeOff, "")
	}
	if err := s.findable(h); err != nil {
		return Code{}, err
	}
	u, err := s.person(ctx, p)
	if err != nil {
		return Code{}, err
	}
	if err := s.admit(ctx, h, u); err != nil {
		return Code{}, err
	}
	long, err := h.enrol(ctx, u.ID, h.addresses())
	if err != nil {
		return Code{}, err
	}
	short, now := enroll.NewShort(), s.cfg.Now()
	code := Code{Text: short.String(), UserID: u.ID, Given: now.UnixMilli(), Expires: now.Add(codeLasts).UnixMilli()}
	g := &given{code, nearby.OfCode(short)}
	s.mu.Lock()
	s.given = g
	s.mu.Unlock()
	h.answerer.Answer(g.topic, func() string { return s.say(g, long) }) // who wrote it holds busy
	s.cfg.Changed()
	return code, nil
}

// WithdrawCode ends the code that was given out; none is no error.
func (s *Service) WithdrawCode() {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.mu.Lock()
	if s.given != nil && s.hub != nil {
		s.hub.answerer.Silence(s.given.topic)
	}
	s.given = nil
	s.mu.Unlock()
	s.cfg.Changed()
}

// person answers who is meant, and makes whoever is new.
func (s *Service) person(ctx context.Context, p Person) (crm.User, error) {
	if p.UserID == "" {
		u := crm.User{Name: p.Name, Role: p.Role}
		done, err := setup.SaveUser(ctx, s.cfg.Store, u)
		if err != nil {
			return u, err
		}
		u.ID = done.IDs[0]
		return u, nil
	}
	w, err := s.cfg.Store.Workspace(ctx)
	if err != nil {
		return crm.User{}, err
	}
	i := slices.IndexFunc(w.Users, func(u crm.User) bool { return u.ID == p.UserID && !u.Retired })
	if i < 0 {
		return crm.User{}, crm.NewError(crm.CodeNotFound, "userId")
	}
	return s.give(ctx, w.Users[i], crm.Role(p.Role))
}

// findable has the hub be looked for, if it isn't yet.
func (s *Service) findable(h *hosted) error {
	if h.answerer != nil {
		return nil
	}
	if err := s.listen(h); err != nil {
		return crm.NewError(CodePorts, "").Because(err)
	}
	return nil
}

// say answers what a PC is told that asks for a code.
func (s *Service) say(g *given, long string) string {
	s.mu.Lock()
	open := s.given == g && !g.Used && s.cfg.Now().UnixMilli() < g.Expires
	first := open && !g.Asked
	g.Asked = g.Asked || open
	s.mu.Unlock()
	if !open {
		return ""
	}
	if first {
		s.cfg.Changed()
	}
	return long
}

// letIn hears that a device has joined. A code is good for one.
func (s *Service) letIn() {
	s.mu.Lock()
	if g := s.given; g != nil && s.hub != nil {
		g.Used = true
		s.hub.answerer.Silence(g.topic)
	}
	s.mu.Unlock()
	s.cfg.Changed()
}
