package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"patio/backend/crm"
)

// snapshotIfDue takes the snapshot that the clock calls for: the day's first,
// and one after 4 hours if there were edits since. It answers the kind taken.
func (s *Store) snapshotIfDue(ctx context.Context, starting bool) string {
	if s.Damage() != nil {
		return "" // a damaged copy must not push a good one out
	}
	kind, err := s.dueSnapshot(ctx, starting)
	if err == nil && kind != "" {
		_, err = s.TakeSnapshot(ctx, kind)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.noteSnapshot(err)
		}
		return ""
	}
	return kind
}

// dueSnapshot answers the kind that is due, "" for none.
func (s *Store) dueSnapshot(ctx context.Context, starting bool) (string, error) {
	list, err := s.Snapshots(ctx)
	if err != nil {
		return "", err
	}
	now := s.now()
	// One from a day when the clock was ahead tells nothing.
	i := slices.IndexFunc(list, func(snap Snapshot) bool { return snap.automatic() && snap.At <= now.UnixMilli() })
	if i < 0 {
		return s.ifAny(ctx, SnapshotDaily, "SELECT EXISTS(SELECT 1 FROM contacts)")
	}
	kind, last := SnapshotHourly, time.UnixMilli(list[i].At)
	if day(now, s.Zone()) != day(last, s.Zone()) {
		kind = SnapshotDaily
	}
	switch {
	case kind == SnapshotDaily && starting:
		return kind, nil
	case kind == SnapshotHourly && now.Sub(last) < snapshotEvery:
		return "", nil
	}
	kept, err := checkSnapshot(ctx, filepath.Join(s.snapshotDir(), list[i].ID+".db"))
	if err != nil {
		return kind, nil // the last one is no longer good
	}
	return s.ifAny(ctx, kind, "SELECT NOT EXISTS(SELECT 1 FROM replica WHERE number=? AND counter=?)", int64(kept.replica), kept.counter)
}

func (s *Store) ifAny(ctx context.Context, kind, query string, args ...any) (string, error) {
	var any bool
	if err := s.one(ctx, query, args, &any); err != nil {
		return "", s.fail("look for edits", err)
	}
	if !any {
		return "", nil
	}
	return kind, nil
}

// automatic says whether the clock called for the snapshot.
func (snap Snapshot) automatic() bool {
	return snap.Kind == SnapshotDaily || snap.Kind == SnapshotHourly
}

func day(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

func week(t time.Time, zone *time.Location) string {
	year, week := t.In(zone).ISOWeek()
	return fmt.Sprintf("%d-%d", year, week)
}

// How many are kept.
const (
	keepDays  = 7
	keepWeeks = 4
	keepAsked = 7 // of each kind that the clock didn't call for
	keepAhead = 2 // of those from when the clock was ahead
)

// expired answers those of a list, the newest first, that are no longer
// needed: of the automatic ones stay all of the last 24 hours, the last one of
// each of the 7 latest days, and of each of the 4 latest weeks.
func expired(list []Snapshot, now time.Time, zone *time.Location) []Snapshot {
	var out []Snapshot
	kinds, days, weeks := map[string]int{}, map[string]bool{}, map[string]bool{}
	first := func(seen map[string]bool, key string, keep int) bool {
		if seen[key] || len(seen) == keep {
			return false
		}
		seen[key] = true
		return true
	}
	for _, snap := range list {
		at := time.UnixMilli(snap.At)
		group, keep := snap.Kind, keepAsked
		if snap.automatic() {
			group, keep = "ahead", keepAhead
		}
		if !snap.automatic() || at.After(now) {
			if kinds[group]++; kinds[group] > keep {
				out = append(out, snap)
			}
			continue
		}
		ofDay := first(days, day(at, zone), keepDays)
		ofWeek := first(weeks, week(at, zone), keepWeeks)
		if !ofDay && !ofWeek && now.Sub(at) >= 24*time.Hour {
			out = append(out, snap)
		}
	}
	return out
}

// removeExpired makes room in the data folder and in the second one, where
// only this database's snapshots are its own.
func (s *Store) removeExpired(ctx context.Context) {
	zone, now := s.Zone(), s.now()
	list, err := s.listSnapshots(s.snapshotDir())
	if err == nil {
		err = removeSnapshots(s.snapshotDir(), expired(list, now, zone))
	}
	if err != nil {
		s.log.Warn().Err(err).Msg("old snapshots not removed")
	}
	folder, err := s.Device(ctx, deviceSnapshots)
	if err != nil || folder == "" {
		return
	}
	own, err := s.ownNumbers(ctx)
	if err == nil {
		list, err = s.listSnapshots(folder)
	}
	if err == nil {
		list = slices.DeleteFunc(list, func(snap Snapshot) bool { return !slices.Contains(own, snap.replica) })
		err = removeSnapshots(folder, expired(list, now, zone))
	}
	if err != nil {
		s.log.Warn().Err(err).Msg("old copies not removed")
	}
}

func removeSnapshots(dir string, list []Snapshot) error {
	for _, snap := range list {
		if err := os.Remove(filepath.Join(dir, snap.ID+".db")); err != nil {
			return err
		}
	}
	return nil
}

// SnapshotStatus is what a person should know of the copies.
type SnapshotStatus struct {
	Folder    string     `json:"folder"` // the second folder, "" when none was picked
	Snapshots []Snapshot `json:"snapshots"`
	LastAt    int64      `json:"lastAt"`   // ms UTC of the newest snapshot, 0 when none
	CopiedAt  int64      `json:"copiedAt"` // ms UTC of the newest snapshot in the second folder, 0 when none
	Error     *crm.Error `json:"error"`    // why the last automatic snapshot or its copy failed
}

// SnapshotStatus answers what there is and what failed.
func (s *Store) SnapshotStatus(ctx context.Context) (SnapshotStatus, error) {
	list, err := s.Snapshots(ctx)
	if err != nil {
		return SnapshotStatus{}, err
	}
	st := SnapshotStatus{Snapshots: list}
	if st.Folder, err = s.Device(ctx, deviceSnapshots); err != nil {
		return st, err
	}
	if len(list) > 0 {
		st.LastAt = list[0].At
	}
	s.snaps.mu.Lock()
	defer s.snaps.mu.Unlock()
	st.CopiedAt, st.Error = s.snaps.copiedAt, s.snaps.err
	return st, nil
}
