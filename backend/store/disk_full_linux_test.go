package store

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patio/backend/crm"
)

// fillDisk takes all space but some bytes, and answers how to give it back.
func fillDisk(t *testing.T, dir string, leave int64) (free func()) {
	t.Helper()
	left, err := FreeSpace(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "filler")
	if left > leave {
		if err := os.WriteFile(path, make([]byte, left-leave), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// writeUntilFull makes leads until the disk is full, and answers their ids.
func writeUntilFull(t *testing.T, s *Store) []string {
	t.Helper()
	var ids []string
	for {
		done, err := s.Transact(context.Background(), Op{Label: "lead.create"}, func(tx *Tx) error {
			c := crm.Contact{Name: fmt.Sprint("Ana ", len(ids)), Address: strings.Repeat("Rua das Palmeiras ", 50), Phones: []crm.Entry{{Key: "+5511985270593"}}}
			if err := Put(tx, &c); err != nil {
				return err
			}
			return Put(tx, &crm.Lead{ContactID: c.ID, StageID: firstStage, CreatedVia: crm.ViaManual})
		})
		if err != nil {
			wantCode(t, err, crm.CodeDiskFull)
			return ids
		}
		ids = append(ids, done.IDs...)
	}
}

func TestAFullDiskLosesNothingAndTheStoreGoesOnOnceThereIsSpace(t *testing.T) {
	for _, size := range []string{"4m", "16m"} {
		t.Run(size, func(t *testing.T) {
			ctx := context.Background()
			root := mountTmpfs(t, size)
			dir := filepath.Join(root, "loja")
			s, err := openDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			<-s.background.started
			if _, err := os.Stat(filepath.Join(dir, ballastName)); err != nil {
				t.Fatal("no ballast:", err)
			}
			free := fillDisk(t, root, 300<<10)
			first := writeUntilFull(t, s)
			if _, err := os.Stat(filepath.Join(dir, ballastName)); err == nil {
				t.Error("the ballast is still there")
			}
			// The ballast was thrown off: saving and deleting go on for a while.
			second := writeUntilFull(t, s)
			if len(second) < 3 {
				t.Errorf("the ballast was good for %d leads", len(second))
			}
			t.Logf("%d leads until the disk was full, %d more on the ballast", len(first), len(second))
			for _, id := range append(first, second...) {
				if _, err := Read[crm.Lead](ctx, s, id); err != nil {
					t.Fatal(err)
				}
			}
			want := contents(t, s)
			_, err = s.TakeSnapshot(ctx, SnapshotManual)
			wantCode(t, err, crm.CodeDiskFull)
			_, err = s.TakeSnapshot(ctx, SnapshotDaily)
			wantCode(t, err, crm.CodeDiskFull)
			if left := must(filepath.Glob(filepath.Join(dir, snapshotFolder, "*"+partSuffix+"*"))); len(left) > 0 {
				t.Errorf("left %v behind", left)
			}

			free()
			if third := makeLead(t, s, "Bia"); third == "" {
				t.Error("the same store doesn't write")
			}
			s.fillBallast(ctx)
			if _, err := os.Stat(filepath.Join(dir, ballastName)); err != nil {
				t.Error("no ballast again:", err)
			}
			for key, value := range want {
				if got := contents(t, s); got[key] != value {
					t.Fatalf("%s was %s and is %s", key, value, got[key])
				}
				break
			}
			wantWhole(t, s)
			want = contents(t, s)

			// Killed with the disk full, it starts again once there is space.
			cut := filepath.Join(root, "killed")
			if err := os.Mkdir(cut, 0o700); err != nil {
				t.Fatal(err)
			}
			closeStore(t, s)
			if err := copyFile(ctx, filepath.Join(dir, FileName), filepath.Join(cut, FileName)); err != nil {
				t.Fatal(err)
			}
			free = fillDisk(t, root, 0)
			for range 2 {
				_, err = openDir(cut)
				wantCode(t, err, crm.CodeDiskFull)
			}
			free()
			s = openAt(t, cut)
			if s.Opened().Recovered != nil || !maps.Equal(contents(t, s), want) {
				t.Error("records differ")
			}
			wantWhole(t, s)
			closeStore(t, s)
		})
	}
}

// A restore that runs out of space leaves the database as it was.
func TestARestoreOnAFullDiskChangesNothing(t *testing.T) {
	ctx := context.Background()
	root := mountTmpfs(t, "16m")
	s, err := openDir(filepath.Join(root, "loja"))
	if err != nil {
		t.Fatal(err)
	}
	<-s.background.started
	fill(t, s, seeded(t), 20)
	snap := must(s.TakeSnapshot(ctx, SnapshotManual))
	makeLead(t, s, "Bia")
	want := contents(t, s)
	for _, leave := range []int64{0, 64 << 10, 1 << 20} {
		free := fillDisk(t, root, leave)
		if err := s.Restore(ctx, snap.ID); err != nil {
			wantCode(t, err, crm.CodeDiskFull)
		} else if leave < 1<<20 {
			t.Errorf("restored with %d bytes left", leave)
		} else {
			free()
			break
		}
		if !maps.Equal(contents(t, s), want) {
			t.Error("records differ")
		}
		free()
		wantWhole(t, s)
	}
	closeStore(t, s)
}

// A recovery that runs out of space keeps what it set aside and ends when
// there is room.
func TestARecoveryOnAFullDiskEndsOnceThereIsSpace(t *testing.T) {
	ctx := context.Background()
	root := mountTmpfs(t, "24m")
	dir := filepath.Join(root, "loja")
	s, err := openDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	<-s.background.started
	fill(t, s, seeded(t), 40)
	if _, err := s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	makeLead(t, s, "Bia")
	want := contents(t, s)
	closeStore(t, s)
	path := filepath.Join(dir, FileName)
	b := must(os.ReadFile(path))
	clear(b[:4096])
	writeFile(t, path, string(b))
	for _, leave := range []int64{0, 1 << 20, 3 << 20} {
		free := fillDisk(t, root, leave)
		if s, err = openDir(dir); err == nil {
			free()
			break
		}
		t.Logf("with %d KB left: %v", leave>>10, err)
		wantCode(t, err, crm.CodeDiskFull)
		free()
	}
	if err != nil {
		s, err = openDir(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	note := s.Opened().Recovered
	if note == nil || note.Older+note.Doubtful+len(note.Lost) > 0 || !maps.Equal(contents(t, s), want) {
		t.Errorf("recovered %+v", note)
	}
	wantWhole(t, s)
	closeStore(t, s)
}
