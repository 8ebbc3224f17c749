// Package enroll writes and reads the code with which a device joins a hub: one
// line to paste or to read out. A letter that was typed wrong is told before
// anything is sent.
package enroll

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Code is what a device must know to join.
type Code struct {
	_         struct{}  `cbor:",toarray"`
	Addresses []string  // of the hub, "https://host:port", the likeliest first
	Workspace record.ID // that it joins
	Pin       []byte    // SHA-256 of the public key of the hub's certificate; empty: the address has a certificate of an authority's
	Secret    []byte    // of the invitation, good for one device
	Expires   int64     // ms UTC
}

// Prefix begins every code; its digit is the version of what follows.
const Prefix = "PATIO1"

// Limits of a code.
const (
	maxAddresses = 8
	maxAddress   = 200 // bytes
	maxText      = 4096
	pinSize      = 32
	secretSize   = 32
	group        = 5 // letters between two hyphens
	sumSize      = 4 // bytes of checksum at the end
)

// crockford is base32 without the letters that are taken for others.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// castagnoli notices every change within 32 neighbouring bits: any one letter,
// and any two neighbours that changed places.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// alike reads letters as the digits that they are taken for, and drops what
// only groups.
var alike = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "\t", "", "\r", "", "\n", "")

// String writes a code. Parse reads it. It fails when the code is none.
func (c Code) String() (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	plain, err := encode(c)
	if err != nil {
		return "", err
	}
	letters := crockford.EncodeToString(binary.BigEndian.AppendUint32(plain, crc32.Checksum(plain, castagnoli)))
	var b strings.Builder
	b.WriteString(Prefix)
	for len(letters) > 0 {
		n := min(group, len(letters))
		b.WriteByte('-')
		b.WriteString(letters[:n])
		letters = letters[n:]
	}
	return b.String(), nil
}

// Parse reads a code, in small letters, too, with or without its hyphens and
// with spaces or line breaks between. Errors: *protocol.Error with sync.code.
func Parse(text string) (Code, error) {
	c, err := parse(text)
	if err != nil {
		return Code{}, protocol.Refuse(protocol.CodeMistyped, err)
	}
	return c, nil
}

func parse(text string) (c Code, err error) {
	if len(text) > maxText {
		return c, errors.New("enroll: too long")
	}
	letters, ok := strings.CutPrefix(alike.Replace(strings.ToUpper(text)), alike.Replace(Prefix))
	if !ok {
		return c, errors.New("enroll: not such a code")
	}
	b, err := crockford.DecodeString(letters)
	if err != nil {
		return c, fmt.Errorf("enroll: %w", err)
	}
	// The last letter may hold bits that stand for nothing.
	if crockford.EncodeToString(b) != letters || len(b) <= sumSize {
		return c, errors.New("enroll: cut off")
	}
	plain, sum := b[:len(b)-sumSize], b[len(b)-sumSize:]
	if binary.BigEndian.Uint32(sum) != crc32.Checksum(plain, castagnoli) {
		return c, errors.New("enroll: mistyped")
	}
	if err := decMode.Unmarshal(plain, &c); err != nil {
		return c, fmt.Errorf("enroll: %w", err)
	}
	if again, err := encode(c); err != nil || !bytes.Equal(again, plain) {
		return c, errors.Join(errors.New("enroll: not in its one form"), err)
	}
	return c, c.check()
}

// Expired says whether it is too late to use the code, by this device's clock,
// which may be wrong: the hub decides.
func (c Code) Expired(now time.Time) bool { return now.UnixMilli() > c.Expires }

// check refuses what no hub gives out.
func (c Code) check() error {
	switch {
	case len(c.Addresses) == 0 || len(c.Addresses) > maxAddresses:
		return fmt.Errorf("enroll: %d addresses", len(c.Addresses))
	case len(c.Pin) != 0 && len(c.Pin) != pinSize:
		return fmt.Errorf("enroll: a pin of %d bytes", len(c.Pin))
	case len(c.Secret) != secretSize:
		return fmt.Errorf("enroll: a secret of %d bytes", len(c.Secret))
	}
	for _, a := range c.Addresses {
		if err := CheckAddress(a); err != nil {
			return err
		}
	}
	return nil
}

// CheckAddress refuses what is not "https://host[:port]".
func CheckAddress(a string) error {
	u, err := url.Parse(a)
	if err != nil || len(a) > maxAddress || u.Scheme != "https" || u.Hostname() == "" || u.String() != "https://"+u.Host {
		return fmt.Errorf("enroll: %q is no address such as https://host:port", a)
	}
	return nil
}

func encode(c Code) ([]byte, error) { return encMode.Marshal(c) }

var (
	encMode = must(cbor.CoreDetEncOptions().EncMode())
	decMode = must(cbor.DecOptions{
		MaxArrayElements: 16, MaxNestedLevels: 4, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden, UTF8: cbor.UTF8RejectInvalid,
	}.DecMode())
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // options are constants
	}
	return v
}
