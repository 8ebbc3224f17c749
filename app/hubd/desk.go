package hubd

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"patio/app/logs"
	"patio/backend/replica"
	"patio/sync/record"
)

// How often a workspace's duties are seen to.
const (
	dutyClock = time.Hour        // at least
	dutyRest  = 30 * time.Second // at most, however much moves
	deskList  = time.Minute      // until a new workspace has its desk
)

// duty is work of the hub's own on a workspace, which no PC is to do: done
// often, and nothing when there is nothing to do.
type duty struct {
	name string
	do   func(ctx context.Context, workspace record.ID) error
}

// desk does the duties of each workspace, one after the other, on a clock and
// after its head moved. It needs no database of its own: it reads the hub's
// records, and what it writes the hub writes in its own name.
type desk struct {
	log        zerolog.Logger
	workspaces func(context.Context) ([]record.ID, error)
	moved      func(record.ID) <-chan struct{}
	begin      []duty // once, before the others
	duties     []duty
}

func (s *Service) desk() *desk {
	return &desk{
		log: s.cfg.Log, workspaces: s.store.Workspaces, moved: s.hub.Moved,
		begin: []duty{{"adopt files", s.hub.AdoptBlobs}},
		duties: []duty{
			{"sweep files", s.hub.SweepBlobs},
			{"tidy ranks", s.tidyRanks()},
			{"purge leads", s.purgeLeads()},
		},
	}
}

// tidyRanks keeps what it knows of each workspace for the next time.
func (s *Service) tidyRanks() func(context.Context, record.ID) error {
	var mu sync.Mutex // workspaces take turns: a look at all of one's leads takes memory
	ranks := replica.NewRanks()
	return func(ctx context.Context, workspace record.ID) error {
		mu.Lock()
		defer mu.Unlock()
		n, err := ranks.Tidy(ctx, s.store, s.hub, workspace)
		if n > 0 {
			s.cfg.Log.Info().Int("cards", n).Msg("ranks were tidied")
		}
		return err
	}
}

// purgeLeads erases what has rested in the archive for long enough.
func (s *Service) purgeLeads() func(context.Context, record.ID) error {
	var mu sync.Mutex // workspaces take turns, as above
	purges := replica.NewPurges()
	return func(ctx context.Context, workspace record.ID) error {
		mu.Lock()
		defer mu.Unlock()
		n, err := purges.Run(ctx, s.store, s.hub, workspace, s.cfg.Now())
		if n > 0 {
			s.cfg.Log.Info().Int("leads", n).Msg("leads were purged")
		}
		return err
	}
}

// start works until ctx is done, and answers a channel that is closed when it
// has ended.
func (d *desk) start(ctx context.Context) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var at sync.WaitGroup
		defer at.Wait()
		known := map[record.ID]bool{}
		for {
			ids, err := d.workspaces(ctx)
			d.failed(ctx, "workspaces", err)
			for _, id := range ids {
				if !known[id] {
					known[id] = true
					at.Go(func() { d.serve(ctx, id) })
				}
			}
			if !pause(ctx, deskList, nil) {
				return
			}
		}
	}()
	return ended
}

// serve does a workspace's duties until ctx is done.
func (d *desk) serve(ctx context.Context, workspace record.ID) {
	d.do(ctx, workspace, d.begin)
	for {
		// What moves from here on is seen to the next time.
		moved := d.moved(workspace)
		d.do(ctx, workspace, d.duties)
		if !pause(ctx, dutyRest, nil) || !pause(ctx, dutyClock-dutyRest, moved) {
			return
		}
	}
}

func (d *desk) do(ctx context.Context, workspace record.ID, list []duty) {
	for _, duty := range list {
		if ctx.Err() == nil {
			d.failed(ctx, duty.name, duty.do(ctx, workspace))
		}
	}
}

// failed logs what will be tried again.
func (d *desk) failed(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		logs.Failed(d.log, what, err)
	}
}

// pause waits for a time or a word; false when ctx is done.
func pause(ctx context.Context, lasts time.Duration, word <-chan struct{}) bool {
	timer := time.NewTimer(lasts)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-word:
	}
	return true
}
