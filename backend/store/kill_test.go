package store

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// Kills in the middle of work are the business of package crash; these are the
// ones that only a start can meet.

// childMigrations are what the child's program has more than this one: enough
// work to be killed in.
var childMigrations = []string{
	"CREATE TABLE later AS SELECT l.id, o.seq FROM leads l, operations o LIMIT 60000;\nCREATE INDEX later_id ON later(id);",
	"UPDATE guard SET open=1;\nALTER TABLE leads ADD COLUMN color TEXT NOT NULL DEFAULT '';\nUPDATE leads SET color='azul';\nUPDATE guard SET open=0;",
	"DROP TABLE later;\nCREATE TABLE last(x);",
}

// childMigrate opens a folder with newer migrations.
func childMigrate(dir string) error {
	s, err := openLater(dir, childMigrations...)
	if err != nil {
		return err
	}
	return s.Close()
}

// killStarts copies a folder, kills a child that starts on it at a random
// moment, and hands the folder to check, until so many were killed. The first
// child is left alone, to learn how long it takes; one that ends before its
// kill says so, too: how busy the machine is changes.
func killStarts(t *testing.T, role, source string, check func(dir string)) {
	t.Helper()
	r := seeded(t)
	kills := max(size(t, "PATIO_KILLS", 250)/25, 5)
	took := time.Duration(0)
	killed, started := 0, 0
	for ; killed < kills && started < 5*kills; started++ {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		cmd, _, in := startChild(t, role, dir)
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		var timer *time.Timer
		if started > 0 {
			timer = time.AfterFunc(time.Duration(r.Int64N(int64(took))), func() { _ = cmd.Process.Kill() }) // it may have ended
		}
		switch err := cmd.Wait(); {
		case err == nil:
			took = time.Since(start)
		case timer == nil:
			t.Fatal(err)
		default:
			killed++
		}
		if timer != nil {
			timer.Stop()
		}
		check(dir)
	}
	t.Logf("%d of %d starts were killed, the last that wasn't took %v", killed, started, took)
	if killed < kills {
		t.Errorf("only %d of %d children were killed before they were done", killed, started)
	}
}

func TestAKillDuringAMigrationLosesNothing(t *testing.T) {
	source := t.TempDir()
	s := openAt(t, source)
	fill(t, s, seeded(t), 150)
	want := contents(t, s)
	closeStore(t, s)
	if err := os.RemoveAll(filepath.Join(source, snapshotFolder)); err != nil {
		t.Fatal(err)
	}
	killStarts(t, "migrate", source, func(dir string) {
		s, err := openWith(context.Background(), Config{Dir: dir, Log: zerolog.Nop()}, later(childMigrations...))
		if err != nil {
			t.Fatal(err)
		}
		defer closeStore(t, s)
		if s.Opened().Recovered != nil {
			t.Errorf("the kill counts as damage: %+v", s.Opened().Recovered)
		}
		if !maps.Equal(contents(t, s), want) {
			t.Error("records differ")
		}
		var azure int
		if err := s.one(context.Background(), "SELECT count(*) FROM leads WHERE color='azul'", nil, &azure); err != nil || azure != 150 {
			t.Errorf("%d leads migrated, %v", azure, err)
		}
		for _, snap := range must(s.Snapshots(context.Background())) {
			if _, err := checkSnapshot(context.Background(), snap.path(s)); err != nil {
				t.Errorf("%s: %v", snap.ID, err)
			}
		}
		wantWhole(t, s)
	})
}

func TestAKillDuringARecoveryLosesNothing(t *testing.T) {
	source := t.TempDir()
	s := openAt(t, source)
	r := seeded(t)
	ids := fill(t, s, r, 60)
	if _, err := s.TakeSnapshot(context.Background(), SnapshotManual); err != nil {
		t.Fatal(err)
	}
	edit(t, s, r, ids, 30)
	fill(t, s, r, 60)
	want := contents(t, s)
	closeStore(t, s)
	path := filepath.Join(source, FileName)
	b := must(os.ReadFile(path))
	clear(b[:4096])
	writeFile(t, path, string(b))
	killStarts(t, "hold", source, func(dir string) {
		s, err := openDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer closeStore(t, s)
		note := s.Opened().Recovered
		if note == nil || note.Older+note.Doubtful+len(note.Lost) > 0 {
			t.Errorf("recovered %+v", note)
		}
		if !maps.Equal(contents(t, s), want) {
			t.Error("records differ")
		}
		<-s.background.started // the ballast is in the making before
		if left := must(filepath.Glob(filepath.Join(dir, "*"+partSuffix+"*"))); len(left) > 0 {
			t.Errorf("left %v behind", left)
		}
		wantWhole(t, s)
	})
}
