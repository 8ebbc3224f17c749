package enroll

import (
	"crypto/rand"
	"strings"
)

// Short is a code that is read off one screen and typed in at another. It tells
// nothing by itself: a server in the same network gives the long code to who
// knows it (package nearby).
type Short [5]byte

// shortLetters is how many letters a short code has, its hyphen apart.
const shortLetters = 8

// NewShort draws a code. None begins as a long one does.
func NewShort() (s Short) {
	for {
		_, _ = rand.Read(s[:]) // never fails
		if !strings.HasPrefix(crockford.EncodeToString(s[:]), alike.Replace(Prefix)) {
			return s
		}
	}
}

// String writes it as "XXXX-XXXX".
func (s Short) String() string {
	letters := crockford.EncodeToString(s[:])
	return letters[:shortLetters/2] + "-" + letters[shortLetters/2:]
}

// ParseShort reads a short code as Parse reads a long one: in small letters,
// too, with or without its hyphen. ok is false when it is none.
func ParseShort(text string) (s Short, ok bool) {
	if len(text) > maxText {
		return s, false
	}
	letters := alike.Replace(strings.ToUpper(text))
	if len(letters) != shortLetters || strings.HasPrefix(letters, alike.Replace(Prefix)) {
		return s, false
	}
	n, err := crockford.Decode(s[:], []byte(letters))
	return s, err == nil && n == len(s)
}
