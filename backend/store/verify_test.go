package store

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"patio/backend/crm"
)

// wantWhole fails the test unless Verify finds nothing.
func wantWhole(t testing.TB, s *Store) {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.Count > 0 {
		t.Fatalf("%d problems, first %+v", r.Count, r.Problems[:min(len(r.Problems), 5)])
	}
}

// spoil writes to an open database behind the program's back.
func spoil(t *testing.T, s *Store, harm string, args ...any) {
	t.Helper()
	s.writing.Lock()
	defer s.writing.Unlock()
	for _, query := range []string{"UPDATE guard SET open=1", harm, "UPDATE guard SET open=0"} {
		var given []any
		if query == harm {
			given = args
		}
		if _, err := s.writer.ExecContext(context.Background(), query, given...); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAWholeDatabaseVerifies(t *testing.T) {
	s := openAt(t, t.TempDir())
	ids := fill(t, s, seeded(t), 120)
	wantWhole(t, s)
	if done, err := s.Undo(context.Background(), nil); err != nil {
		t.Fatal(done, err)
	}
	wantWhole(t, s)
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if r.Records < 2*len(ids) || r.Operations < len(ids)/3 {
		t.Errorf("looked at %+v only", r)
	}
}

// Each harm is done behind the program's back, with the guard opened, and must
// show in the check that is about it.
func TestVerifyFindsEachKindOfHarm(t *testing.T) {
	harms := []struct{ check, sql string }{
		{CheckDigest, "UPDATE contacts SET name='Conceicao' WHERE rid=3"},
		{CheckDigest, "UPDATE leads SET value_cents=value_cents+1 WHERE rid=LEAD"},
		{CheckDigest, "UPDATE contact_phones SET label='x' WHERE owner=4"},
		{CheckDigest, "UPDATE sync_records SET digest=digest+1 WHERE kind=21"},
		{CheckDots, "DELETE FROM sync_records WHERE id=(SELECT id FROM leads WHERE rid=LEAD)"},
		{CheckDots, "UPDATE sync_records SET state=x'01' WHERE id=(SELECT id FROM leads WHERE rid=LEAD)"},
		{CheckDots, "UPDATE sync_records SET state=x'01000000' WHERE id=(SELECT id FROM leads WHERE rid=LEAD)"},
		{CheckDots, "DELETE FROM marks WHERE rid=(SELECT min(rid) FROM marks)"},
		{CheckDots, "UPDATE replica SET counter=1"},
		{CheckDots, "UPDATE leads SET reason_note='x' WHERE rid=LEAD"},
		{CheckDots, "DELETE FROM contact_emails WHERE owner=5"},
		{CheckLife, "UPDATE leads SET deleted=1 WHERE rid=LEAD"},
		{CheckReference, "DELETE FROM contacts WHERE rid=2"},
		{CheckReference, "UPDATE leads SET stage=999 WHERE rid=LEAD"},
		{CheckReference, "UPDATE contact_phones SET owner=99999 WHERE owner=4"},
		{CheckReference, "UPDATE activities SET lead_id=zeroblob(16) WHERE rid=1"},
		{CheckDerived, "UPDATE leads SET sort_name='zz' WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET person=(SELECT min(id) FROM contacts WHERE id<>person) WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET live=2 WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET next_due=7 WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET last_contact=7 WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET fresh=3 WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET tag_refs=' 99 ' WHERE rid=LEAD"},
		{CheckDerived, "UPDATE leads SET pipeline=1+pipeline WHERE rid=LEAD"},
		{CheckDerived, "UPDATE contacts SET phone='+5511' WHERE rid=2"},
		{CheckDerived, "UPDATE activities SET due=due+1 WHERE rid=1"},
		{CheckTotals, "UPDATE lead_totals SET n=n+1 WHERE tag=0"},
		{CheckTotals, "DELETE FROM lead_totals WHERE tag<>0"},
		{CheckSearch, "DELETE FROM search WHERE rowid=(SELECT min(rid) FROM leads WHERE deleted=0)"},
		{CheckSearch, "INSERT INTO search(rowid,text) VALUES (99999,'xyz')"},
		{CheckSearch, "INSERT OR REPLACE INTO search(rowid,text) SELECT max(rid),' another text' FROM leads WHERE deleted=0"},
		{CheckSearch, "UPDATE notes_upto SET upto=(SELECT max(rid) FROM activities WHERE deleted=0)"},
		{CheckSearch, "INSERT INTO notes(rowid,text) VALUES (99999,'xyz')"},
		{CheckAudit, "DELETE FROM operations WHERE seq=3"},
		{CheckAudit, "UPDATE operations SET label='x' WHERE seq=3"},
		{CheckAudit, "UPDATE operations SET changes=CAST(changes||' ' AS BLOB) WHERE seq=3"},
		{CheckSchema, "DROP INDEX leads_person"},
		{CheckSchema, "DROP TRIGGER guard_leads_UPDATE"},
		{CheckSchema, "CREATE TABLE strange(x)"},
	}
	s := openAt(t, t.TempDir())
	fill(t, s, seeded(t), 30)
	wantWhole(t, s)
	ctx := context.Background()
	if _, err := s.indexSome(ctx); err != nil {
		t.Fatal(err)
	}
	wantWhole(t, s)
	snap, err := s.TakeSnapshot(ctx, SnapshotManual)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range harms {
		t.Run(h.check+" "+h.sql, func(t *testing.T) {
			// One that nobody deleted or put away: of those less is held against their records.
			spoil(t, s, strings.ReplaceAll(h.sql, "LEAD", "(SELECT min(rid) FROM leads WHERE live=1)"))
			r, err := s.Verify(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Check == h.check }) {
				t.Errorf("not found; found %+v", r.Problems)
			}
			if err := s.Restore(ctx, snap.ID); err != nil {
				t.Fatal(err)
			}
			wantWhole(t, s)
		})
	}
}

func TestVerifyTellsOfADamagedPageAndTheNextStartMendsIt(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 60)
	if _, err := s.TakeSnapshot(context.Background(), SnapshotManual); err != nil {
		t.Fatal(err)
	}
	want := contents(t, s)
	var page int64
	if err := s.one(context.Background(), "SELECT rootpage FROM sqlite_schema WHERE name='leads_person'", nil, &page); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	f, err := os.OpenFile(filepath.Join(dir, FileName), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, 4096), (page-1)*4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, dir)
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Check == CheckIntegrity }) {
		t.Errorf("found only %+v", r.Problems)
	}
	wantCode(t, s.Damage(), crm.CodeCorrupt)
	closeStore(t, s)
	s = openAt(t, dir)
	if note := s.Opened().Recovered; note == nil || note.Older+note.Doubtful+len(note.Lost) > 0 {
		t.Errorf("recovered %+v", note)
	}
	if got := contents(t, s); !maps.Equal(got, want) {
		t.Error("records differ")
	}
	wantWhole(t, s)
}
