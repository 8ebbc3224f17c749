package duplicates

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// particles stand in names and tell nobody apart.
var particles = map[string]bool{"da": true, "de": true, "do": true, "das": true, "dos": true, "e": true, "del": true, "la": true}

// nameWords takes a folded name apart into the words that count.
func nameWords(name string) []string {
	return slices.DeleteFunc(strings.Fields(name), func(w string) bool { return particles[w] })
}

// alike says whether two names may be one person's: the same first name, and
// each further word of the shorter one in the longer, in order, be it as an
// initial or with a letter wrong. A first name alone is everybody's.
func alike(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 2 || !sameWord(a[0], b[0], false) {
		return false
	}
	at := 1
	for _, w := range a[1:] {
		i := slices.IndexFunc(b[at:], func(o string) bool { return sameWord(w, o, true) })
		if i < 0 {
			return false
		}
		at += i + 1
	}
	return true
}

// sameWord says whether two words are one, misspelt or cut to an initial.
func sameWord(a, b string, initials bool) bool {
	if a == b {
		return true
	}
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	if len(a) > len(b) {
		a, b = b, a
	}
	if utf8.RuneCountInString(a) == 1 {
		return initials && strings.HasPrefix(b, a)
	}
	return a == b || len(a) >= 4 && oneAway(a, b)
}

// oneAway says whether a letter too many, wrong, or swapped with the next is
// all that keeps two words apart. a is not the longer one.
func oneAway(a, b string) bool {
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) != len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return true
	}
	return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
