package store

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patio/backend/crm"
)

// flipSchema flips one bit of a name in the schema's own text: of the letter
// behind a ^, else of the second. In the first page of the closed database
// nothing but the schema has it.
func flipSchema(t *testing.T, dir, text string) {
	t.Helper()
	path := filepath.Join(dir, FileName)
	b := must(os.ReadFile(path))
	text, rest, marked := strings.Cut(text, "^")
	flip := 1
	if marked {
		flip, text = len(text), text+rest
	}
	at := -1
	for from := 0; ; {
		i := bytes.Index(b[from:], []byte(text))
		if i < 0 {
			break
		}
		if at >= 0 {
			t.Fatalf("%q is in the file more than once", text)
		}
		at = from + i
		from = at + 1
	}
	if at < 0 {
		t.Fatalf("%q is nowhere in the file", text)
	}
	b[at+flip] ^= 1
	writeFile(t, path, string(b))
}

// SQLite's checks find nothing in a column that bears another name. Whoever
// misses it first, the start, the check behind it or a person's click: the next
// start at the latest brings all back, and no snapshot keeps the flaw.
func TestABitThatFlipsInTheSchemaIsMended(t *testing.T) {
	for name, text := range map[string]string{
		"a record's column":       "zip TEXT NOT NULL, birthday",
		"a column read at start":  "counter INTEGER NOT NULL,\n  clock",
		"a column seldom read":    "counts   TEXT NOT NULL",
		"a table's name":          "device (\n  key",
		"a virtual table's kind":  "search USING f^ts5(text",
		"the version of it all":   "goose_db_version (",
		"what keys the first tag": "tag   INTEGER NOT NULL,         -- ref;",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, dir := context.Background(), t.TempDir()
			s := openAt(t, dir)
			fill(t, s, seeded(t), 30)
			if _, err := s.TakeSnapshot(ctx, SnapshotManual); err != nil {
				t.Fatal(err)
			}
			edit(t, s, seeded(t), must(s.ids(ctx, "SELECT id FROM leads WHERE live=1")), 10)
			want := contents(t, s)
			closeStore(t, s)
			flipSchema(t, dir, text)

			s, err := openDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if s.Opened().Recovered == nil {
				<-s.background.started
				wantCode(t, s.Damage(), crm.CodeCorrupt)
				if _, err := s.TakeSnapshot(ctx, SnapshotManual); crm.CodeOf(err) != crm.CodeCorrupt {
					t.Errorf("a snapshot of it: %v", err)
				}
				closeStore(t, s)
				if s, err = openDir(dir); err != nil {
					t.Fatal(err)
				}
			}
			defer closeStore(t, s)
			if note := s.Opened().Recovered; note == nil || note.Snapshot == "" || note.Doubtful+note.Older+len(note.Lost) > 0 {
				t.Errorf("recovered %+v", note)
			}
			if !maps.Equal(contents(t, s), want) {
				t.Error("records differ")
			}
			wantWhole(t, s)
		})
	}
}

// A statement that names what never was is the program's mistake, and no
// reason to set a whole file aside.
func TestAMistakeOfTheProgramIsNoDamage(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 10)
	for _, query := range []string{"SELECT no_such_column FROM leads", "SELECT 1 FROM no_such_table", "SELECT value FROM json_each('[1+2]')", "SELEC"} {
		var n int
		wantCode(t, s.fail("ask", s.one(ctx, query, nil, &n)), crm.CodeInternal)
	}
	if err := s.Damage(); err != nil {
		t.Error(err)
	}
	closeStore(t, s)
	s = openAt(t, dir)
	if note := s.Opened().Recovered; note != nil {
		t.Errorf("recovered %+v", note)
	}
}

// The same words, once the schema is at fault.
func TestAMissingNameIsDamageWhereTheSchemaLostIt(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 10)
	spoil(t, s, "ALTER TABLE imports RENAME COLUMN counts TO countr")
	_, err := s.Imports(ctx)
	wantCode(t, err, crm.CodeCorrupt)
	wantCode(t, s.Damage(), crm.CodeCorrupt)
}
