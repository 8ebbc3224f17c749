package protocol

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// BlobID names a blob, a file that records name: the SHA-256 of its bytes.
type BlobID [32]byte

// String answers the id in hexadecimal.
func (b BlobID) String() string { return hex.EncodeToString(b[:]) }

// ReadBlobID reads what String wrote. Errors: sync.malformed.
func ReadBlobID(text string) (BlobID, error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(BlobID{}) || hex.EncodeToString(b) != text {
		return BlobID{}, Refuse(CodeMalformed, errors.New("no blob's id"))
	}
	return BlobID(b), nil
}

// PathBlob leads to blobs. An id follows it in hexadecimal, and the request says
// who asks as one to PathWait does: ?workspace=hex&replica=n.
//
//	GET …/ID/state, and &size=2500000                  → Blob
//	PUT …/ID  Content-Range: bytes 0-1048575/2500000   → Blob
//	GET …/ID  Range: bytes=0-1048575                   → 206, ContentBlob
//
// A request carries a part of BlobPart bytes at most, so that a broken line
// costs little, no proxy finds it too large, and each is over in a moment.
const (
	PathBlob  = "/sync/v1/blob/"
	BlobAsked = "/state" // behind the id: how much of it there is
)

// BlobPart is how many bytes of a blob one request or answer carries.
const BlobPart = 1 << 20

// MaxBlob is how large a blob may be, unless its hub says otherwise.
const MaxBlob = 25 << 20

// ContentBlob is the type of a blob's bytes on the wire.
const ContentBlob = "application/x-patio-blob"

// Blob answers how much of a blob the hub has of its sender.
type Blob struct {
	_     struct{} `cbor:",toarray"`
	Have  int64    // bytes, from the beginning: the next part goes on there
	Whole bool     // all of it is there, and its bytes are what its id says
}

// Span is a part of a blob: the bytes from From to before To, of Size.
type Span struct {
	From, To, Size int64
}

// ContentRange writes a Span as the header of that name.
func (s Span) ContentRange() string { return fmt.Sprintf("bytes %d-%d/%d", s.From, s.To-1, s.Size) }

// ReadContentRange reads the header. Errors: sync.malformed.
func ReadContentRange(header string) (s Span, err error) {
	if _, err = fmt.Sscanf(header, "bytes %d-%d/%d", &s.From, &s.To, &s.Size); err == nil {
		s.To++
		if s.ContentRange() == header && 0 <= s.From && s.From < s.To && s.To <= s.Size {
			return s, nil
		}
	}
	return Span{}, Refuse(CodeMalformed, errors.New("no part of a blob"))
}

// Range writes the header that asks for a part of a blob whose size need not be known.
func (s Span) Range() string { return fmt.Sprintf("bytes=%d-%d", s.From, s.To-1) }

// ReadRange reads it; Size stays 0. Errors: sync.malformed.
func ReadRange(header string) (s Span, err error) {
	if _, err = fmt.Sscanf(header, "bytes=%d-%d", &s.From, &s.To); err == nil {
		s.To++
		if s.Range() == header && 0 <= s.From && s.From < s.To {
			return s, nil
		}
	}
	return Span{}, Refuse(CodeMalformed, errors.New("no part of a blob"))
}
