package store

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

func TestABackupHoldsEverythingAndLeavesNothing(t *testing.T) {
	ctx, dir, file := context.Background(), t.TempDir(), filepath.Join(t.TempDir(), "loja.db")
	s := openAt(t, dir)
	lead := fill(t, s, seeded(t), 30)[0]
	large := strings.Repeat("um carro ", 200_000)
	attach(t, s, lead, "foto.jpg", large[:limit])
	attach(t, s, lead, "recibo.jpg", "um recibo")
	lost := attach(t, s, lead, "perdido.jpg", "perdido")
	if err := removeFile(dir, lost.Hash); err != nil {
		t.Fatal(err)
	}
	<-s.background.started
	before := files(t, s.snapshotDir())
	want := contents(t, s)
	stop := errors.New("the disk was pulled out")
	if err := s.Backup(ctx, func(string) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if err := s.Backup(ctx, func(path string) error { return copyFile(ctx, path, file) }); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(files(t, s.snapshotDir()), before) {
		t.Error("it left a snapshot")
	}
	if left := must(filepath.Glob(filepath.Join(dir, "*"+partSuffix+"*"))); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	other := openAt(t, t.TempDir())
	if err := other.RestoreFile(ctx, file); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(contents(t, other), want) {
		t.Error("records differ")
	}
	for _, b := range []string{large[:limit], "um recibo"} {
		if got, err := kept(other, hashOf(b)); got != b {
			t.Errorf("a file of %d bytes: %d, %v", len(b), len(got), err)
		}
	}
	if other.HasFile(lost.Hash) {
		t.Error("a file from nowhere")
	}
	wantWhole(t, other)
}

// The second folder is what is left when a PC is stolen.
func TestTheSecondFolderHoldsFilesForWhoeverRestoresFromIt(t *testing.T) {
	ctx, second := context.Background(), t.TempDir()
	s := openAt(t, t.TempDir())
	lead := makeLead(t, s, "Ana")
	attach(t, s, lead, "antes.jpg", "um carro")
	if err := s.SetDevice(ctx, deviceSnapshots, second); err != nil {
		t.Fatal(err)
	}
	attach(t, s, lead, "depois.jpg", "outro carro")
	snap := must(s.TakeSnapshot(ctx, SnapshotManual))
	other := openAt(t, t.TempDir())
	if err := other.RestoreFile(ctx, filepath.Join(second, snap.ID+".db")); err != nil {
		t.Fatal(err)
	}
	for _, b := range []string{"um carro", "outro carro"} {
		if got, err := kept(other, hashOf(b)); got != b {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := s.SetSnapshotFolder(ctx, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	folder := must(s.Device(ctx, deviceSnapshots))
	if path := must(filePath(folder, hashOf("um carro"))); !must(exists(path)) {
		t.Error("another folder gets none")
	}
}

// Restoring is what one needs just then.
func TestABackupReplacesADatabaseThatCantBeOpened(t *testing.T) {
	ctx, source := context.Background(), t.TempDir()
	s := openAt(t, source)
	fill(t, s, seeded(t), 20)
	want := contents(t, s)
	closeStore(t, s)
	good := filepath.Join(source, FileName)
	for name, spoilt := range map[string]func(t *testing.T, dir string) crm.Code{
		"of a newer version": func(t *testing.T, dir string) crm.Code {
			s, err := openLater(dir, "CREATE TABLE from_the_future(x);")
			if err != nil {
				t.Fatal(err)
			}
			makeLead(t, s, "Ana")
			live := t.TempDir()
			copyLive(t, s, live) // as a kill leaves it: the log beside it
			closeStore(t, s)
			for _, suffix := range []string{"", "-wal"} {
				if err := copyFile(ctx, filepath.Join(live, FileName+suffix), filepath.Join(dir, FileName+suffix)); err != nil {
					t.Fatal(err)
				}
			}
			return crm.CodeTooNew
		},
		"without a readable row": func(t *testing.T, dir string) crm.Code {
			writeFile(t, filepath.Join(dir, FileName), strings.Repeat("not a database ", 999))
			return crm.CodeCorrupt
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			code := spoilt(t, dir)
			_, err := openDir(dir)
			wantCode(t, err, code)
			before := files(t, dir)
			cfg := Config{Dir: dir, Log: zerolog.Nop()}

			writeFile(t, filepath.Join(source, "note.txt"), "no backup")
			_, err = Replace(ctx, cfg, filepath.Join(source, "note.txt"))
			wantCode(t, err, CodeNotBackup)
			_, err = Replace(ctx, cfg, filepath.Join(source, "nowhere.db"))
			wantCode(t, err, crm.CodeNotFound)
			if !maps.Equal(files(t, dir), before) {
				t.Fatal("a refused backup changed the folder")
			}

			folder, err := Replace(ctx, cfg, good)
			if err != nil {
				t.Fatal(err)
			}
			aside := files(t, filepath.Join(dir, folder))
			for _, name := range []string{FileName, FileName + "-wal"} {
				if aside[name] != before[name] {
					t.Errorf("%s was not set aside as it was", name)
				}
			}
			s := openAt(t, dir)
			if s.Opened().Recovered != nil || !maps.Equal(contents(t, s), want) {
				t.Error("records differ")
			}
			wantWhole(t, s)
			_, err = Replace(ctx, cfg, good)
			wantCode(t, err, crm.CodeLocked)
			if _, err := os.Stat(filepath.Join(dir, folder, FileName)); err != nil {
				t.Error(err)
			}
		})
	}
}
