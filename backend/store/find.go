package store

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"patio/backend/crm"
	"patio/backend/format"
)

// Hit is a lead that a search found, and the field it was found by: "name",
// "company", "email", "phone", "plate", "vehicle", "document" or "subject".
type Hit struct {
	Card  crm.Card `json:"card"`
	Field string   `json:"field"`
}

// Find answers leads by what a person remembers of them, archived ones too:
// first those whose name starts with the text, by name; then those that hold
// every word of it somewhere, what was saved last first, then the newest. Accents, case and a number's
// punctuation don't count. A word of three letters is found anywhere, one of
// two at the beginning of a word, a single letter at the beginning of a word
// beside longer ones, else of the name.
func (s *Store) Find(ctx context.Context, text string, limit int) ([]Hit, error) {
	words := searchWords(text)
	words = words[:min(len(words), maxWords)]
	limit = min(max(limit, 0), MaxPage)
	if len(words) == 0 || limit == 0 {
		return []Hit{}, nil
	}
	rids, err := s.namedLike(ctx, format.Fold(text), limit)
	if err != nil {
		return nil, s.fail("search names", err)
	}
	hits, err := s.confirm(ctx, []Hit{}, rids, nil)
	if err != nil {
		return nil, s.fail("read hits", err)
	}
	recent, err := s.recentlyQueued(ctx, words, limit+len(rids))
	if err != nil {
		return nil, s.fail("search recent texts", err)
	}
	recent = slices.DeleteFunc(recent, func(rid int64) bool { return slices.Contains(rids, rid) })
	if hits, err = s.confirm(ctx, hits, recent, words); err != nil {
		return nil, s.fail("read hits", err)
	}
	rids = append(rids, recent...)
	query := matchText(words)
	ask := limit - len(hits) + spare
	for before := int64(1) << 62; query != "" && len(hits) < limit; ask *= 2 {
		more, err := s.ints(ctx, candidateSQL, query, before, ask)
		if err != nil {
			return nil, s.fail("search", err)
		}
		if len(more) > 0 {
			before = more[len(more)-1]
		}
		done := len(more) < ask
		more = slices.DeleteFunc(more, func(rid int64) bool { return slices.Contains(rids, rid) })
		if hits, err = s.confirm(ctx, hits, more, words); err != nil {
			return nil, s.fail("read hits", err)
		}
		if done {
			break
		}
	}
	return hits[:min(len(hits), limit)], nil
}

// recentlyQueued finds leads among the texts that wait to be indexed, the
// newest first. Single letters find names only.
func (s *Store) recentlyQueued(ctx context.Context, words []word, limit int) ([]int64, error) {
	if matchText(words) == "" {
		return nil, nil
	}
	var b strings.Builder
	var args []any
	for _, w := range words {
		b.WriteString(" AND (0")
		for _, spelling := range w {
			if utf8.RuneCountInString(spelling) < 3 {
				spelling = " " + spelling
			}
			b.WriteString(" OR instr(text, ?)")
			args = append(args, spelling)
		}
		b.WriteString(")")
	}
	return s.ints(ctx, `SELECT lead FROM search_queue WHERE text IS NOT NULL`+b.String()+
		" AND (SELECT live FROM leads WHERE rid = search_queue.lead) > 0 ORDER BY lead DESC LIMIT ?", append(args, limit)...)
}

// candidateSQL finds leads that hold every trigram, the newest first. Deleted
// ones may wait to leave the index.
const candidateSQL = `SELECT rowid FROM search WHERE search MATCH ? AND rowid < ?
	AND (SELECT live FROM leads WHERE rid = search.rowid) > 0 ORDER BY rowid DESC LIMIT ?`

// maxWords of a text are looked for.
const maxWords = 12

// spare is how many leads are looked at beyond those that are missing, at
// first: the index knows which trigrams a lead holds, not in what order.
const spare = 4

// confirm appends the hits among leads that may hold the words; without words
// their names were found.
func (s *Store) confirm(ctx context.Context, hits []Hit, rids []int64, words []word) ([]Hit, error) {
	cards, err := s.cards(ctx, rids, nil)
	if err != nil {
		return nil, err
	}
	for _, c := range cards {
		h := Hit{c, "name"}
		if len(words) > 0 {
			if h.Field, err = s.foundIn(ctx, c, words); err != nil {
				return nil, err
			}
		}
		if h.Field != "" {
			hits = append(hits, h)
		}
	}
	return hits, nil
}

// namedLike finds leads whose folded name starts with prefix, by name.
func (s *Store) namedLike(ctx context.Context, prefix string, limit int) ([]int64, error) {
	return s.ints(ctx, namedSQL, prefix, prefix+string(unicode.MaxRune), limit)
}

const namedSQL = `SELECT l.rid FROM leads l WHERE l.live > 0 AND l.sort_name >= ? AND l.sort_name < ?
	ORDER BY l.sort_name, l.rid LIMIT ?`

// word is one word of a search with its other spellings; any of them will do.
type word []string

// searchWords takes a search apart. A text of digits and punctuation only is
// one number, however it is spaced.
func searchWords(text string) []word {
	folded := format.Fold(text)
	if isNumber(folded) {
		return []word{numberWord(folded)}
	}
	return wordsOf(folded)
}

