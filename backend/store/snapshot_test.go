package store

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"patio/backend/crm"
)

func TestASnapshotIsWholeWhileTheStoreIsWritten(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, t.TempDir())
	r := seeded(t)
	ids := fill(t, s, r, 40)
	stop := make(chan struct{})
	written := make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				written <- n
				return
			default:
				edit(t, s, r, ids, 1)
				n++
			}
		}
	}()
	for range 5 {
		snap, err := s.TakeSnapshot(ctx, SnapshotManual)
		if err != nil {
			t.Fatal(err)
		}
		if snap.Bytes == 0 || snap.Kind != SnapshotManual {
			t.Errorf("%+v", snap)
		}
		wantWholeFile(t, filepath.Join(s.snapshotDir(), snap.ID+".db"))
	}
	close(stop)
	t.Logf("%d writes beside 5 snapshots", <-written)
	_, err := s.TakeSnapshot(ctx, "yearly")
	wantCode(t, err, crm.CodeInvalid)
	closeStore(t, s)
	if _, err := s.TakeSnapshot(ctx, SnapshotManual); err == nil {
		t.Error("a closed store was copied")
	}
}

// wantWholeFile opens a copy of a snapshot as a store and verifies it.
func wantWholeFile(t testing.TB, path string) {
	t.Helper()
	dir := t.TempDir()
	if err := copyFile(context.Background(), path, filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	s, err := openDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Opened().Recovered != nil {
		t.Errorf("the snapshot is damaged: %+v", s.Opened().Recovered)
	}
	wantWhole(t, s)
	closeStore(t, s)
}

// The clock, told by a fake one: the day's first start, every four hours of
// edits, nothing where nothing was edited.
func TestSnapshotsAreTakenWhenTheyAreDue(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		open := func() *Store {
			s, err := Open(context.Background(), Config{Dir: dir, Log: zerolog.Nop()})
			if err != nil {
				t.Fatal(err)
			}
			<-s.background.started
			return s
		}
		kinds := func(s *Store) (out []string) {
			list, err := s.Snapshots(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, snap := range list {
				out = append(out, snap.Kind)
			}
			return out
		}
		want := func(s *Store, when string, kindsWanted ...string) {
			t.Helper()
			synctest.Wait()
			if got := kinds(s); !slices.Equal(got, kindsWanted) {
				t.Fatalf("%s: %v, want %v", when, got, kindsWanted)
			}
		}
		time.Sleep(11 * time.Hour) // the bubble begins at midnight UTC; in São Paulo it is 8 in the morning now
		s := open()
		want(s, "an empty database")
		makeLead(t, s, "Ana")
		time.Sleep(6 * time.Minute)
		want(s, "the first lead", "daily")
		time.Sleep(5 * time.Hour)
		want(s, "hours without an edit", "daily")
		makeLead(t, s, "Bia")
		time.Sleep(6 * time.Minute)
		want(s, "an edit hours later", "hourly", "daily")
		makeLead(t, s, "Caio")
		time.Sleep(3 * time.Hour)
		want(s, "within four hours", "hourly", "daily")
		time.Sleep(time.Hour)
		want(s, "after four hours", "hourly", "hourly", "daily")
		closeStore(t, s)
		s = open()
		want(s, "a second start on the same day", "hourly", "hourly", "daily")
		closeStore(t, s)
		time.Sleep(14 * time.Hour)
		s = open()
		want(s, "the next day's first start", "daily", "hourly", "hourly", "daily")
		time.Sleep(24 * time.Hour)
		want(s, "a night without an edit", "daily", "hourly", "hourly", "daily")
		makeLead(t, s, "Dora")
		time.Sleep(6 * time.Minute)
		want(s, "a new day's first edit", "daily", "daily", "hourly") // of the first day the last one is enough
		status, err := s.SnapshotStatus(context.Background())
		if err != nil || status.Error != nil || time.Since(time.UnixMilli(status.LastAt)) > 6*time.Minute {
			t.Errorf("%+v %v", status, err)
		}
		closeStore(t, s)
	})
}

