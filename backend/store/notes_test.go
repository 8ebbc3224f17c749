package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"patio/backend/crm"
	"patio/backend/format"
)

// takeNote writes an activity of a lead.
func takeNote(t testing.TB, s *Store, lead string, a crm.Activity) string {
	t.Helper()
	a.LeadID, a.Kind = lead, crm.ActivityNote
	if _, err := s.Transact(context.Background(), Op{Label: "activity.add"}, func(tx *Tx) error { return Put(tx, &a) }); err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// changeNote changes an activity.
func changeNote(t testing.TB, s *Store, id string, f func(*crm.Activity)) {
	t.Helper()
	if _, err := s.Transact(context.Background(), Op{Label: "activity.update"}, func(tx *Tx) error {
		a, err := Get[crm.Activity](tx, id)
		if err != nil {
			return err
		}
		f(a)
		return Put(tx, a)
	}); err != nil {
		t.Fatal(err)
	}
}

// indexAllNotes leaves none waiting.
func indexAllNotes(t testing.TB, s *Store) {
	t.Helper()
	for n := indexChunk; n == indexChunk; {
		n = must(s.indexNotes(context.Background()))
	}
}

// notesOf answers the activities that a search finds.
func notesOf(t testing.TB, s *Store, text string) []string {
	t.Helper()
	var out []string
	for _, h := range must(s.FindNotes(context.Background(), text, MaxPage)) {
		out = append(out, h.ActivityID)
	}
	return out
}

// marked writes a snippet with what was found in brackets.
func marked(list []Piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.Found {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

var noteTexts = []string{"", "Ligação à tarde", "Prefere ligar\ndepois das 18h", "TROCA com troco", "Onix 2020 prata", "orçamento (48x) enviado", "vê se dá", "98527-0593",
	"ligacao", "straße", "o'neill disse: «não»", strings.Repeat("longo ", 60) + "fim"}

func TestASearchOfNotesFindsWhatANaiveOneFinds(t *testing.T) {
	ctx := context.Background()
	r := seeded(t)
	s := open(t)
	type written struct {
		id, text string
		lead     int
		dead     bool
	}
	var leads []string
	gone := map[int]bool{}
	var all []written
	for i := range 6 {
		leads = append(leads, makeLead(t, s, fmt.Sprint("Ana ", i)))
	}
	act := func() {
		i := r.IntN(len(leads))
		a := crm.Activity{Title: pick(r, noteTexts), Body: pick(r, noteTexts), Outcome: pick(r, noteTexts)}
		switch n := r.IntN(20); {
		case n < 12 || len(all) == 0:
			all = append(all, written{takeNote(t, s, leads[i], a), a.Title + " " + a.Body + " " + a.Outcome, i, false})
		case n < 15:
			w := &all[r.IntN(len(all))]
			if !w.dead {
				changeNote(t, s, w.id, func(old *crm.Activity) { old.Title, old.Body, old.Outcome = a.Title, a.Body, a.Outcome })
				w.text = a.Title + " " + a.Body + " " + a.Outcome
			}
		case n < 17:
			w := &all[r.IntN(len(all))]
			must(s.Transact(ctx, Op{Label: "activity.delete"}, func(tx *Tx) error { return Delete[crm.Activity](tx, w.id) }))
			if r.IntN(2) == 0 && !w.dead {
				must(s.Undo(ctx, nil))
			} else {
				w.dead = true
			}
		case n == 17 && len(gone) < 2:
			must(s.Transact(ctx, Op{Label: "lead.delete"}, func(tx *Tx) error { return Delete[crm.Lead](tx, leads[i]) }))
			gone[i] = true
		case n == 18:
			must(s.indexNotes(ctx))
		}
	}
	for range 150 {
		act()
	}
	words := rapid.SampledFrom([]string{"liga", "LIGAÇÃO", "à", "ta", "as", "tarde", "18h", "troco", "(48", "48x", "o'ne", "não", "ss", "strasse", "2020", "98527-0593", "985270593", "fim", "zzz", "ong", "·", "de"})
	rapid.Check(t, func(rt *rapid.T) {
		typed := rapid.SliceOfN(words, 1, 3).Draw(rt, "words")
		wanted := strings.Fields(format.Fold(strings.Join(typed, " ")))
		wanted = slices.DeleteFunc(wanted, func(w string) bool { return lettersAndDigits(w) == "" })
		var want []string
		long := slices.ContainsFunc(wanted, func(w string) bool { return utf8.RuneCountInString(w) > 1 })
		for _, w := range all {
			text := " " + format.Fold(w.text)
			if long && !w.dead && !gone[w.lead] && !slices.ContainsFunc(wanted, func(word string) bool {
				bare := lettersAndDigits(word)
				if utf8.RuneCountInString(word) < 3 {
					return !strings.Contains(text, " "+word)
				}
				return !strings.Contains(text, word) && (bare == word || len(bare) > 2 || !strings.Contains(text, " "+bare))
			}) {
				want = append(want, w.id)
			}
		}
		got := notesOf(t, s, strings.Join(typed, " "))
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			rt.Fatalf("%q found %d notes, want %d:\n%v\n%v", typed, len(got), len(want), got, want)
		}
		if rapid.Bool().Draw(rt, "more") {
			act()
		}
	})
	indexAllNotes(t, s)
	wantWhole(t, s)
}

func TestANoteIsFoundByWhatItSaysNow(t *testing.T) {
	ctx := context.Background()
	for _, indexed := range []bool{false, true} {
		s := open(t)
		lead := makeLead(t, s, "Ana")
		first := takeNote(t, s, lead, crm.Activity{Title: "Visita marcada", Body: "quer o Ônix", CreatedAt: 5})
		second := takeNote(t, s, lead, crm.Activity{Body: "outra visita", DoneAt: 7, CreatedAt: 6})
		want := func(text string, ids ...string) {
			t.Helper()
			if indexed {
				indexAllNotes(t, s)
			}
			if got := notesOf(t, s, text); !slices.Equal(got, ids) {
				t.Errorf("indexed %v: %q found %v, want %v", indexed, text, got, ids)
			}
		}
		want("visita", second, first)
		want("onix visita", first)
		changeNote(t, s, first, func(a *crm.Activity) { a.Body = "quer o Argo" })
		want("onix")
		want("argo", first)
		hit := must(s.FindNotes(ctx, "visita", 1))[0]
		if hit.At != 7 || hit.Card.ID != lead || hit.Card.Name != "Ana" || hit.Kind != crm.ActivityNote || marked(hit.Snippet) != "outra [visita]" {
			t.Errorf("%+v", hit)
		}
		must(s.Transact(ctx, Op{Label: "lead.archive"}, func(tx *Tx) error {
			l, err := Get[crm.Lead](tx, lead)
			if err != nil {
				return err
			}
			l.ArchivedAt = 1
			return Put(tx, l)
		}))
		want("argo", first)
		must(s.Transact(ctx, Op{Label: "lead.delete"}, func(tx *Tx) error { return Delete[crm.Lead](tx, lead) }))
		want("argo")
		must(s.Undo(ctx, nil))
		want("argo", first)
		for _, text := range []string{"", " ", "-", "a", `"`, "*", "text:argo x", "NEAR(argo)"} {
			want(text)
		}
		if got := must(s.FindNotes(ctx, "visita", 0)); len(got) != 0 || got == nil {
			t.Errorf("%+v", got)
		}
	}
}

// The place of a purged activity is another one's later, below where the index is.
func TestANoteInThePlaceOfAPurgedOneIsFound(t *testing.T) {
	s := open(t)
	other := makeLead(t, s, "Bia")
	lead := makeLead(t, s, "Ana")
	takeNote(t, s, lead, crm.Activity{Body: "primeira"})
	last := takeNote(t, s, lead, crm.Activity{Body: "derradeira"})
	indexAllNotes(t, s)
	must(s.Transact(context.Background(), Op{Label: "lead.archive"}, func(tx *Tx) error {
		l, err := Get[crm.Lead](tx, lead)
		if err != nil {
			return err
		}
		l.StageID, l.ArchivedAt = discardedStage, 1
		return Put(tx, l)
	}))
	must(s.Purge(context.Background(), crm.Selection{IDs: []string{lead}}))
	if got := notesOf(t, s, "derradeira"); len(got) > 0 {
		t.Error("found after the purge", got, last)
	}
	again := takeNote(t, s, other, crm.Activity{Body: "nova"})
	for range 2 {
		if got := notesOf(t, s, "nova"); !slices.Equal(got, []string{again}) {
			t.Error(got)
		}
		indexAllNotes(t, s)
	}
	wantWhole(t, s)
}

// An older database has no index; it is filled beside the work, and meanwhile
// the newest notes are found and the rest counted.
func TestTheNotesOfAnOlderDatabaseAreFilledIn(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := must(Open(ctx, Config{Dir: dir, Log: zerolog.Nop(), Grace: time.Hour}))
	lead := makeLead(t, s, "Ana")
	const many = noteWindow + 300
	s.indexer.loads.Add(1)
	must(s.Transact(ctx, Op{Label: "import", Quiet: true, Bulk: true}, func(tx *Tx) error {
		for i := range many {
			if err := Put(tx, &crm.Activity{LeadID: lead, Kind: crm.ActivityNote, Body: fmt.Sprintf("anotação %04d", i)}); err != nil {
				return err
			}
		}
		return nil
	}))
	if n := must(s.NotesPending(ctx)); n != many-noteWindow {
		t.Errorf("%d can't be found", n)
	}
	if a, b := notesOf(t, s, "0000"), notesOf(t, s, fmt.Sprint(many-1)); len(a) != 0 || len(b) != 1 {
		t.Errorf("before: %v, %v", a, b)
	}
	closeStore(t, s)
	s = openAt(t, dir) // without grace: the background comes at once
	for deadline := time.Now().Add(30 * time.Second); len(notesOf(t, s, "0000")) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the notes still wait to be indexed")
		}
	}
	if n := must(s.NotesPending(ctx)); n != 0 || len(notesOf(t, s, "anotacao 07")) == 0 {
		t.Errorf("%d still wait", n)
	}
	if got := must(s.FindNotes(ctx, "anotacao", 7)); len(got) != 7 || marked(got[0].Snippet) != fmt.Sprintf("[anotação] %04d", many-1) {
		t.Errorf("%+v", got)
	}
	indexAllNotes(t, s)
	wantWhole(t, s)
}

