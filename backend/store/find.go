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
// every word of it somewhere, the newest first. Accents, case and a number's
// punctuation don't count. A word of three letters is found anywhere, one of
// two at the beginning of a word, a single letter at the beginning of a word
// beside longer ones, else of the name.
func (s *Store) Find(ctx context.Context, text string, limit int) ([]Hit, error) {
	words := searchWords(text)
	limit = min(max(limit, 0), MaxPage)
	if len(words) == 0 || limit == 0 {
		return []Hit{}, nil
	}
	rids, err := s.namedLike(ctx, format.Fold(text), limit)
	if err != nil {
		return nil, s.fail("search names", err)
	}
	if len(rids) < limit {
		if query, args := matchSQL(words); query != "" {
			more, err := s.ints(ctx, query, append(args, limit+len(rids))...)
			if err != nil {
				return nil, s.fail("search", err)
			}
			for _, rid := range more {
				if len(rids) < limit && !slices.Contains(rids, rid) {
					rids = append(rids, rid)
				}
			}
		}
	}
	cards, err := s.cards(ctx, rids)
	if err != nil {
		return nil, s.fail("read hits", err)
	}
	hits := make([]Hit, len(cards))
	for i, c := range cards {
		hits[i] = Hit{Card: c, Field: foundIn(c, words)}
		if hits[i].Field == "" {
			if hits[i].Field, err = s.foundUnseen(ctx, c, words); err != nil {
				return nil, s.fail("read hit", err)
			}
		}
	}
	return hits, nil
}

// namedLike finds leads whose folded name starts with prefix, by name.
func (s *Store) namedLike(ctx context.Context, prefix string, limit int) ([]int64, error) {
	return s.ints(ctx, `SELECT l.rid FROM leads l WHERE l.live > 0 AND l.sort_name >= ? AND l.sort_name < ?
		ORDER BY l.sort_name, l.rid LIMIT ?`, prefix, prefix+string(unicode.MaxRune), limit)
}

// word is one word of a search with its other spellings; any of them will do.
type word []string

// searchWords takes a search apart. A text of digits and punctuation only is
// one number, however it is spaced.
func searchWords(text string) []word {
	folded := format.Fold(text)
	if isNumber(folded) {
		return []word{numberWord(folded)}
	}
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

// numberWord spells a number as phones and documents are indexed: digits only,
// a phone of this country without its 55.
func numberWord(s string) word {
	w := word{lettersAndDigits(s)}
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

// matchSQL finds the rowids of leads that hold every word; "" when every word
// is a single letter, which the trigram index can't find.
func matchSQL(words []word) (string, []any) {
	var match, rest []string
	var args []any
	for _, w := range words {
		var any []string
		for _, spelling := range w {
			if utf8.RuneCountInString(spelling) == 2 {
				spelling = " " + spelling // every word of the text follows a space
			}
			if utf8.RuneCountInString(spelling) >= 3 {
				any = append(any, `"`+strings.ReplaceAll(spelling, `"`, `""`)+`"`)
			}
		}
		if len(any) > 0 {
			match = append(match, "("+strings.Join(any, " OR ")+")")
		} else {
			rest = append(rest, " AND instr(text, ?) > 0")
			args = append(args, " "+w[0])
		}
	}
	if len(match) == 0 {
		return "", nil
	}
	return "SELECT rowid FROM search WHERE search MATCH ?" + strings.Join(rest, "") + " ORDER BY rowid DESC LIMIT ?",
		append([]any{strings.Join(match, " AND ")}, args...)
}

// foundIn names the card's field that holds most of the words, of equals the
// first; "" when none does.
func foundIn(c crm.Card, words []word) string {
	fields := []struct{ name, text string }{
		{"name", format.Fold(c.Name)}, {"company", format.Fold(c.Company)}, {"email", c.Email}, {"phone", phoneText(c.Phone)},
		{"plate", plateText(c.Plate)}, {"vehicle", format.Fold(c.Vehicle)}, {"subject", format.Fold(c.Subject)},
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
	return best
}

// foundUnseen names the field of a hit by what its card doesn't show: a
// further phone or e-mail, or the document.
func (s *Store) foundUnseen(ctx context.Context, c crm.Card, words []word) (string, error) {
	var document string
	if err := s.one(ctx, "SELECT document FROM contacts WHERE id = ?", []any{blob(c.ContactID)}, &document); err != nil {
		return "", err
	}
	switch {
	case slices.ContainsFunc(words, func(w word) bool { return w.in(format.Fold(document)) }):
		return "document", nil
	case strings.Trim(lettersAndDigits(words[0][0]), "0123456789") == "":
		return "phone", nil
	}
	return "email", nil
}

// in says whether a field's text holds any spelling of the word, as the
// search finds it.
func (w word) in(text string) bool {
	return slices.ContainsFunc(w, func(spelling string) bool {
		if utf8.RuneCountInString(spelling) < 3 {
			return strings.Contains(" "+text, " "+spelling)
		}
		return strings.Contains(text, spelling)
	})
}