func TestOldSnapshotsGoAndTheLastOnesOfDaysAndWeeksStay(t *testing.T) {
	zone := must(time.LoadLocation(defaultZone))
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 22, rapid.IntRange(0, 23).Draw(t, "hour"), 30, 0, 0, zone)
		var list []Snapshot
		kinds := []string{SnapshotDaily, SnapshotHourly, SnapshotMigration, SnapshotManual, SnapshotRestore}
		for i := range rapid.IntRange(0, 120).Draw(t, "n") {
			at := now.Add(-time.Duration(rapid.IntRange(-2*24*60, 70*24*60).Draw(t, "ago")) * time.Minute)
			list = append(list, Snapshot{ID: fmt.Sprint(i), At: at.UnixMilli(), Kind: rapid.SampledFrom(kinds).Draw(t, "kind")})
		}
		slices.SortFunc(list, func(a, b Snapshot) int { return int(b.At - a.At) })
		gone := expired(list, now, zone)
		kept := slices.DeleteFunc(slices.Clone(list), func(s Snapshot) bool { return slices.Contains(gone, s) })
		if again := expired(kept, now, zone); len(again) > 0 {
			t.Fatalf("%v go the second time", again)
		}
		asked, days := map[string]int{}, map[string]bool{}
		old := 0
		for _, s := range kept {
			at := time.UnixMilli(s.At)
			switch {
			case !s.automatic():
				asked[s.Kind]++
			case !at.After(now) && now.Sub(at) >= 24*time.Hour:
				old++
			}
		}
		for kind, n := range asked {
			if n > keepAsked {
				t.Fatalf("%d of %s", n, kind)
			}
		}
		if old > keepDays+keepWeeks {
			t.Fatalf("%d older ones stay", old)
		}
		// The last one of each of the 7 latest days that had any is there.
		for _, s := range list {
			at := time.UnixMilli(s.At)
			if !s.automatic() || at.After(now) || days[day(at, zone)] {
				continue
			}
			days[day(at, zone)] = true
			if len(days) <= keepDays && !slices.Contains(kept, s) {
				t.Fatalf("the last one of %s is gone", day(at, zone))
			}
		}
		if len(list) > 0 && !slices.Contains(kept, list[0]) {
			t.Fatal("the newest is gone")
		}
	})
}

// A shop that opens every day for ten weeks keeps the last week and a month.
func TestTenWeeksOfDaysLeaveSevenDaysAndFourWeeks(t *testing.T) {
	zone := must(time.LoadLocation(defaultZone))
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, zone) // a Sunday
	var list []Snapshot
	for i := range 70 {
		now := now.AddDate(0, 0, i)
		list = slices.Insert(list, 0, Snapshot{ID: fmt.Sprint(i), At: now.UnixMilli(), Kind: SnapshotDaily})
		gone := expired(list, now, zone)
		list = slices.DeleteFunc(list, func(s Snapshot) bool { return slices.Contains(gone, s) })
	}
	var got []string
	for _, s := range list {
		got = append(got, time.UnixMilli(s.At).In(zone).Format("Mon 01-02"))
	}
	want := []string{"Sat 01-30", "Fri 01-29", "Thu 01-28", "Wed 01-27", "Tue 01-26", "Mon 01-25", "Sun 01-24", "Sun 01-17", "Sun 01-10"}
	if !slices.Equal(got, want) {
		t.Errorf("kept %v", got)
	}
}

