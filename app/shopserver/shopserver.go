// Package shopserver makes a PC the server of its shop: while the program runs
// it hosts the hub for the shop's other PCs, on the local network, and is itself
// a device of it. They join by a short code.
package shopserver

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/nearby"
)

// Codes of what a person is told.
const (
	CodeOn    crm.Code = "server.on"    // this PC is the server already
	CodeOff   crm.Code = "server.off"   // it isn't
	CodePorts crm.Code = "server.ports" // other programs hold all the ports by which it would be found
)

// Config is what a server stands on.
type Config struct {
	Store   *store.Store
	Sync    *syncing.Service
	Dir     string         // of the hub, and of what says that this PC is a server; outside the data folder
	Host    string         // address to listen at; "" is every one of this machine
	Nearby  nearby.Network // where it is found
	Log     zerolog.Logger // the zero value logs nothing
	Changed func()         // called when Status may answer something else; must not block; nil for nobody
	Now     func() time.Time
}

// Service is this PC as the shop's server, or as none. Close ends it.
type Service struct {
	cfg  Config
	busy sync.Mutex // held while it starts, stops or lets somebody in

	mu      sync.Mutex // guards what follows
	phase   Phase
	failure *crm.Error
	hub     *hosted // nil while it isn't on
	given   *given

	starting sync.WaitGroup
	ctx      context.Context // ends with Close
	end      context.CancelFunc
}

