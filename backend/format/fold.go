package format

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold makes texts comparable for search, sorting and headers: lower case, no
// accents, runs of space as one ("  São  Paulo" → "sao paulo"). Folding twice
// changes nothing.
func Fold(text string) string {
	var b strings.Builder
	space := false
	for i, r := range text {
		f := rune(0)
		if r < rune(len(latin)) {
			f = latin[r]
		}
		if f == 0 {
			return foldRest(text)
		}
		if f == ' ' {
			space = true
			continue
		}
		if b.Len() == 0 {
			b.Grow(len(text) - i)
		} else if space {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(f)
	}
	return b.String()
}

// latin folds the letters of Western languages one by one, which is the quick
// way for nearly every cell; 0 marks what needs foldRest.
var latin = func() (table [0x180]rune) {
	for r := range table {
		if folded := []rune(foldRest(string(rune(r)))); len(folded) == 1 {
			table[r] = folded[0]
		} else if unicode.IsSpace(rune(r)) || unicode.IsControl(rune(r)) {
			table[r] = ' '
		}
	}
	return table
}()

// foldRest is Fold for any text.
func foldRest(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	space := false
	// Lower case comes first: a few letters only take their accent apart then.
	for _, r := range norm.NFKD.String(strings.ToLower(norm.NFKD.String(text))) {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			space = b.Len() > 0
		case unicode.Is(unicode.M, r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			if plain, ok := whole[r]; ok {
				b.WriteString(plain)
			} else {
				b.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return b.String()
}

// whole are the letters that Unicode doesn't take apart, though a keyboard
// without them writes the plain one.
var whole = map[rune]string{'ł': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ß': "ss", 'æ': "ae", 'œ': "oe"}

// FoldWords is Fold with everything but letters and digits turned into single
// spaces: how headers and vehicle names are compared.
func FoldWords(text string) string {
	return strings.Join(strings.FieldsFunc(Fold(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r)
	}), " ")
}