func TestSnapshotsAreCopiedToASecondFolder(t *testing.T) {
	ctx := context.Background()
	dir, second := t.TempDir(), filepath.Join(t.TempDir(), "pen drive")
	s := openAt(t, dir)
	makeLead(t, s, "Ana")
	wantCode(t, s.SetSnapshotFolder(ctx, second), crm.CodeNotFound)
	if err := os.Mkdir(second, 0o700); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.SetSnapshotFolder(ctx, dir), crm.CodeInvalid)
	wantCode(t, s.SetSnapshotFolder(ctx, filepath.Join(dir, snapshotFolder)), crm.CodeNotFound)
	wantCode(t, s.SetSnapshotFolder(ctx, "relative"), crm.CodeNotFound)
	<-s.background.started
	first, err := s.TakeSnapshot(ctx, SnapshotManual)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetSnapshotFolder(ctx, second); err != nil {
		t.Fatal(err)
	}
	theirs := "patio-00fedcba-20200101T000000.000Z-daily"
	writeFile(t, filepath.Join(second, theirs+".db"), "another PC's")
	writeFile(t, filepath.Join(second, "fotos.zip"), "photos")
	last, err := s.TakeSnapshot(ctx, SnapshotManual)
	if err != nil {
		t.Fatal(err)
	}
	for _, snap := range []Snapshot{first, last} {
		wantWholeFile(t, filepath.Join(second, snap.ID+".db"))
	}
	for range 9 {
		if last, err = s.TakeSnapshot(ctx, SnapshotManual); err != nil {
			t.Fatal(err)
		}
	}
	copies := must(s.listSnapshots(second))
	if len(copies) != keepAsked+1 || copies[0].ID != last.ID {
		t.Errorf("copies %v", copies)
	}
	if _, there := files(t, second)["fotos.zip"]; !there || !slices.ContainsFunc(copies, func(c Snapshot) bool { return c.ID == theirs }) {
		t.Error("what isn't ours went away")
	}

	// The disk is pulled out: the snapshot counts, the status tells, and the next
	// start with the disk makes up for it.
	away := second + " elsewhere"
	if err := os.Rename(second, away); err != nil {
		t.Fatal(err)
	}
	if last, err = s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	status, err := s.SnapshotStatus(ctx)
	if err != nil || status.Error == nil || status.Error.Code != crm.CodeNotFound || status.Error.Params["folder"] != second || status.LastAt != last.At || status.CopiedAt >= last.At {
		t.Errorf("%+v %v", status, err)
	}
	closeStore(t, s)
	s = openAt(t, dir)
	<-s.background.started
	if status, err = s.SnapshotStatus(ctx); err != nil || status.Error == nil {
		t.Errorf("%+v %v", status, err)
	}
	closeStore(t, s)
	if err := os.Rename(away, second); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	<-s.background.started
	if status, err = s.SnapshotStatus(ctx); err != nil || status.Error != nil || status.CopiedAt != last.At {
		t.Errorf("%+v %v", status, err)
	}
	if err := s.SetSnapshotFolder(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if status, err = s.SnapshotStatus(ctx); err != nil || status.Folder != "" {
		t.Errorf("%+v %v", status, err)
	}
}

// With the data folder's own snapshots gone, the second folder's serve.
func TestADamagedDatabaseIsRecoveredFromTheSecondFolder(t *testing.T) {
	ctx := context.Background()
	dir, second := t.TempDir(), t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 20)
	if err := s.SetSnapshotFolder(ctx, second); err != nil {
		t.Fatal(err)
	}
	snap, err := s.TakeSnapshot(ctx, SnapshotManual)
	if err != nil {
		t.Fatal(err)
	}
	want := contents(t, s)
	closeStore(t, s)
	if err := os.RemoveAll(filepath.Join(dir, snapshotFolder)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m := mapPages(t, path)
	for page, table := range m.tables {
		if table == "leads" || table == "contacts" {
			clear(b[(page-1)*4096 : page*4096])
		}
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	if note := s.Opened().Recovered; note == nil || note.Snapshot != snap.ID {
		t.Fatalf("recovered %+v", note)
	}
	if !maps.Equal(contents(t, s), want) {
		t.Error("records differ")
	}
	wantWhole(t, s)
}

// A snapshot that is itself damaged is passed over for the one before.
func TestADamagedSnapshotIsPassedOver(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 20)
	good := must(s.TakeSnapshot(ctx, SnapshotManual))
	bad := must(s.TakeSnapshot(ctx, SnapshotManual))
	want := contents(t, s)
	wantCode(t, s.Restore(ctx, "patio-00fedcba-20200101T000000.000Z-daily"), crm.CodeNotFound)
	wantCode(t, s.Restore(ctx, "../patio"), crm.CodeNotFound)
	closeStore(t, s)
	path := filepath.Join(dir, snapshotFolder, bad.ID+".db")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[8192:40960])
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	wantCode(t, s.Restore(ctx, bad.ID), crm.CodeCorrupt)
	if s.Damage() != nil {
		t.Error("a damaged snapshot counts as a damaged database")
	}
	if !maps.Equal(contents(t, s), want) {
		t.Error("a refused restore changed something")
	}
	closeStore(t, s)
	// The day's own snapshot may have been taken meanwhile.
	rest := slices.DeleteFunc(must(s.listSnapshots(s.snapshotDir())), func(snap Snapshot) bool { return snap.ID == bad.ID })
	if len(rest) == 0 || !slices.ContainsFunc(rest, func(snap Snapshot) bool { return snap.ID == good.ID }) {
		t.Fatalf("left: %+v", rest)
	}
	if err := os.Remove(filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	if note := s.Opened().Recovered; note == nil || note.Snapshot != rest[0].ID {
		t.Errorf("recovered %+v, want %s", note, rest[0].ID)
	}
	if !maps.Equal(contents(t, s), want) {
		t.Error("records differ")
	}
}