// Open reads whether this PC is the server. It opens no more than one small
// file. Errors: those of the file system.
func Open(cfg Config) (*Service, error) {
	if cfg.Changed == nil {
		cfg.Changed = func() {}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Service{cfg: cfg, phase: PhaseOff}
	s.ctx, s.end = context.WithCancel(context.Background())
	kept, err := readFile(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if kept.On {
		s.phase = PhaseStarting
	}
	return s, nil
}

// Begin starts syncing, and before it, if this PC is the server, the hub: in the
// background, since nothing that a person sees waits for it.
func (s *Service) Begin() {
	if s.at() != PhaseStarting {
		s.cfg.Sync.Start()
		return
	}
	s.starting.Go(func() {
		s.busy.Lock()
		defer s.busy.Unlock()
		kept, err := readFile(s.cfg.Dir)
		if err == nil {
			err = s.up(s.ctx, kept, true)
		}
		if err != nil {
			s.cfg.Log.Error().Err(err).Msg("the shop’s server did not start")
			s.show(PhaseFailed, err)
		}
		if s.ctx.Err() == nil {
			s.cfg.Sync.Start()
		}
	})
}

// Close ends the hub; the shop's other PCs go on by themselves. It ends before
// what it stands on.
func (s *Service) Close() error {
	s.end()
	s.starting.Wait()
	s.busy.Lock()
	defer s.busy.Unlock()
	return s.down()
}

// Start makes this PC the server, and a device of it by this name: all that is
// here goes there. One that should be the server and isn't is tried again.
// Errors: required, too_long, server.on, sync.joined, those of the hub's folder
// and of joining.
func (s *Service) Start(ctx context.Context, name string) error {
	name, err := crm.CheckLine("name", name)
	if err != nil {
		return err
	}
	if name == "" {
		return crm.NewError(crm.CodeRequired, "name")
	}
	s.busy.Lock()
	defer s.busy.Unlock()
	if s.at() == PhaseOn {
		return crm.NewError(CodeOn, "")
	}
	if err := s.down(); err != nil { // one that ended by itself
		return err
	}
	kept, err := readFile(s.cfg.Dir)
	if err != nil {
		return err
	}
	status, err := s.cfg.Sync.Status(ctx)
	if err != nil {
		return err
	}
	if status.Joined && !kept.On { // a device of somebody else's
		return crm.NewError(syncing.CodeJoined, "")
	}
	if !status.Joined {
		kept.Name = name
	}
	if !kept.On {
		kept.User = "" // who acts now
	}
	s.show(PhaseStarting, nil)
	err = s.up(ctx, kept, kept.On)
	switch {
	case err == nil:
	case kept.On:
		s.show(PhaseFailed, err)
	default:
		err = errors.Join(err, s.forget())
		s.show(PhaseOff, nil)
	}
	return err
}

// forget takes back that this PC is the server, if that was written down.
func (s *Service) forget() error {
	kept, err := readFile(s.cfg.Dir)
	if err != nil || !kept.On {
		return err
	}
	kept.On = false
	return writeFile(s.cfg.Dir, kept)
}

// Stop ends it: this PC works alone again, and so does each of the others until
// there is a server again. What the hub holds stays, so that it can go on.
// Errors: server.off.
func (s *Service) Stop(ctx context.Context) error {
	s.busy.Lock()
	defer s.busy.Unlock()
	kept, err := readFile(s.cfg.Dir)
	if err != nil {
		return err
	}
	if !kept.On {
		return crm.NewError(CodeOff, "")
	}
	kept.On = false
	if err := writeFile(s.cfg.Dir, kept); err != nil {
		return err
	}
	left := s.cfg.Sync.Leave(ctx)
	if crm.CodeOf(left) == syncing.CodeNotJoined {
		left = nil
	}
	err = errors.Join(left, s.down())
	s.show(PhaseOff, nil)
	return err
}

// up brings the hub up and makes this PC a device of it; again says that it was
// the server already. The caller holds busy.
func (s *Service) up(ctx context.Context, kept file, again bool) error {
	h, err := s.open(ctx, kept, again)
	if err != nil {
		return err
	}
	kept.On, kept.Port = true, h.port
	if err := s.join(ctx, h, kept); err != nil {
		return errors.Join(err, h.close())
	}
	if err := s.listen(h); err != nil {
		// PCs that have joined find it where it was; who asks for a code is told.
		s.cfg.Log.Warn().Err(err).Msg("the shop’s server can’t be looked for")
	}
	s.mu.Lock()
	s.hub = h
	s.mu.Unlock()
	s.show(PhaseOn, nil)
	go s.watch(h)
	return nil
}

// join makes this PC a device of its own hub, or tells it where that is now.
func (s *Service) join(ctx context.Context, h *hosted, kept file) error {
	status, err := s.cfg.Sync.Status(ctx)
	if err != nil {
		return err
	}
	if status.Joined {
		_, err := s.cfg.Sync.MoveTo(h.own())
		return errors.Join(err, writeFile(s.cfg.Dir, kept))
	}
	if kept.User, err = s.owner(ctx, h, kept.User); err != nil {
		return err
	}
	code, err := h.enrol(ctx, kept.User, []string{h.own()})
	if err != nil {
		return err
	}
	// Before it joins: a device of a hub that isn't hosted any more would be stuck.
	if err := writeFile(s.cfg.Dir, kept); err != nil {
		return err
	}
	return s.cfg.Sync.Join(ctx, syncing.Joining{Code: code, Name: kept.Name})
}

// listen has the hub be looked for by its devices.
func (s *Service) listen(h *hosted) error {
	a, err := nearby.Listen(s.cfg.Nearby)
	if err != nil {
		return err
	}
	a.Answer(nearby.OfWorkspace(h.workspace), func() string { return strings.Join(h.addresses(), " ") })
	s.mu.Lock()
	h.answerer = a
	s.mu.Unlock()
	return nil
}

// down ends the hub. The caller holds busy.
func (s *Service) down() error {
	s.mu.Lock()
	h := s.hub
	s.hub, s.given = nil, nil
	s.mu.Unlock()
	if h == nil {
		return nil
	}
	return h.close()
}

// watch notices a hub that ends by itself.
func (s *Service) watch(h *hosted) {
	<-h.ended
	s.mu.Lock()
	lost := s.hub == h
	s.mu.Unlock()
	if lost {
		s.cfg.Log.Error().Err(h.err).Msg("the shop’s server ended")
		s.show(PhaseFailed, h.err)
	}
}

func (s *Service) running() *hosted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hub
}

func (s *Service) at() Phase {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase
}

func (s *Service) show(p Phase, why error) {
	var failure *crm.Error
	if why != nil && !errors.As(why, &failure) {
		failure = crm.NewError(crm.CodeInternal, "").Because(why)
	}
	s.mu.Lock()
	s.phase, s.failure = p, failure
	s.mu.Unlock()
	s.cfg.Changed()
}
