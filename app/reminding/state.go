package reminding

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"patio/backend/crm"
)

// deviceKey is where the device keeps its state.
const deviceKey = "reminders"

const (
	// What comes from elsewhere so much after its time is told no more.
	longAgo = 14 * 24 * time.Hour
	// As many are kept as told or put off; of more the oldest go.
	maxKept = 500
)

// state is what this device has told. It is bounded by time and by number.
type state struct {
	Floor   int64            `json:"floor"`   // ms UTC; what was due by then is never told
	Told    map[string]told  `json:"told"`    // by activity
	Snoozed map[string]int64 `json:"snoozed"` // activity → until when, ms UTC
}

// told is a reminder that was told; both are ms UTC.
type told struct {
	At  int64 `json:"at"`
	Due int64 `json:"due"`
}

// readState reads what the device kept; what can't be read counts as nothing, as
// on a first start.
func readState(text string, now time.Time) state {
	var s state
	if json.Unmarshal([]byte(text), &s) != nil || s.Floor == 0 {
		s = state{Floor: now.UnixMilli()}
	}
	if s.Told == nil {
		s.Told = map[string]told{}
	}
	if s.Snoozed == nil {
		s.Snoozed = map[string]int64{}
	}
	return s
}

// isNew says whether a reminder was not told yet. One that was told and then
// moved to a later moment is another one.
func (s *state) isNew(r crm.Reminder) bool { return s.Told[r.ActivityID].At < r.At }

// prune keeps the state small.
func (s *state) prune(now time.Time) {
	s.Floor = max(s.Floor, now.Add(-longAgo).UnixMilli())
	if over := len(s.Told) - maxKept; over > 0 {
		first := slices.SortedFunc(maps.Values(s.Told), func(a, b told) int { return cmp.Compare(a.Due, b.Due) })
		s.Floor = max(s.Floor, first[over-1].Due)
	}
	maps.DeleteFunc(s.Told, func(_ string, t told) bool { return t.Due <= s.Floor })
	maps.DeleteFunc(s.Snoozed, func(_ string, until int64) bool { return until < now.Add(-longAgo).UnixMilli() })
	if over := len(s.Snoozed) - maxKept; over > 0 {
		oldest := slices.SortedFunc(maps.Keys(s.Snoozed), func(a, b string) int { return cmp.Compare(s.Snoozed[a], s.Snoozed[b]) })
		for _, id := range oldest[:over] {
			delete(s.Snoozed, id)
		}
	}
}

// keep writes the state. The caller holds mu, or is alone.
func (s *Service) keep(ctx context.Context) error {
	s.state.prune(s.cfg.Now())
	text, err := json.Marshal(s.state)
	if err != nil {
		return err
	}
	return s.cfg.Store.SetDevice(ctx, deviceKey, string(text))
}
