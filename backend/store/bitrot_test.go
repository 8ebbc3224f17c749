package store

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

// flip changes a byte of the closed database that stands within a text of a
// record; what the audit log quotes of it stays.
func flip(t *testing.T, dir, text string, with byte) {
	t.Helper()
	path := filepath.Join(dir, FileName)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for at := 0; ; at++ {
		i := bytes.Index(b[at:], []byte(text))
		if i < 0 {
			break
		}
		if at += i; b[at-1] != '"' {
			b[at] = with
			n++
		}
	}
	if n != 1 {
		t.Fatalf("%q is %d times in the file", text, n)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A flipped bit in a name leaves the file whole for SQLite. The day's check of
// the digests finds it, when a snapshot has it already, and the next start
// takes the record from an older one.
func TestABitThatFlipsInsideAValueIsMendedFromASnapshot(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	r := seeded(t)
	s := openAt(t, dir)
	fill(t, s, r, 60)
	made, err := s.Transact(ctx, Op{Label: "lead.create"}, func(tx *Tx) error {
		c := crm.Contact{Name: "Zuleica", Phones: []crm.Entry{{Key: "+5511985270593"}}}
		if err := Put(tx, &c); err != nil {
			return err
		}
		return Put(tx, &crm.Lead{ContactID: c.ID, StageID: firstStage, ReasonNote: "Paga à vista, sem troco", CreatedVia: crm.ViaManual})
	})
	if err != nil {
		t.Fatal(err)
	}
	lead := made.IDs[0]
	if _, err := s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	want := contents(t, s)
	closeStore(t, s)
	flip(t, dir, "Paga à vista", 'Q')

	tomorrow := time.Now().Add(26 * time.Hour)
	next := func() *Store {
		s, err := Open(ctx, Config{Dir: dir, Log: zerolog.Nop(), Now: func() time.Time { return tomorrow }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s = next()
	<-s.background.started
	if list, err := s.Snapshots(ctx); err != nil || list[0].Kind != SnapshotDaily {
		t.Fatalf("no snapshot with the flipped bit: %v %v", list, err)
	}
	wantCode(t, s.Damage(), crm.CodeCorrupt)
	closeStore(t, s)

	s = next()
	note := s.Opened().Recovered
	if note == nil || note.Doubtful > 0 {
		t.Fatalf("recovered %+v", note)
	}
	if got := contents(t, s); !maps.Equal(got, want) {
		t.Error("records differ")
	}
	wantWhole(t, s)
	closeStore(t, s)

	// Where nothing has the record as it was, a person is told which it is, once.
	for _, snap := range must(s.listSnapshots(s.snapshotDir())) {
		if err := os.Remove(filepath.Join(s.snapshotDir(), snap.ID+".db")); err != nil {
			t.Fatal(err)
		}
	}
	flip(t, dir, "Paga à vista", 'R')
	if err := os.WriteFile(filepath.Join(dir, lockName), []byte(stateDamaged), 0o600); err != nil {
		t.Fatal(err)
	}
	s = next()
	note = s.Opened().Recovered
	if note == nil || note.Doubtful != 1 || len(note.LeadIDs) != 1 || note.LeadIDs[0] != lead {
		t.Fatalf("recovered %+v", note)
	}
	wantWhole(t, s)
	if err := s.DismissRecovery(ctx); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = next()
	defer closeStore(t, s)
	if s.Opened().Recovered != nil {
		t.Error("told again")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Dots that can't be read must not make a record unwritable for good.
func TestARecordWhoseDotsAreGoneGetsNewOnes(t *testing.T) {
	for name, harm := range map[string]string{"malformed": "UPDATE sync_records SET state=x'07ff' WHERE id=?", "missing": "DELETE FROM sync_records WHERE id=?"} {
		t.Run(name, func(t *testing.T) { loseDots(t, harm) })
	}
}

func loseDots(t *testing.T, harm string) {
	dir := t.TempDir()
	s := openAt(t, dir)
	ids := fill(t, s, seeded(t), 20)
	want := contents(t, s)
	spoil(t, s, harm, blob(ids[3]))
	closeStore(t, s)
	if err := os.WriteFile(filepath.Join(dir, lockName), []byte(stateDamaged), 0o600); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	if s.Opened().Recovered == nil {
		t.Fatal("not noticed")
	}
	if got := contents(t, s); !maps.Equal(got, want) {
		t.Error("records differ")
	}
	wantWhole(t, s)
	edit(t, s, seeded(t), ids[3:4], 1)
	wantWhole(t, s)
}

// A lead's row repeats its tags; reading them fails where a bit made them no
// list. Snapshots that were taken since have it, too.
func TestTagsThatAreNoListAreMended(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 30)
	want := contents(t, s)
	spoil(t, s, "UPDATE leads SET tag_refs=replace(tag_refs,' ','+') WHERE rid IN (SELECT owner FROM lead_tags LIMIT 3)")
	if _, err := s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	r, err := s.Verify(ctx)
	if err != nil || r.Count == 0 {
		t.Fatalf("%+v %v", r, err)
	}
	wantCode(t, s.Damage(), crm.CodeCorrupt)
	closeStore(t, s)
	s = openAt(t, dir)
	if note := s.Opened().Recovered; note == nil || note.Doubtful+note.Older+len(note.Lost) > 0 {
		t.Errorf("recovered %+v", note)
	}
	if !maps.Equal(contents(t, s), want) {
		t.Error("records differ")
	}
	wantWhole(t, s)
}
