// Package reminding notices when it is time to remind the person who uses this
// device, and keeps what it has been told here: each reminder is told once a
// device, also after a restart.
package reminding

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/store"
)

const (
	// A timer counts only while the PC is awake: until the next reminder the
	// clock is looked at once a minute.
	longestWait = time.Minute
	// What is told later than this, and was due by then, was missed.
	late = 5 * time.Minute
	// So many are told one by one; more are told as one.
	oneByOne = 3
)

// Config is what the service stands on.
type Config struct {
	Store   *store.Store
	Log     zerolog.Logger
	Changed func()                               // what is to be told has changed; it may not block
	Now     func() time.Time                     // nil: the clock
	Wait    func(time.Duration) <-chan time.Time // nil: time.After
}

// Service watches the time while the program runs.
type Service struct {
	cfg  Config
	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex // guards the rest
	state state
	told  []string // what Changed was last called for
}

// Notice is what the person is to be told now.
type Notice struct {
	Entries []crm.AgendaEntry `json:"entries"` // one by one; at most three
	More    int               `json:"more"`    // due now, too many for that
	Missed  int               `json:"missed"`  // while the program didn't run
	IDs     []string          `json:"ids"`     // of all these activities: Tell them once they are on the screen
}

// Open reads what was told on this device and begins to watch. What was due
// before it ever ran here was not missed.
func Open(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Wait == nil {
		cfg.Wait = time.After
	}
	s := &Service{cfg: cfg, wake: make(chan struct{}, 1), done: make(chan struct{})}
	text, err := cfg.Store.Device(ctx, deviceKey)
	if err != nil {
		return nil, err
	}
	s.state = readState(text, cfg.Now())
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.keep(ctx); err != nil { // a database that can't be written to is read all the same
		cfg.Log.Warn().Err(err).Msg("reminders not kept")
	}
	go s.run(ctx)
	return s, nil
}

// Close ends the watch.
func (s *Service) Close() error {
	s.stop()
	<-s.done
	return nil
}

// run looks at every change that can move a reminder, and when one is due.
func (s *Service) run(ctx context.Context) {
	defer close(s.done)
	off := s.cfg.Store.Subscribe(func(c crm.Change, workspace bool) {
		if c.All || workspace || slices.Contains(c.Kinds, "activities") || slices.Contains(c.Kinds, "leads") {
			s.nudge()
		}
	})
	defer off()
	for {
		var timer <-chan time.Time
		if next := s.look(ctx); next > 0 {
			timer = s.cfg.Wait(min(max(time.UnixMilli(next).Sub(s.cfg.Now()), 0), longestWait))
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-timer:
		}
	}
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// look calls Changed when other reminders are due than those that it was last
// called for, and answers when the next one is (ms UTC); 0 for never.
func (s *Service) look(ctx context.Context) int64 {
	s.mu.Lock()
	ids, next, err := s.due(ctx)
	changed := err == nil && !slices.Equal(ids, s.told)
	if changed {
		s.told = ids
	}
	s.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil {
			s.cfg.Log.Warn().Err(err).Msg("reminders not read")
		}
		return s.cfg.Now().Add(longestWait).UnixMilli()
	}
	if changed {
		s.cfg.Changed()
	}
	return next
}

// due answers the activities that the person is to be told of, by time, and when
// the next ones are. The caller holds mu.
func (s *Service) due(ctx context.Context) ([]string, int64, error) {
	now := s.cfg.Now().UnixMilli()
	list, next, err := s.cfg.Store.Reminders(ctx, s.cfg.Store.ActingUser(), s.state.Floor, now)
	if err != nil {
		return nil, 0, err
	}
	ids := []string{}
	for _, r := range list {
		if s.state.isNew(r) {
			ids = append(ids, r.ActivityID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.state.Snoozed)) {
		switch until := s.state.Snoozed[id]; {
		case until > now:
			if next == 0 || until < next {
				next = until
			}
		case !slices.Contains(ids, id):
			ids = append(ids, id)
		}
	}
	return ids, next, nil
}

// Notice answers what is to be told now.
func (s *Service) Notice(ctx context.Context) (Notice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := Notice{Entries: []crm.AgendaEntry{}, IDs: []string{}}
	ids, _, err := s.due(ctx)
	if err != nil || len(ids) == 0 {
		return n, err
	}
	entries, err := s.cfg.Store.Due(ctx, s.cfg.Store.ActingUser(), ids)
	if err != nil {
		return n, err
	}
	n.IDs = ids
	now := s.cfg.Now()
	w, err := s.cfg.Store.Workspace(ctx)
	if err != nil {
		return n, err
	}
	for _, e := range entries {
		a := crm.Activity{DueAt: e.DueAt, DueDay: e.DueDay, Remind: e.Remind}
		at := a.RemindAt(s.cfg.Store.Zone(), w.Morning())
		if until, put := s.state.Snoozed[e.ID]; put {
			if at > now.UnixMilli() {
				continue // it was put off, and then to a later day: that one will be told
			}
			at = until
		}
		if e.Due <= now.UnixMilli() && at < now.Add(-late).UnixMilli() {
			n.Missed++
		} else {
			n.Entries = append(n.Entries, e)
		}
	}
	if len(n.Entries) > oneByOne {
		n.More, n.Entries = len(n.Entries), []crm.AgendaEntry{}
	}
	return n, nil
}

// Tell keeps that activities' reminders are on the screen: they are not told
// again, here.
func (s *Service) Tell(ctx context.Context, ids []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now().UnixMilli()
	list, _, err := s.cfg.Store.Reminders(ctx, s.cfg.Store.ActingUser(), s.state.Floor, now)
	if err != nil {
		return err
	}
	for _, r := range list {
		if slices.Contains(ids, r.ActivityID) {
			s.state.Told[r.ActivityID] = told{r.At, r.Due}
		}
	}
	for _, id := range ids {
		if until, put := s.state.Snoozed[id]; put && until <= now {
			delete(s.state.Snoozed, id)
		}
	}
	if err := s.keep(ctx); err != nil {
		return err
	}
	s.nudge()
	return nil
}

// How long a reminder can be put off.
const (
	TenMinutes = "10m"
	OneHour    = "1h"
	Tomorrow   = "tomorrow" // until the workspace's morning
)

// Snooze puts a reminder off, on this device. Errors: invalid, not_found when it
// is done or gone.
func (s *Service) Snooze(ctx context.Context, id, length string) error {
	if err := store.CheckID("id", id); err != nil {
		return err
	}
	w, err := s.cfg.Store.Workspace(ctx)
	if err != nil {
		return err
	}
	until := s.cfg.Now()
	switch length {
	case TenMinutes:
		until = until.Add(10 * time.Minute)
	case OneHour:
		until = until.Add(time.Hour)
	case Tomorrow:
		until = crm.Morning(until, s.cfg.Store.Zone(), w.Morning())
	default:
		return crm.NewError(crm.CodeInvalid, "length", "value", length)
	}
	entries, err := s.cfg.Store.Due(ctx, s.cfg.Store.ActingUser(), []string{id})
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return crm.NewError(crm.CodeNotFound, "id", "id", id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Snoozed[id] = until.UnixMilli()
	if err := s.keep(ctx); err != nil {
		return err
	}
	s.nudge()
	return nil
}
