package store

import (
	"context"
	"database/sql"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"patio/backend/crm"
)

func TestRestoringBringsTheSnapshotBackWhileTheStoreIsOpen(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, t.TempDir())
	r := seeded(t)
	ids := fill(t, s, r, 40)
	if err := s.SetDevice(ctx, "theme", `"dark"`); err != nil {
		t.Fatal(err)
	}
	before := contents(t, s)
	snap := must(s.TakeSnapshot(ctx, SnapshotManual))
	edit(t, s, r, ids, 20)
	fill(t, s, r, 10)
	after := contents(t, s)
	if err := s.SetDevice(ctx, "theme", `"light"`); err != nil {
		t.Fatal(err)
	}
	number := s.replica

	// Reads and writes go on meanwhile: each is done on the one file or the other.
	var changes []crm.Change
	var mu sync.Mutex
	cancel := s.Subscribe(func(c crm.Change, _ bool) {
		mu.Lock()
		defer mu.Unlock()
		changes = append(changes, c)
	})
	defer cancel()
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for range 3 {
		busy.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Snapshots(ctx); err != nil {
					t.Error(err)
				}
				if _, err := Read[crm.Lead](ctx, s, ids[0]); err != nil && crm.CodeOf(err) != crm.CodeNotFound {
					t.Error(err)
				}
				if _, err := s.Workspace(ctx); err != nil {
					t.Error(err)
				}
				if err := s.SetDevice(ctx, "scroll", "1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if err := s.Restore(ctx, snap.ID); err != nil {
		t.Fatal(err)
	}
	close(stop)
	busy.Wait()
	if got := contents(t, s); !maps.Equal(got, before) {
		t.Error("the records aren't the snapshot's")
	}
	if s.replica == number {
		t.Error("a restored database writes under its old number")
	}
	if theme := must(s.Device(ctx, "theme")); theme != `"light"` {
		t.Errorf("the device's theme became %s", theme)
	}
	mu.Lock()
	if !slices.ContainsFunc(changes, func(c crm.Change) bool { return c.All }) {
		t.Errorf("told %+v", changes)
	}
	mu.Unlock()
	wantWhole(t, s)

	// New writes carry the new number and go on counting.
	counter := s.counter
	edit(t, s, r, ids, 5)
	if s.counter <= counter {
		t.Error("the counter stands")
	}
	wantWhole(t, s)

	// What was there before the restore was kept, and comes back.
	list := must(s.Snapshots(ctx))
	i := slices.IndexFunc(list, func(s Snapshot) bool { return s.Kind == SnapshotRestore })
	if i < 0 {
		t.Fatalf("no snapshot of the replaced database: %v", list)
	}
	if err := s.Restore(ctx, list[i].ID); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, s); !maps.Equal(got, after) {
		t.Error("the records aren't those from before the restore")
	}
	own := must(s.ownNumbers(ctx))
	if len(own) != 3 || !slices.Contains(own, number) {
		t.Errorf("numbers %v", own)
	}
	wantWhole(t, s)
}

func TestAUndoAfterARestoreStillKnowsItsWrites(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, t.TempDir())
	id := makeLead(t, s, "Ana")
	if _, err := s.Transact(ctx, Op{Label: "lead.update"}, func(tx *Tx) error {
		l, err := Get[crm.Lead](tx, id)
		if err != nil {
			return err
		}
		l.Vehicle = "Onix"
		return Put(tx, l)
	}); err != nil {
		t.Fatal(err)
	}
	snap := must(s.TakeSnapshot(ctx, SnapshotManual))
	if err := s.Restore(ctx, snap.ID); err != nil {
		t.Fatal(err)
	}
	done, err := s.Undo(ctx, nil)
	if err != nil || done.Params["skipped"] != "" && done.Params["skipped"] != "0" {
		t.Fatal(done, err)
	}
	if l := must(Read[crm.Lead](ctx, s, id)); l.Vehicle != "" {
		t.Errorf("the vehicle is still %q", l.Vehicle)
	}
}

