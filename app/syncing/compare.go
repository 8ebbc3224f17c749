package syncing

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"patio/backend/crm"
	"patio/sync/client"
)

// When what is here is held against what the hub has. It reads all records, so
// a program that was just opened is left in peace first, and the PCs of a
// company that opens at eight don't all ask at once.
const (
	compareEvery = 6 * time.Hour
	compareAfter = 10 * time.Minute // from the start of the loop, and as much again by chance
	compareAgain = time.Hour        // after one that failed
)

// comparedAt is the key under which the store keeps when it last was, ms UTC.
const comparedAt = "sync.compared"

// Compare syncs, holds all that is here against what the hub has, and takes
// again what went wrong on this disk. Syncs wait for it: it takes some seconds
// with 50,000 leads. Errors: sync.not_joined, sync.unreachable, the hub's.
func (s *Service) Compare(ctx context.Context) (client.Result, error) {
	s.busy.Lock()
	defer s.busy.Unlock()
	s.mu.Lock()
	c := s.client
	s.mu.Unlock()
	if c == nil {
		return client.Result{}, crm.NewError(CodeNotJoined, "")
	}
	r, err := c.Sync(ctx, client.Compare)
	if err != nil {
		return r, told(err)
	}
	if r.Healed > 0 {
		s.cfg.Log.Warn().Int("records", r.Healed).Msg("records had lost something on this disk, and were taken again")
	}
	return r, s.store.SetDevice(ctx, comparedAt, strconv.FormatInt(s.cfg.Now().UnixMilli(), 10))
}

// firstCompare answers when a loop that starts now compares first.
func (s *Service) firstCompare(ctx context.Context) time.Time {
	first := s.cfg.Now().Add(compareAfter + rand.N(compareAfter))
	text, err := s.store.Device(ctx, comparedAt)
	if err != nil {
		return first // the sync that comes before it tells
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if due := time.UnixMilli(ms).Add(compareEvery); err == nil && due.After(first) && due.Before(first.Add(compareEvery)) { // a clock may have been set back
		return due
	}
	return first
}

// compareDue compares when it is time to, and answers when the next time is.
// That it failed is no state of the sync, which went well just before.
func (s *Service) compareDue(ctx context.Context, due time.Time) (next time.Time) {
	now := s.cfg.Now()
	if now.Before(due) {
		return due
	}
	if _, err := s.Compare(ctx); err != nil {
		s.cfg.Log.Warn().Err(err).Msg("hold the records against the hub's")
		return now.Add(compareAgain)
	}
	return now.Add(compareEvery)
}
