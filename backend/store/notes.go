package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// NoteHit is an activity that a search found by what was written of it, with
// its lead.
type NoteHit struct {
	Card       crm.Card `json:"card"`
	ActivityID string   `json:"activityId"`
	Kind       string   `json:"kind"`
	At         int64    `json:"at"`      // ms UTC: when it was done, else is due, else was written
	Snippet    []Piece  `json:"snippet"` // what was written about the first word found; in order
}

// Piece is a part of a text, as it was written.
type Piece struct {
	Text  string `json:"text"`
	Found bool   `json:"found"` // a word that was looked for
}

// noteWindow is how many activities that wait for the index a search goes
// through, of the new and of the changed ones: the newest.
const noteWindow = 1000

const (
	noteColumns = ` a.rid,l.rid,a.id,a.kind,a.title,a.body,a.outcome,CASE WHEN a.done_at>0 THEN a.done_at WHEN a.due>0 THEN a.due ELSE a.created_at END`
	noteLead    = ` CROSS JOIN leads l ON l.id = a.lead_id AND l.live > 0`
	// newNotesSQL reads those that the index has not come to.
	newNotesSQL = "SELECT" + noteColumns + " FROM activities a" + noteLead +
		" WHERE a.rid > (SELECT upto FROM notes_upto) AND a.deleted = 0 ORDER BY a.rid DESC LIMIT ?"
	// changedNotesSQL reads those of which the index has another text.
	changedNotesSQL = "SELECT" + noteColumns + " FROM notes_queue q CROSS JOIN activities a ON a.rid = q.activity AND a.deleted = 0" + noteLead +
		" ORDER BY q.activity DESC LIMIT ?"
	// listedNotesSQL reads those of a list of rowids.
	listedNotesSQL = "SELECT" + noteColumns + " FROM json_each(?) j CROSS JOIN activities a ON a.rid = j.value AND a.deleted = 0" + noteLead
	// noteCandidateSQL finds activities that hold every trigram, the newest first.
	noteCandidateSQL = "SELECT rowid FROM notes WHERE notes MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
)

// FindNotes answers at most limit activities of which title, body and outcome
// together hold every word of the text: first those that were written or
// changed last, then the newest. Leads in the archive count, deleted ones
// don't. Accents and case don't count; a word of three letters is found
// anywhere, one of two where a word begins, and a single letter only beside
// longer words.
func (s *Store) FindNotes(ctx context.Context, text string, limit int) ([]NoteHit, error) {
	words := wordsOf(format.Fold(text))
	words = words[:min(len(words), maxWords)]
	limit = min(max(limit, 0), MaxPage)
	query := matchText(words)
	if query == "" || limit == 0 {
		return []NoteHit{}, nil
	}
	// Activities go from waiting into the index, never back: asked in this
	// order, none is missed.
	var found []note
	looked := map[int64]bool{}
	for _, waiting := range []string{changedNotesSQL, newNotesSQL} {
		list, err := s.notes(ctx, words, looked, waiting, noteWindow)
		if err != nil {
			return nil, s.fail("search notes that wait", err)
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, newestNote)
	ask := limit + spare
	for before := int64(1) << 62; len(found) < limit; ask *= 2 {
		rids, err := s.ints(ctx, noteCandidateSQL, query, before, ask)
		if err != nil {
			return nil, s.fail("search notes", err)
		}
		if len(rids) == 0 {
			break
		}
		before = rids[len(rids)-1]
		list, err := s.notes(ctx, words, looked, listedNotesSQL, ridList(rids))
		if err != nil {
			return nil, s.fail("read notes", err)
		}
		slices.SortFunc(list, newestNote)
		found = append(found, list...)
		if len(rids) < ask {
			break
		}
	}
	return s.noteHits(ctx, found[:min(len(found), limit)], words)
}

// NotesPending answers how many activities FindNotes doesn't find yet.
func (s *Store) NotesPending(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, "SELECT coalesce((SELECT max(rid) FROM activities), 0) - upto FROM notes_upto", nil, &n)
	return max(n-noteWindow, 0), s.fail("count notes that wait", err)
}

// note is an activity as it is searched.
type note struct {
	rid, lead int64
	hit       NoteHit
	text      string
}

func newestNote(a, b note) int { return cmp.Compare(b.rid, a.rid) }

// notes reads those that a query names and that hold the words, but those that
// were looked at before.
func (s *Store) notes(ctx context.Context, words []word, looked map[int64]bool, query string, args ...any) ([]note, error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []note
	for rows.Next() {
		var n note
		var id []byte
		var title, body, outcome string
		if err := rows.Scan(&n.rid, &n.lead, &id, &n.hit.Kind, &title, &body, &outcome, &n.hit.At); err != nil {
			return nil, err
		}
		if looked[n.rid] {
			continue
		}
		looked[n.rid] = true
		n.text = noteText(title, body, outcome)
		if holdAll([]field{{text: format.Fold(n.text)}}, words) {
			n.hit.ActivityID = text(id)
			out = append(out, n)
		}
	}
	return out, rows.Err()
}

// noteHits adds the leads' cards and the snippets.
func (s *Store) noteHits(ctx context.Context, found []note, words []word) ([]NoteHit, error) {
	hits := make([]NoteHit, 0, len(found))
	for _, n := range found {
		cards, err := s.cards(ctx, []int64{n.lead}, nil)
		if err != nil {
			return nil, s.fail("read notes' leads", err)
		}
		if len(cards) == 0 {
			continue // deleted in between
		}
		n.hit.Card, n.hit.Snippet = cards[0], snippet(n.text, words)
		hits = append(hits, n.hit)
	}
	return hits, nil
}

// noteText is what an activity is found by, in its own spelling.
func noteText(title, body, outcome string) string {
	parts := slices.DeleteFunc([]string{title, body, outcome}, func(s string) bool { return strings.TrimSpace(s) == "" })
	return strings.Join(parts, " · ")
}
