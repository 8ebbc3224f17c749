package syncing

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/protocol"
)

// How long it waits until it tries by itself.
const (
	firstPause = time.Second     // after a failure; doubled by each one that follows
	longPause  = 2 * time.Minute // at most
	stopped    = 10 * time.Minute
	// The hub tells of every change, by its stream or by the answer to who waits;
	// should that fail in a way that nobody thought of, it is asked all the same.
	unasked = 5 * time.Minute
	// A stream that something on the way holds back is tried again now and then:
	// a PC is carried from one network to another.
	streamAgain = 30 * time.Minute
)

// opSync is the operation by which the store takes in what the hub told.
const opSync = "sync"

// run syncs until ctx ends: after each write, after the hub's word, and by
// itself.
func (s *Service) run(ctx context.Context, done chan<- struct{}) {
	defer close(done)
	off := s.store.Subscribe(func(c crm.Change, _ bool) {
		if c.Label != opSync {
			s.nudge()
		}
		if slices.Contains(c.Kinds, kindAttachments) || c.All {
			signal(s.filed)
		}
	})
	defer off()
	var listening sync.WaitGroup
	defer listening.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	listening.Go(func() { s.listen(ctx) })
	listening.Go(func() { s.carryFiles(ctx) })

	failures, due := 0, s.firstCompare(ctx)
	for {
		drain(s.wake)
		drain(s.asked)
		_, err := s.Sync(ctx)
		if ctx.Err() != nil {
			return
		}
		pause, woken := unasked, s.wake
		if err != nil {
			failures++
			pause, woken = s.pause(failures), s.asked // a write alone brings back no hub
			if s.elsewhere(ctx, err) {
				pause = firstPause
			}
			s.cfg.Log.Warn().Err(err).Dur("pause", pause).Msg("sync")
		} else {
			failures = 0
			signal(s.agreed)
			s.learn(ctx)
			due = s.compareDue(ctx, due)
		}
		if !wait(ctx, pause, woken) {
			return
		}
	}
}

// pause is how long to wait after so many failures, with jitter: a whole shop
// whose hub comes back must not ask in one moment.
func (s *Service) pause(failures int) time.Duration {
	s.mu.Lock()
	phase := s.phase
	s.mu.Unlock()
	if phase != PhaseOffline {
		return stopped
	}
	p := min(firstPause<<min(failures-1, 10), longPause)
	return p/2 + rand.N(p)
}

// listen follows the hub's stream, again and again. It wakes the loop whatever
// it waits for: a stream that opens is a hub that is there.
func (s *Service) listen(ctx context.Context) {
	for failures := 1; ; failures++ {
		heard, err := s.local.Past(ctx)
		if err == nil {
			err = s.line().Listen(ctx, heard, func(word *protocol.Word) {
				failures = 0
				if word == nil || !s.hear(ctx, word) {
					s.Now()
				}
			})
		}
		if err == client.ErrSilent {
			s.cfg.Log.Info().Msg("the hub's stream is held back: waiting for answers instead")
			err = s.poll(ctx, func() { failures = 0 })
		}
		if ctx.Err() != nil {
			return
		}
		var refusal *protocol.Error
		if errors.As(err, &refusal) {
			s.Now() // a sync hears the same, and does what is to be done
		}
		p := min(firstPause<<min(failures, 10), longPause)
		s.cfg.Log.Debug().Err(err).Dur("pause", p).Msg("the hub's stream ended")
		if !wait(ctx, p/2+rand.N(p), s.turned) {
			return
		}
	}
}

// hear takes in what the hub's stream told; false if it is to be pulled.
func (s *Service) hear(ctx context.Context, word *protocol.Word) bool {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.mu.Lock()
	c, idle := s.client, s.phase == PhaseIdle
	s.mu.Unlock()
	if c == nil || !idle {
		return false
	}
	taken, err := c.Hear(ctx, word)
	if err != nil {
		s.cfg.Log.Warn().Err(err).Msg("take in what the hub told")
	}
	if taken {
		s.mu.Lock()
		s.synced = s.cfg.Now().UnixMilli()
		s.mu.Unlock()
		s.cfg.Changed()
	}
	return taken
}

// poll waits for the hub's answers instead of its stream, until one fails or it
// is time to try the stream again. answered hears of each.
func (s *Service) poll(ctx context.Context, answered func()) error {
	last := uint64(math.MaxUint64)
	for end := s.cfg.Now().Add(streamAgain); s.cfg.Now().Before(end); {
		m, err := s.local.Past(ctx)
		if err != nil {
			return err
		}
		head := m.Pulled()
		moved, err := s.line().Wait(ctx, m.Replica, head, 0)
		if err != nil {
			return err
		}
		answered()
		if !moved {
			continue
		}
		drain(s.agreed)
		s.Now()
		// What comes next is beyond what is pulled by then. What fails, or moves
		// nothing, must not be tried as fast as the hub can answer.
		if !wait(ctx, unasked, s.agreed) || head == last && !wait(ctx, firstPause, nil) {
			return ctx.Err()
		}
		last = head
	}
	return nil
}

// nudge says that something may wait.
func (s *Service) nudge() { signal(s.wake) }

// Now has it try at once, whatever it waits for.
func (s *Service) Now() {
	s.nudge()
	signal(s.asked)
}

func drain(c chan struct{}) {
	select {
	case <-c:
	default:
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it is known already
	}
}

// wait waits for a time or a signal; false when ctx ended.
func wait(ctx context.Context, pause time.Duration, woken <-chan struct{}) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-woken:
	}
	return true
}
