// Package rank makes the keys by which cards stand in a stage: texts between
// which another always fits, so that a move writes one card only.
//
// A key is an integer part, whose first letter tells its length, and a
// fraction, both in base 62. Adding at an edge counts the integer part up or
// down, so ten thousand leads on top of each other keep their keys short;
// moving in between lengthens the fraction. The fraction's last digits are
// random: two replicas that insert at one place apart rarely meet.
package rank

import (
	"errors"
	"strings"
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// first is the integer part of the first key of a stage.
const first = "a0"

// jitter is how many random digits end a key: 62² places.
const jitter = 2

// ErrOrder says that lo doesn't stand before hi, or that one is no key.
var ErrOrder = errors.New("rank: keys out of order")

// Between answers a key after lo and before hi; "" stands for the edge.
// random answers a number in [0, n).
func Between(lo, hi string, random func(n int) int) (string, error) {
	if !valid(lo) || !valid(hi) || lo != "" && hi != "" && lo >= hi {
		return "", ErrOrder
	}
	return place(lo, hi) + noise(random), nil
}

// place answers a key between lo and hi that is no beginning of hi, so that
// anything may be appended to it.
func place(lo, hi string) string {
	switch {
	case lo == "" && hi == "":
		return first
	case lo == "":
		i, f := split(hi)
		if below, ok := step(i, -1); ok {
			return below
		}
		return i + middle("", f)
	case hi == "":
		i, f := split(lo)
		if above, ok := step(i, 1); ok {
			return above
		}
		return i + middle(f, "")
	}
	li, lf := split(lo)
	hiI, hf := split(hi)
	if li == hiI {
		return li + middle(lf, hf)
	}
	if above, ok := step(li, 1); ok && above < hiI {
		return above
	}
	return li + middle(lf, "")
}

// noise is the random end of a key; its last digit is not 0, below which
// nothing would fit.
func noise(random func(n int) int) string {
	var b [jitter]byte
	for i := range b {
		b[i] = digits[random(len(digits))]
	}
	b[jitter-1] = digits[1+random(len(digits)-1)]
	return string(b[:])
}

// intLen answers the length of the integer part that a letter begins, 0 for
// what is no such letter.
func intLen(head byte) int {
	switch {
	case head >= 'a' && head <= 'z':
		return int(head-'a') + 2
	case head >= 'A' && head <= 'Z':
		return int('Z'-head) + 2
	}
	return 0
}

func split(key string) (integer, fraction string) {
	n := intLen(key[0])
	return key[:n], key[n:]
}

func valid(key string) bool {
	if key == "" {
		return true
	}
	n := intLen(key[0])
	if n == 0 || len(key) < n {
		return false
	}
	for i := range key {
		if strings.IndexByte(digits, key[i]) < 0 {
			return false
		}
	}
	return true
}

// step counts an integer part up or down; false at the end of all.
func step(integer string, by int) (string, bool) {
	b := []byte(integer)
	for i := len(b) - 1; i > 0; i-- {
		d := strings.IndexByte(digits, b[i]) + by
		if d >= 0 && d < len(digits) {
			b[i] = digits[d]
			return string(b), true
		}
		b[i] = digits[(d+len(digits))%len(digits)]
	}
	head := int(b[0]) + by
	switch {
	case b[0] == 'Z' && by > 0:
		return first, true
	case b[0] == 'a' && by < 0:
		return "Z" + digits[len(digits)-1:], true
	case head < 'A' || head > 'z':
		return "", false
	}
	edge := digits[:1]
	if by < 0 {
		edge = digits[len(digits)-1:]
	}
	return string(rune(head)) + strings.Repeat(edge, intLen(byte(head))-1), true
}

// middle answers a fraction between lo and hi ("" for hi: the end) that is
// neither.
func middle(lo, hi string) string {
	n := 0
	for n < len(hi) && at(lo, n) == strings.IndexByte(digits, hi[n]) {
		n++
	}
	if n > 0 {
		return hi[:n] + middle(cut(lo, n), hi[n:])
	}
	low, high := at(lo, 0), len(digits)
	if hi != "" {
		high = strings.IndexByte(digits, hi[0])
	}
	if high-low > 1 {
		return digits[(low+high)/2 : (low+high)/2+1]
	}
	return digits[low:low+1] + middle(cut(lo, 1), "")
}

func at(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	return strings.IndexByte(digits, s[i])
}

func cut(s string, n int) string {
	if n >= len(s) {
		return ""
	}
	return s[n:]
}