func TestAFileFromAnotherPCIsRestored(t *testing.T) {
	ctx := context.Background()
	theirs := openAt(t, t.TempDir())
	fill(t, theirs, seeded(t), 20)
	want := contents(t, theirs)
	copied := filepath.Join(t.TempDir(), "cópia da loja.db")
	for _, suffix := range []string{"", "-wal"} { // as somebody copies the folder of a running program
		if err := copyFile(ctx, theirs.path()+suffix, copied+suffix); err != nil {
			t.Fatal(err)
		}
	}
	sum := files(t, filepath.Dir(copied))
	s := openAt(t, t.TempDir())
	makeLead(t, s, "Ana")
	if err := s.ActAs(ctx, "01900000-0000-7000-8000-00000000ab01"); err == nil {
		t.Fatal("acts as somebody unknown")
	}
	if err := s.RestoreFile(ctx, copied); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(contents(t, s), want) {
		t.Error("records differ")
	}
	if s.replica == theirs.replica {
		t.Error("two PCs with one number")
	}
	if !maps.Equal(files(t, filepath.Dir(copied)), sum) {
		t.Error("the picked file changed")
	}
	wantWhole(t, s)
}

func TestWhatCannotBeRestoredIsRefusedAndChangesNothing(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, t.TempDir())
	makeLead(t, s, "Ana")
	want := contents(t, s)
	files := t.TempDir()
	newer, err := openLater(filepath.Join(files, "newer"), "CREATE TABLE from_the_future(x);")
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, newer)
	other := filepath.Join(files, "other.db")
	db, err := sql.Open("sqlite", fileURI(other))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE goose_db_version(version_id,is_applied); INSERT INTO goose_db_version VALUES (1,1); CREATE TABLE leads(x)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(files, "planilha.csv"), "Nome;Telefone\n")
	writeFile(t, filepath.Join(files, "empty.db"), "")
	damaged := filepath.Join(files, "damaged.db")
	if err := copyFile(ctx, must(s.TakeSnapshot(ctx, SnapshotManual)).path(s), damaged); err != nil {
		t.Fatal(err)
	}
	b := must(os.ReadFile(damaged))
	clear(b[8192:20480])
	writeFile(t, damaged, string(b))
	for path, code := range map[string]crm.Code{
		filepath.Join(files, "newer", FileName): crm.CodeTooNew, other: CodeNotBackup, filepath.Join(files, "planilha.csv"): CodeNotBackup,
		filepath.Join(files, "empty.db"): CodeNotBackup, damaged: crm.CodeCorrupt, filepath.Join(files, "nowhere.db"): crm.CodeNotFound,
		files: crm.CodeNotFound, s.path(): crm.CodeInvalid, s.path() + "-wal": crm.CodeInvalid,
	} {
		t.Run(filepath.Base(path), func(t *testing.T) { wantCode(t, s.RestoreFile(ctx, path), code) })
	}
	if !maps.Equal(contents(t, s), want) {
		t.Error("records differ")
	}
	if s.Damage() != nil {
		t.Error("a refused file counts as damage of ours")
	}
	makeLead(t, s, "Bia")
	wantWhole(t, s)
	if left := must(filepath.Glob(filepath.Join(s.dir, "*"+partSuffix+"*"))); len(left) > 0 {
		t.Errorf("left %v behind", left)
	}
}

func (snap Snapshot) path(s *Store) string { return filepath.Join(s.snapshotDir(), snap.ID+".db") }

// An export that runs on keeps its file: the restore says that the store is
// busy, and nothing has changed.
func TestARestoreWaitsForReadsAndGivesUp(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { // the patience passes at once
		ctx := context.Background()
		s := openAt(t, dir)
		<-s.background.started // it would wait for the restore's lock, and the fake clock for it
		id := makeLead(t, s, "Ana")
		snap := must(s.TakeSnapshot(ctx, SnapshotManual))
		other := makeLead(t, s, "Bia")
		rows, err := s.query(ctx, "SELECT id FROM leads")
		if err != nil || !rows.Next() {
			t.Fatal(err)
		}
		start := time.Now()
		wantCode(t, s.Restore(ctx, snap.ID), CodeBusy)
		if waited := time.Since(start); waited < readersPatience {
			t.Errorf("gave up after %v", waited)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{id, other} {
			if _, err := Read[crm.Lead](ctx, s, id); err != nil {
				t.Error(err)
			}
		}
		if err := s.Restore(ctx, snap.ID); err != nil {
			t.Fatal(err)
		}
		_, err = Read[crm.Lead](ctx, s, other)
		wantCode(t, err, crm.CodeNotFound)
		closeStore(t, s)
	})
}
