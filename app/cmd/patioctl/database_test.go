package main

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	_ "modernc.org/sqlite" // to spoil databases from outside

	"patio/app/measure"
	"patio/backend/crm"
	"patio/backend/store"
)

// spoil writes to a closed database behind the program's back.
func spoil(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(context.Background(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// tamper changes a lead's value without anything that follows from it.
func tamper(t *testing.T, dir string) {
	t.Helper()
	spoil(t, filepath.Join(dir, store.FileName), "UPDATE guard SET open=1", "UPDATE leads SET value_cents=value_cents+1 WHERE rid=(SELECT min(rid) FROM leads)", "UPDATE guard SET open=0")
}

func TestDoctorFindsWhatWasChangedFromOutside(t *testing.T) {
	dir := seeded(t, 20)
	if c := must[checkup](t, "doctor", "--data", dir); !c.OK || c.Count != 0 || c.Records < 20 || c.Operations == 0 || c.Unclean {
		t.Errorf("%+v", c)
	}
	tamper(t, dir)
	e := patioctl(t, "doctor", "--data", dir, "--json")
	c := decode[checkup](t, e)
	checks := map[string]bool{}
	for _, p := range c.Problems {
		checks[p.Check] = true
	}
	if e.exit != exitProblems || c.OK || c.Count != len(c.Problems) || !checks[store.CheckDigest] || !checks[store.CheckTotals] {
		t.Errorf("%d %+v", e.exit, c)
	}
	words := patioctl(t, "doctor", "--data", dir)
	if words.exit != exitProblems || !strings.Contains(words.out, "digest: leads ") {
		t.Errorf("%d %q", words.exit, words.out)
	}
}

func TestDoctorTellsThatADatabaseWasRecovered(t *testing.T) {
	dir := seeded(t, 20)
	s, err := store.Open(context.Background(), store.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.TakeSnapshot(context.Background(), store.SnapshotManual); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, store.FileName), []byte(strings.Repeat("not a database ", 999)), 0o600); err != nil {
		t.Fatal(err)
	}
	e := patioctl(t, "doctor", "--data", dir, "--json")
	c := decode[checkup](t, e)
	if e.exit != exitProblems || c.OK || c.Recovery == nil || c.Recovery.Snapshot == "" || c.Count != 0 {
		t.Errorf("%d %+v", e.exit, c)
	}
	if n := len(exported(t, dir)); n != 20 {
		t.Errorf("%d leads were recovered", n)
	}
}

func TestADatabaseThatCantBeOpenedIsLeftAsItIs(t *testing.T) {
	newer, broken := seeded(t, 3), t.TempDir()
	spoil(t, filepath.Join(newer, store.FileName), "INSERT INTO goose_db_version(version_id,is_applied) VALUES (99999,1)")
	if err := os.WriteFile(filepath.Join(broken, store.FileName), []byte(strings.Repeat("not a database ", 999)), 0o600); err != nil {
		t.Fatal(err)
	}
	leads := writeFile(t, "leads.csv", "Nome;Telefone\nAna Souza;(11) 98765-4321\n")
	for dir, want := range map[string]struct {
		exit int
		code crm.Code
	}{newer: {exitTooNew, crm.CodeTooNew}, broken: {exitCorrupt, crm.CodeCorrupt}} {
		path := filepath.Join(dir, store.FileName)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"serve"}, {"import", leads}, {"export", filepath.Join(t.TempDir(), "a.csv")}, {"doctor"}, {"backup", filepath.Join(t.TempDir(), "b.db")}} {
			refuses(t, want.exit, want.code, append(args, "--data", dir)...)
		}
		after, err := os.ReadFile(path)
		if err != nil || !slices.Equal(before, after) {
			t.Errorf("%s changed: %v", want.code, err)
		}
	}
	// As a backup they are refused alike, and the database stays.
	dir := seeded(t, 4)
	refuses(t, exitTooNew, crm.CodeTooNew, "restore", "--data", dir, filepath.Join(newer, store.FileName))
	refuses(t, exitRefused, store.CodeNotBackup, "restore", "--data", dir, filepath.Join(broken, store.FileName))
	if n := len(exported(t, dir)); n != 4 {
		t.Errorf("%d leads after refused restores", n)
	}
}

