package store

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

// later answers the program's migrations and more that come after them.
func later(more ...string) fs.FS {
	files := fstest.MapFS{}
	for _, path := range must(fs.Glob(migrationFiles, "migrations/*.sql")) {
		files[path[len("migrations/"):]] = &fstest.MapFile{Data: must(migrationFiles.ReadFile(path))}
	}
	for i, sql := range more {
		files["9000"+string(rune('0'+i))+"_later.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n-- +goose Down\nSELECT 1;\n")}
	}
	return files
}

func openLater(dir string, more ...string) (*Store, error) {
	return openWith(context.Background(), Config{Dir: dir, Log: zerolog.Nop()}, later(more...))
}

// files reads every file under a folder, the ballast and the lock left out.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), ballastName) || e.Name() == lockName {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestADatabaseFromANewerVersionIsRefusedAndLeftAsItIs(t *testing.T) {
	for _, end := range []string{"closed", "killed"} {
		t.Run(end, func(t *testing.T) {
			dir := t.TempDir()
			s, err := openLater(dir, "CREATE TABLE from_the_future(x);")
			if err != nil {
				t.Fatal(err)
			}
			id := makeLead(t, s, "Ana")
			if end == "killed" { // its log still beside it
				copied := t.TempDir()
				copyLive(t, s, copied)
				closeStore(t, s)
				dir = copied
			} else {
				closeStore(t, s)
			}
			before := files(t, dir)
			for range 2 {
				_, err = openDir(dir)
				wantCode(t, err, crm.CodeTooNew)
			}
			after := files(t, dir)
			for name, b := range before {
				if after[name] != b {
					t.Errorf("%s changed", name)
				}
			}
			if s, err = openLater(dir, "CREATE TABLE from_the_future(x);"); err != nil {
				t.Fatal(err)
			}
			defer closeStore(t, s)
			if _, err := Read[crm.Lead](context.Background(), s, id); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestASnapshotPrecedesEachMigrationAndSevenAreKept(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	id := makeLead(t, s, "Ana")
	closeStore(t, s)
	var more []string
	for i := range 9 {
		more = append(more, "CREATE TABLE later"+string(rune('a'+i))+"(x);")
		var told []string
		s, err := openWith(context.Background(), Config{Dir: dir, Log: zerolog.Nop(), Progress: func(phase string, _, _ int) { told = append(told, phase) }}, later(more...))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(slices.Compact(told), []string{"snapshot", "migrate"}) {
			t.Errorf("told %v", told)
		}
		list, err := s.Snapshots(context.Background())
		if err != nil || list[0].Kind != SnapshotMigration {
			t.Fatal(list, err)
		}
		path := filepath.Join(s.snapshotDir(), list[0].ID+".db")
		version, err := schemaVersion(context.Background(), asideDSN(path, true))
		if err != nil {
			t.Fatal(err)
		}
		if newest := must(s.newestVersion()); version >= newest {
			t.Errorf("the snapshot has version %d already, of %d", version, newest)
		}
		if _, err := s.TakeSnapshot(context.Background(), SnapshotManual); err != nil {
			t.Fatal(err)
		}
		if _, err := Read[crm.Lead](context.Background(), s, id); err != nil {
			t.Error(err)
		}
		closeStore(t, s)
	}
	kinds := map[string]int{}
	for _, snap := range must(s.listSnapshots(s.snapshotDir())) {
		kinds[snap.Kind]++
	}
	if kinds[SnapshotMigration] != keepAsked {
		t.Errorf("kept %v", kinds)
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	id := makeLead(t, s, "Ana")
	closeStore(t, s)
	before := files(t, dir)[FileName]
	for range 2 {
		if _, err := openLater(dir, "CREATE TABLE fine(x);\nUPDATE leads SET no_such_column=1;"); err == nil {
			t.Fatal("it went through")
		}
	}
	if files(t, dir)[FileName] != before {
		t.Error("the file changed")
	}
	s = openAt(t, dir)
	if _, err := Read[crm.Lead](context.Background(), s, id); err != nil {
		t.Error(err)
	}
	wantWhole(t, s)
}

func TestAFileIsCheckedBeforeUseAfterAStopThatWasNotClean(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	makeLead(t, s, "Ana")
	closeStore(t, s)
	phases := func() []string {
		t.Helper()
		var told []string
		last := 0
		s, err := Open(context.Background(), Config{Dir: dir, Log: zerolog.Nop(), Progress: func(phase string, done, total int) {
			told = append(told, phase)
			if phase == "check" && (done < last || done > total) {
				t.Errorf("%d of %d after %d", done, total, last)
			}
			last = done
		}})
		if err != nil {
			t.Fatal(err)
		}
		unclean := s.Opened().Unclean
		closeStore(t, s)
		if unclean != (len(told) > 0) {
			t.Errorf("unclean %v, told %v", unclean, told)
		}
		return slices.Compact(told)
	}
	if got := phases(); len(got) > 0 {
		t.Errorf("told %v after a clean stop", got)
	}
	for _, state := range []string{stateOpen, "torn wr"} {
		if err := os.WriteFile(filepath.Join(dir, lockName), []byte(state), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := phases(); !slices.Equal(got, []string{"check"}) {
			t.Errorf("told %v after state %q", got, state)
		}
	}
	if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
		t.Fatal(err)
	}
	if got := phases(); !slices.Equal(got, []string{"check"}) {
		t.Errorf("told %v without a lock file", got)
	}
}

// SQLite takes an empty file for a new database. A shop whose file went empty
// or away must not be shown an empty CRM.
func TestAnEmptyOrMissingFileWithSnapshotsIsRecovered(t *testing.T) {
	for _, harm := range []string{"empty", "missing"} {
		t.Run(harm, func(t *testing.T) {
			dir := t.TempDir()
			s := openAt(t, dir)
			fill(t, s, seeded(t), 20)
			snap, err := s.TakeSnapshot(context.Background(), SnapshotManual)
			if err != nil {
				t.Fatal(err)
			}
			want := contents(t, s)
			closeStore(t, s)
			if harm == "empty" {
				err = os.Truncate(filepath.Join(dir, FileName), 0)
			} else {
				err = os.Remove(filepath.Join(dir, FileName))
			}
			if err != nil {
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
		})
	}
}

// What is no database, and has no snapshots beside it, is somebody else's.
func TestAFileOfSomethingElseIsRefusedAndLeftAsItIs(t *testing.T) {
	for name, content := range map[string]string{
		"text": strings.Repeat("Planilha de leads\n", 1000), "short": "x", "zeros": strings.Repeat("\x00", 8192),
		"a header and nothing else": "SQLite format 3\x00" + strings.Repeat("\x07", 9000),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, FileName), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				_, err := openDir(dir)
				wantCode(t, err, crm.CodeCorrupt)
				if got := files(t, dir); len(got) != 1 || got[FileName] != content {
					t.Errorf("the folder holds %v", slices.Collect(maps.Keys(got)))
				}
			}
		})
	}
}

// A kill or a full disk in the middle of a recovery: the next start goes on.
func TestARecoveryThatWasCutShortGoesOn(t *testing.T) {
	source := t.TempDir()
	s := openAt(t, source)
	fill(t, s, seeded(t), 20)
	if _, err := s.TakeSnapshot(context.Background(), SnapshotManual); err != nil {
		t.Fatal(err)
	}
	fill(t, s, seeded(t), 20)
	want := contents(t, s)
	live := t.TempDir()
	<-s.background.started // the day's snapshot is in the making before
	copyLive(t, s, live)
	if err := os.CopyFS(filepath.Join(live, snapshotFolder), os.DirFS(s.snapshotDir())); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	aside := damagedPrefix + "20261122T150000.000Z" + partSuffix
	move := func(dir string, names ...string) {
		for _, name := range names {
			if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, aside, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, cut := range map[string]func(dir string){
		"before anything moved": func(string) {},
		"after the log moved":   func(dir string) { move(dir, FileName+"-wal") },
		"after both moved":      func(dir string) { move(dir, FileName+"-wal", FileName) },
		"while it was built": func(dir string) {
			move(dir, FileName+"-wal", FileName)
			writeFile(t, filepath.Join(dir, restoringName), "half")
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(live)); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(filepath.Join(dir, aside), 0o700); err != nil {
				t.Fatal(err)
			}
			cut(dir)
			s := openAt(t, dir)
			note := s.Opened().Recovered
			if note == nil || note.Older+note.Doubtful+len(note.Lost) > 0 {
				t.Fatalf("recovered %+v", note)
			}
			if !maps.Equal(contents(t, s), want) {
				t.Error("records differ")
			}
			if there, err := exists(filepath.Join(dir, note.Folder, FileName)); err != nil || !there {
				t.Errorf("damaged file not kept: %v", err)
			}
			wantWhole(t, s)
		})
	}
	t.Run("after it was put in place", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, aside), 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(dir, aside, FileName), "damaged")
		s := openAt(t, dir)
		if !maps.Equal(contents(t, s), want) {
			t.Error("records differ")
		}
		if there, err := exists(filepath.Join(dir, strings.TrimSuffix(aside, partSuffix), FileName)); err != nil || !there {
			t.Errorf("damaged file not kept: %v", err)
		}
	})
}

// copyLive copies the files of an open store as a kill leaves them: the log
// beside the database.
func copyLive(t testing.TB, s *Store, dir string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		if err := copyFile(context.Background(), s.path()+suffix, filepath.Join(dir, FileName+suffix)); err != nil {
			t.Fatal(err)
		}
	}
}

func writeFile(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
