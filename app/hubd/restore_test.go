package hubd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/record"
)

func TestWhatWasErasedStaysErasedAfterARestore(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	s := open(t, at(dir, c))
	w, u := stocked(t, s)
	ws, id := record.ID(uuid.MustParse(w.ID)), record.ID(uuid.MustParse(u.ID))
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := WriteBackup(t.Context(), s, file); err != nil {
		t.Fatal(err)
	}
	if err := s.hub.Erase(t.Context(), ws, []record.ID{id}); err != nil {
		t.Fatal(err)
	}
	closed(t, s)

	hubs := []uint64{}
	numbers := func(cfg Config) {
		s := open(t, cfg)
		defer closed(t, s)
		if got := done[[]User](t, s, ListUsers, Named{"Loja"}); len(got) != 0 {
			t.Errorf("%+v came back", got)
		}
		if err := s.store.Read(t.Context(), ws, func(v hub.View) error {
			head, err := v.Head()
			hubs = append(hubs, uint64(head.Hub))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time the backup's number was given out before
		r, err := Restore(t.Context(), at(dir, c), file, "")
		if err != nil || r.Erased != 1 || r.Aside == "" {
			t.Fatalf("%+v, %v", r, err)
		}
		numbers(at(dir, c))
	}
	if aside, err := filepath.Glob(filepath.Join(dir, setAsideName+"*", databaseName)); err != nil || len(aside) != 2 {
		t.Errorf("set aside: %v, %v", aside, err)
	}
	if !slices.Equal(hubs, []uint64{2, 3}) {
		t.Errorf("hub numbers %v", hubs)
	}
	// Elsewhere the ledger of the folder that was lost tells of it.
	other := t.TempDir()
	if r, err := Restore(t.Context(), at(other, c), file, filepath.Join(dir, ledgerName)); err != nil || r.Erased != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	numbers(at(other, c))
	if hubs[2] != 4 {
		t.Errorf("hub numbers %v", hubs)
	}
	// A folder that had a key of its own keeps a copy of it.
	third := t.TempDir()
	s = open(t, at(third, c))
	mine, err := s.folder.certificate(c.now)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	r, err := Restore(t.Context(), at(third, c), file, "")
	if err != nil {
		t.Fatal(err)
	}
	s = open(t, at(third, c))
	if theirs, err := s.folder.certificate(c.now); err != nil || bytes.Equal(pinOf(mine), pinOf(theirs)) {
		t.Errorf("it kept its own key: %v", err)
	}
	closed(t, s)
	if _, err := os.Stat(filepath.Join(third, r.Aside, keyName)); err != nil {
		t.Error(err)
	}
	_, err = Restore(t.Context(), at(other, c), file, file)
	wantCode(t, "a ledger that is none", err, CodeNotBackup)
	_, err = Restore(t.Context(), at(other, c), file, file+".none")
	wantCode(t, "no ledger", err, crm.CodeNotFound)
}

func TestADamagedBackupIsNotRestored(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	s := open(t, at(dir, c))
	stocked(t, s)
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := WriteBackup(t.Context(), s, file); err != nil {
		t.Fatal(err)
	}
	_, err := WriteBackup(t.Context(), s, dir)
	wantCode(t, "over a folder", err, crm.CodeInvalid)
	_, err = WriteBackup(t.Context(), s, filepath.Join(dir, "no", "where"))
	wantCode(t, "nowhere", err, crm.CodeNotFound)
	closed(t, s)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"cut":      whole[:len(whole)/2],
		"a hole":   slices.Concat(whole[:4096], make([]byte, 4096), whole[8192:]),
		"text":     []byte("no database"),
		"no table": before, // a database without what a backup carries
	} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Restore(t.Context(), at(dir, c), file, "")
		wantCode(t, name, err, CodeNotBackup)
	}
	after, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database changed: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, scratchName+"*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAFolderIsForOneStore(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	closed(t, open(t, at(dir, c)))
	cfg := at(dir, c)
	cfg.Database = "postgres://nobody@127.0.0.1:1/none"
	_, err := Open(t.Context(), cfg)
	wantCode(t, "a database for a folder with a file", err, CodeOtherStore)
	if err := os.WriteFile(filepath.Join(dir, aboutName), []byte(`{"store":"postgres"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), at(dir, c))
	wantCode(t, "a file for a folder with a database", err, CodeOtherStore)
	_, err = Restore(t.Context(), at(dir, c), filepath.Join(dir, aboutName), "")
	wantCode(t, "a backup for a folder with a database", err, CodeOtherStore)
	if _, err = Open(t.Context(), cfg); err == nil {
		t.Error("a database that isn't there was opened")
	}
	if err := os.WriteFile(filepath.Join(dir, aboutName), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = Open(t.Context(), at(dir, c)); err == nil {
		t.Error("a folder that says nothing was opened")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), at(file, c))
	wantCode(t, "a file for a folder", err, crm.CodeInvalid)
}

func TestWhatAKilledProcessLeftIsSweptAway(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, scratchName+"1")
	if err := errors.Join(os.Mkdir(half, 0o700), os.WriteFile(filepath.Join(half, databaseName), []byte("half"), 0o600),
		os.WriteFile(filepath.Join(dir, ledgerName), []byte("hub 00000000000000000000000000000001 2\nerased 0000"), 0o600)); err != nil {
		t.Fatal(err)
	}
	closed(t, open(t, at(dir, newClock())))
	if _, err := os.Stat(half); !os.IsNotExist(err) {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, ledgerName))
	if err != nil || string(text) != "hub 00000000000000000000000000000001 2\n" {
		t.Errorf("%q, %v", text, err)
	}
	for _, line := range []string{"hub 1", "hub x 2", "sold 00000000000000000000000000000001 2", "hub 00000000000000000000000000000001 x", "erased 00000000000000000000000000000001 x"} {
		if _, err := readPast([]byte(line + "\n")); err == nil {
			t.Errorf("%q is a line of a ledger", line)
		}
	}
}

func TestTheCertificateLastsAndItsKeyIsPrivate(t *testing.T) {
	f, err := openFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	now := newClock().now
	c, err := f.certificate(now)
	if err != nil {
		t.Fatal(err)
	}
	if c.Leaf.NotAfter.Before(now.AddDate(10, 0, 0)) {
		t.Error(c.Leaf.NotAfter)
	}
	again, err := f.certificate(now)
	if err != nil || !bytes.Equal(pinOf(c), pinOf(again)) {
		t.Errorf("another one: %v", err)
	}
	if err := os.WriteFile(f.path(certName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.certificate(now); err == nil {
		t.Error("a damaged certificate was made anew: devices would take it for a stranger's")
	}
	if err := os.Remove(f.path(keyName)); err != nil {
		t.Fatal(err)
	}
	_, err = f.certificate(now)
	wantCode(t, "a lost key", err, crm.CodeNotFound)
}