// wordsOf takes a folded text apart. A word with digits may also be written
// without its punctuation.
func wordsOf(folded string) []word {
	var words []word
	for _, part := range strings.Fields(folded) {
		bare := lettersAndDigits(part)
		switch {
		case bare == "":
		case bare != part && strings.ContainsFunc(part, unicode.IsDigit):
			words = append(words, word{part, bare})
		default:
			words = append(words, word{part})
		}
	}
	return words
}

func isNumber(s string) bool {
	return strings.ContainsFunc(s, unicode.IsDigit) && strings.Trim(s, "0123456789 ()+-./") == ""
}

// numberWord spells a number as phones and documents are indexed, digits only
// and a phone of this country without its 55, and as it was typed.
func numberWord(s string) word {
	w := word{lettersAndDigits(s)}
	if w[0] != s && !strings.Contains(s, " ") {
		w = append(w, s)
	}
	if rest, ok := strings.CutPrefix(w[0], "55"); ok && len(rest) > 2 {
		w = append(w, rest)
	}
	if p, err := format.ParsePhone(s, format.DefaultRegion); err == nil {
		if digits := phoneText(p.E164); !slices.Contains(w, digits) {
			w = append(w, digits)
		}
	}
	return w
}

func lettersAndDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, s)
}

// matchText asks the index for leads that hold every trigram of every word;
// "" when every word is a single letter, which it can't find.
func matchText(words []word) string {
	var all []string
	for _, w := range words {
		var spellings []string
		for _, spelling := range w {
			if t := trigrams(spelling); t != "" {
				spellings = append(spellings, t)
			}
		}
		if len(spellings) > 0 {
			all = append(all, "("+strings.Join(spellings, " OR ")+")")
		}
	}
	return strings.Join(all, " AND ")
}

func trigrams(spelling string) string {
	letters := []rune(spelling)
	if len(letters) == 2 {
		letters = []rune{' ', letters[0], letters[1]} // every word of the text follows a space
	}
	var out []string
	for i := range len(letters) - 2 {
		t := `"` + strings.ReplaceAll(string(letters[i:i+3]), `"`, `""`) + `"`
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return strings.Join(out, " AND ")
}

// foundIn names the field in which a lead holds most of the words, of equals
// the first; "" when a word is nowhere.
func (s *Store) foundIn(ctx context.Context, c crm.Card, words []word) (string, error) {
	fields := []field{
		{"name", format.Fold(c.Name)}, {"company", format.Fold(c.Company)}, {"email", c.Email}, {"phone", phoneText(c.Phone)},
		{"plate", plateText(c.Plate)}, {"vehicle", format.Fold(c.Vehicle)}, {"subject", format.Fold(c.Subject)},
	}
	if !holdAll(fields, words) {
		unseen, err := s.unseenFields(ctx, c)
		if fields = append(fields, unseen...); err != nil || !holdAll(fields, words) {
			return "", err
		}
	}
	best, most := "", 0
	for _, f := range fields {
		n := 0
		for _, w := range words {
			if w.in(f.text) {
				n++
			}
		}
		if n > most {
			best, most = f.name, n
		}
	}
	return best, nil
}

// field is a text by which a lead is found.
type field struct{ name, text string }

// unseenSQL asks for both, the contact as whom a lead is shown and its own.
const unseenSQL = `WITH c AS (SELECT rid, name, company, document FROM contacts WHERE id IN (SELECT person FROM leads WHERE id = ?1 UNION SELECT contact_id FROM leads WHERE id = ?1))
	SELECT 'document', document FROM c
	UNION ALL SELECT 'phone', k.key FROM c JOIN contact_phones k ON k.owner = c.rid
	UNION ALL SELECT 'email', k.key FROM c JOIN contact_emails k ON k.owner = c.rid
	UNION ALL SELECT 'name', name FROM c UNION ALL SELECT 'company', company FROM c`

// unseenFields are those that a card doesn't show: the document, further
// phones and e-mails, and what the lead's own contact says that was merged.
func (s *Store) unseenFields(ctx context.Context, c crm.Card) ([]field, error) {
	rows, err := s.query(ctx, unseenSQL, blob(c.ID))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []field
	for rows.Next() {
		var f field
		if err := rows.Scan(&f.name, &f.text); err != nil {
			return nil, err
		}
		if f.name == "phone" {
			f.text = phoneText(f.text)
		}
		f.text = format.Fold(f.text)
		out = append(out, f)
	}
	return out, rows.Err()
}

// holdAll says whether every word stands in some field.
func holdAll(fields []field, words []word) bool {
	return !slices.ContainsFunc(words, func(w word) bool {
		return !slices.ContainsFunc(fields, func(f field) bool { return w.in(f.text) })
	})
}

// in says whether a field's text holds any spelling of the word.
func (w word) in(text string) bool {
	return slices.ContainsFunc(w, func(spelling string) bool {
		if utf8.RuneCountInString(spelling) < 3 {
			return strings.Contains(" "+text, " "+spelling)
		}
		return strings.Contains(text, spelling)
	})
}
