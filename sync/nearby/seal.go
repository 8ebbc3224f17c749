package nearby

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
)

// A question, of questionSize bytes: head, key, mark, zeros.
// An answer, of no more: head, the question's key, salt, key, nonce, sealed text.
const (
	headSize     = 8
	keySize      = 32
	markSize     = 16
	saltSize     = 16
	plainSize    = headSize + keySize + saltSize + keySize // of an answer, before its nonce
	sealedFrom   = plainSize + chacha20poly1305.NonceSizeX
	questionSize = 1024 // an answer is no longer, so that nobody is flooded through a server
	maxText      = questionSize - sealedFrom - chacha20poly1305.Overhead
)

// errNotOurs says that bytes are nothing of this package's, or answer another
// question, or were sealed by who doesn't know the topic.
var errNotOurs = errors.New("nearby: not an answer to this question")

// head begins every message: a name, the version, the topic's kind, and which
// way it goes.
func head(kind, way byte) []byte { return []byte{'P', 'A', 'T', 'I', 'O', 1, kind, way} }

const (
	asks    = '?'
	answers = '!'
)

// question is what is asked.
type question struct {
	kind      byte
	key, mark []byte
}

// asked is a question with what opens its answers.
type asked struct {
	topic Topic
	key   *ecdh.PrivateKey
	known map[string][]byte // the topic's secret by salt: a server says one thing many times
}

func ask(t Topic) (*asked, error) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	return &asked{t, key, map[string][]byte{}}, err
}

// bytes are what is sent.
func (a *asked) bytes() []byte {
	b := make([]byte, 0, questionSize)
	key := a.key.PublicKey().Bytes()
	b = append(append(append(b, head(a.topic.kind, asks)...), key...), a.topic.mark(key)...)
	return b[:questionSize]
}

// readQuestion reads what came in; ok is false for whatever is no question.
func readQuestion(b []byte) (q question, ok bool) {
	if len(b) != questionSize {
		return q, false
	}
	q.kind = b[headSize-2]
	if !bytes.Equal(b[:headSize], head(q.kind, asks)) {
		return q, false
	}
	b = b[headSize:]
	q.key, q.mark = bytes.Clone(b[:keySize]), bytes.Clone(b[keySize:keySize+markSize])
	return q, true
}

// about says whether a question is about a topic.
func (q question) about(t Topic) bool { return q.kind == t.kind && bytes.Equal(q.mark, t.mark(q.key)) }

// seal answers a question with a text; secret is the topic's with this salt.
func (q question) seal(secret, salt []byte, text string) ([]byte, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("nearby: an answer of %d bytes", len(text))
	}
	theirs, err := ecdh.X25519().NewPublicKey(q.key)
	if err != nil {
		return nil, err
	}
	mine, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	plain := slices.Concat(head(q.kind, answers), q.key, salt, mine.PublicKey().Bytes())
	shared, err := mine.ECDH(theirs)
	if err != nil {
		return nil, err
	}
	key, err := sealingKey(shared, secret, plain)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return aead.Seal(append(plain, nonce...), nonce, []byte(text), plain), nil
}

// isFor says whether bytes look like an answer to this question. It costs nothing.
func (a *asked) isFor(b []byte) bool {
	return len(b) >= sealedFrom+chacha20poly1305.Overhead && len(b) <= questionSize &&
		bytes.Equal(b[:headSize], head(a.topic.kind, answers)) && bytes.Equal(b[headSize:headSize+keySize], a.key.PublicKey().Bytes())
}

// salt is that of an answer.
func (a *asked) salt(b []byte) string {
	return string(b[headSize+keySize : headSize+keySize+saltSize])
}

// open answers the text of an answer. Errors: errNotOurs.
func (a *asked) open(b []byte) (string, error) {
	if !a.isFor(b) {
		return "", errNotOurs
	}
	plain, nonce, sealed := b[:plainSize], b[plainSize:sealedFrom], b[sealedFrom:]
	theirs, err := ecdh.X25519().NewPublicKey(plain[plainSize-keySize:])
	if err != nil {
		return "", errNotOurs
	}
	shared, err := a.key.ECDH(theirs)
	if err != nil {
		return "", errNotOurs
	}
	salt := a.salt(b)
	secret, ok := a.known[salt]
	if !ok {
		secret = a.topic.secret([]byte(salt))
		a.known[salt] = secret
	}
	key, err := sealingKey(shared, secret, plain)
	if err != nil {
		return "", err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return "", err
	}
	text, err := aead.Open(nil, nonce, sealed, plain)
	if err != nil {
		return "", errNotOurs
	}
	return string(text), nil
}

// sealingKey is of one answer: of both keys and of what both sides know.
func sealingKey(shared, secret, plain []byte) ([]byte, error) {
	return hkdf.Key(sha256.New, slices.Concat(shared, secret), plain, "patio nearby 1", chacha20poly1305.KeySize)
}