func TestSearchesOfNotesThatFailSaySo(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	for _, drop := range []string{"DROP TABLE notes", "DROP TABLE notes_upto"} {
		if _, err := s.exec(ctx, drop); err != nil {
			t.Fatal(err)
		}
		if _, err := s.FindNotes(ctx, "visita", 5); crm.CodeOf(err) != crm.CodeCorrupt {
			t.Errorf("%s: %v", drop, err)
		}
	}
	_, err := s.NotesPending(ctx)
	wantCode(t, err, crm.CodeCorrupt)
	lead := makeLead(t, s, "Ana")
	_, err = s.Transact(ctx, Op{Label: "activity.add"}, func(tx *Tx) error {
		return Put(tx, &crm.Activity{LeadID: lead, Kind: crm.ActivityNote, Body: "x"})
	})
	wantCode(t, err, crm.CodeCorrupt)
	if _, err := s.indexNotes(ctx); err == nil {
		t.Error("nothing to index into")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.FindNotes(cancelled, "visita", 5)
	wantCode(t, err, crm.CodeCancelled)
}

func TestNotesAreReadByTheirPlace(t *testing.T) {
	s := open(t)
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"new": {newNotesSQL, []any{9}}, "changed": {changedNotesSQL, []any{9}}, "listed": {listedNotesSQL, []any{"[1]"}},
	} {
		got := plan(t, s, q.sql, q.args)
		if !strings.Contains(got, "SEARCH a USING INTEGER PRIMARY KEY") || !strings.Contains(got, "SEARCH l USING INDEX sqlite_autoindex_leads_1") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	if got := plan(t, s, noteCandidateSQL, []any{`"abc"`, 9, 9}); strings.Contains(got, "TEMP B-TREE") {
		t.Errorf("candidates are sorted:\n%s", got)
	}
}
