package store

import (
	"context"
	"sync"
	"time"
)

// background is what the store does on its own: it checks the file, takes
// snapshots when they are due and fills the ballast again.
type background struct {
	stop    context.CancelFunc
	done    sync.WaitGroup
	started chan struct{} // closed when the first round is over
	purged  string        // the day on which what was due was purged last
}

// wakeEvery is how often the background looks whether something is due.
const wakeEvery = 5 * time.Minute

func (s *Store) startBackground(grace time.Duration) {
	ctx, stop := context.WithCancel(context.Background())
	s.background.stop, s.background.started = stop, make(chan struct{})
	s.background.done.Go(func() { s.runBackground(ctx, grace) })
}

// stopBackground ends it and waits; a snapshot in the making is given up.
func (s *Store) stopBackground() {
	if s.background.stop != nil {
		s.background.stop()
	}
	s.background.done.Wait()
}

func (s *Store) runBackground(ctx context.Context, grace time.Duration) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(grace):
	}
	s.fillNotes(ctx)
	s.fillBallast(ctx)
	s.checkInBackground(ctx)
	s.daily(ctx, true)
	s.copyMissing(ctx)
	close(s.background.started)
	tick := time.NewTicker(wakeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.daily(ctx, false)
			if s.Room(ballastSize) == nil {
				s.fillBallast(ctx)
			}
		}
	}
}

// daily takes the snapshot that is due; with the day's first one, every value
// is checked. Once a day it purges what is due.
func (s *Store) daily(ctx context.Context, starting bool) {
	if s.snapshotIfDue(ctx, starting) == SnapshotDaily {
		s.checkDigestsInBackground(ctx)
	}
	if today := day(s.now(), s.Zone()); today != s.background.purged {
		s.background.purged = today
		if err := s.purgeDue(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("what is due was not purged whole: tried again tomorrow")
		}
		if err := s.collectFiles(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("files that nothing names were not removed: tried again tomorrow")
		}
	}
}