func TestABackupComesBackElsewhere(t *testing.T) {
	dir, other, file := seeded(t, 30), t.TempDir(), filepath.Join(t.TempDir(), "loja.db")
	before := exported(t, dir, "--all")
	if err := os.WriteFile(file, []byte("an older backup"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := must[backupResult](t, "backup", "--data", dir, file)
	if st, err := os.Stat(file); err != nil || st.Size() != b.Bytes || b.Bytes == 0 {
		t.Errorf("%+v: %v", b, err)
	}
	must[seedResult](t, "seed", "--data", dir, "--leads", "5")
	for _, to := range []string{other, dir} {
		if r := must[restoreResult](t, "restore", "--data", to, file); r.Leads != 30 {
			t.Errorf("%+v", r)
		}
		if d := cmp.Diff(before, exported(t, to, "--all")); d != "" {
			t.Error(d[:min(len(d), 2000)])
		}
		if c := must[checkup](t, "doctor", "--data", to); !c.OK {
			t.Errorf("%+v", c)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "snapshots", "*-"+store.SnapshotManual+".db")); err != nil || len(left) > 0 {
		t.Errorf("the backup left %v: %v", left, err)
	}
	if list, err := os.ReadDir(filepath.Dir(file)); err != nil || len(list) != 1 {
		t.Errorf("beside the backup lies %v: %v", list, err)
	}
	// What was there before the restore is among the snapshots: 35 leads.
	kept, err := filepath.Glob(filepath.Join(dir, "snapshots", "*-restore.db"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("%v: %v", kept, err)
	}
	if r := must[restoreResult](t, "restore", "--data", other, kept[0]); r.Leads != 35 {
		t.Errorf("%+v", r)
	}
}

func TestARestoreSetsAsideWhatCantBeOpened(t *testing.T) {
	from, file := seeded(t, 12), filepath.Join(t.TempDir(), "loja.db")
	must[backupResult](t, "backup", "--data", from, file)
	newer, broken := seeded(t, 3), t.TempDir()
	spoil(t, filepath.Join(newer, store.FileName), "INSERT INTO goose_db_version(version_id,is_applied) VALUES (99999,1)")
	if err := os.WriteFile(filepath.Join(broken, store.FileName), []byte(strings.Repeat("not a database ", 999)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{newer, broken} {
		before, err := os.ReadFile(filepath.Join(dir, store.FileName))
		if err != nil {
			t.Fatal(err)
		}
		r := must[restoreResult](t, "restore", "--data", dir, file)
		after, err := os.ReadFile(filepath.Join(dir, r.Aside, store.FileName))
		if r.Leads != 12 || r.Aside == "" || err != nil || !slices.Equal(before, after) {
			t.Errorf("%+v: %v", r, err)
		}
		if c := must[checkup](t, "doctor", "--data", dir); !c.OK {
			t.Errorf("%+v", c)
		}
		if r := must[restoreResult](t, "restore", "--data", dir, file); r.Aside != "" {
			t.Errorf("set aside what could be opened: %+v", r)
		}
	}
}

func TestABenchLeavesTheDatabaseAsItIs(t *testing.T) {
	dir := seeded(t, 60)
	before := exported(t, dir, "--all")
	left := filepath.Join(dir, copyPrefix+"killed")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	r := must[benchResult](t, "bench", "--data", dir, "--times", "12")
	var names []string
	for _, m := range r.Timings {
		names = append(names, m.Name)
		times := 12
		if m.Name == measure.Duplicates {
			times = 10 // all leads are gone through each time
		}
		if m.Name == measure.Move || m.Name == measure.Unmove {
			times = mostMoves
		}
		if m.Name == measure.Save {
			times = 10 * times // one alone is over before the disk has shown how it is
		}
		if m.Times != times || m.P50 <= 0 || m.P50 > m.P95 || m.P95 > m.Max {
			t.Errorf("%+v", m)
		}
	}
	for _, name := range []string{measure.Board, measure.BoardFiltered, measure.List + crm.SortName, measure.List + crm.SortNextDue, measure.Prefix, measure.Substring, measure.Save, measure.Move, measure.Unmove} {
		if !slices.Contains(names, name) {
			t.Errorf("no %s in %v", name, names)
		}
	}
	if r.Leads != 60 || r.DiskBytes == 0 {
		t.Errorf("%+v", r)
	}
	if d := cmp.Diff(before, exported(t, dir, "--all")); d != "" {
		t.Error(d[:min(len(d), 2000)])
	}
	if list, err := filepath.Glob(filepath.Join(dir, copyPrefix+"*")); err != nil || len(list) > 0 {
		t.Errorf("left %v: %v", list, err)
	}
}
