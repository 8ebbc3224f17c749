// Package nearby finds the server of a shop on the local network, with no more
// typed in than a short code, and finds it again when it has another address.
//
// Who looks asks everybody, with a key made for that one question. The server
// answers with a text sealed by that key, by one of its own, and by what both
// sides know: the short code, stretched, or the workspace's id. Who listens
// reads nothing, be it that the code is known later; who doesn't know the code
// can answer nothing that opens; and who asks without it gets what takes longer
// to open than the code is good for.
package nearby

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"

	"golang.org/x/crypto/argon2"

	"patio/sync/enroll"
	"patio/sync/record"
)

// Topic is what is looked for, and known on both sides.
type Topic struct {
	kind  byte
	known []byte
	work  work
}

// Kinds of topic.
const (
	kindCode      byte = 1
	kindWorkspace byte = 2
)

// work is what it costs to try one short code on an answer.
type work struct {
	passes, kib uint32
	lanes       uint8
}

// stretched takes a fifth of a second of a slow PC, and what all of the 2^40
// codes would take is beyond what anybody has in a quarter of an hour.
var stretched = work{passes: 3, kib: 64 << 10, lanes: 2}

// OfCode is the server that gave out a short code.
func OfCode(c enroll.Short) Topic { return Topic{kindCode, c[:], stretched} }

// OfWorkspace is the server of a workspace. Its id is random, and only its
// devices know it.
func OfWorkspace(id record.ID) Topic { return Topic{kindWorkspace, id[:], work{}} }

func (t Topic) is(other Topic) bool { return t.kind == other.kind && bytes.Equal(t.known, other.known) }

// secret answers 32 bytes that only who knows the topic has.
func (t Topic) secret(salt []byte) []byte {
	if t.work == (work{}) {
		return t.sum("secret", salt)
	}
	return argon2.IDKey(t.known, salt, t.work.passes, t.work.kib, t.work.lanes, sha256.Size)
}

// mark names the topic of a question to who knows it and to nobody else. A short
// code is named by nothing: a mark would be quicker to try codes on than an answer.
func (t Topic) mark(key []byte) []byte {
	if t.kind == kindCode {
		return make([]byte, markSize)
	}
	return t.sum("mark", key)[:markSize]
}

func (t Topic) sum(what string, of []byte) []byte {
	h := hmac.New(sha256.New, t.known)
	_, _ = h.Write(append([]byte(what), of...)) // never fails
	return h.Sum(nil)
}
