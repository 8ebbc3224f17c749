package store

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"patio/backend/format"
)

const (
	// snippetBefore is how many letters of a snippet stand before the first
	// word that was found, at most.
	snippetBefore = 30
	// snippetLength is how many letters a snippet has, at most.
	snippetLength = 140
)

// snippet cuts about the first of the words out of a text and marks them all.
func snippet(text string, words []word) []Piece {
	text = strings.Join(strings.Fields(text), " ")
	spans := spansOf(text, words)
	from, to := 0, len(text)
	if len(spans) > 0 {
		from = back(text, spans[0].from, snippetBefore)
	}
	if end := ahead(text, from, snippetLength); end < to {
		to = end
	}
	var out []Piece
	put := func(s string, marked bool) {
		if s != "" {
			out = append(out, Piece{s, marked})
		}
	}
	at := from
	if from > 0 {
		put("…", false)
	}
	for _, sp := range spans {
		if sp.from >= to {
			break
		}
		put(text[at:sp.from], false)
		at = min(sp.to, to)
		put(text[sp.from:at], true)
	}
	put(text[at:to], false)
	if to < len(text) {
		put("…", false)
	}
	return out
}

// span is a part of a text, in bytes.
type span struct{ from, to int }

// spansOf answers where the words stand in a text, in order, those that touch as
// one.
func spansOf(text string, words []word) []span {
	folded, places := foldPlaces(text)
	var spans []span
	for _, w := range words {
		for _, spelling := range w {
			short := utf8.RuneCountInString(spelling) < 3
			for at := 0; ; {
				i := strings.Index(folded[at:], spelling)
				if i < 0 {
					break
				}
				start, end := at+i, at+i+len(spelling)
				if !short || start == 0 || folded[start-1] == ' ' {
					spans = append(spans, span{places[start].from, places[end-1].to})
				}
				at = end
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	var out []span
	for _, sp := range spans {
		if last := len(out) - 1; last >= 0 && sp.from <= out[last].to {
			out[last].to = max(out[last].to, sp.to)
		} else {
			out = append(out, sp)
		}
	}
	return out
}

// foldPlaces folds a text letter by letter, and answers for each byte of the
// folded one from where in the text it came. It differs from format.Fold by a
// space at either end at most.
func foldPlaces(text string) (string, []span) {
	var b strings.Builder
	var places []span
	space := true
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		here := span{i, i + n}
		if unicode.Is(unicode.M, r) && len(places) > 0 { // an accent belongs to its letter
			for at := len(places) - 1; at >= 0 && places[at].to == i; at-- {
				places[at].to = i + n
			}
		}
		f := format.Fold("x" + text[i:i+n] + "x") // so that a space stays one
		for _, c := range f[1 : len(f)-1] {
			if c == ' ' && space {
				continue
			}
			space = c == ' '
			b.WriteRune(c)
			for range utf8.RuneLen(c) {
				places = append(places, here)
			}
		}
		i += n
	}
	return b.String(), places
}

// back goes up to n letters back from a place, to where a word begins if there
// is one.
func back(text string, from, n int) int {
	at := from
	for range n {
		if at == 0 {
			return 0
		}
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	if at == 0 {
		return 0
	}
	if i := strings.IndexByte(text[at:from], ' '); i >= 0 {
		return at + i + 1
	}
	return at
}

// ahead goes up to n letters on from a place, to where a word ends if there is
// one.
func ahead(text string, from, n int) int {
	at := from
	for range n {
		if at >= len(text) {
			return len(text)
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	if at >= len(text) {
		return len(text)
	}
	if i := strings.LastIndexByte(text[from:at], ' '); i > 0 {
		return from + i
	}
	return at
}
