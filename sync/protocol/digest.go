package protocol

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"

	"patio/sync/record"
)

// Paths by which a replica finds out what it holds otherwise than its hub.
const (
	PathDigest = "/sync/v1/digest"
	PathAgain  = "/sync/v1/again"
)

// Buckets is how many parts the records are summed up in. Which part one is in
// the hash of its id tells: ids made at one time begin alike.
const (
	Buckets    = 1 << bucketBits
	bucketBits = 10
	sumSize    = 16
)

// Bucket answers the part that a record is in: the first 10 bits of the SHA-256
// of its id.
func Bucket(id record.ID) uint16 {
	hash := sha256.Sum256(id[:])
	return binary.BigEndian.Uint16(hash[:]) >> (16 - bucketBits)
}

// Sums are the digests of all buckets: of each the records' own, one over the
// other, in whatever order they came.
type Sums [Buckets][sumSize]byte

// Add sums a record up; state is its encoding, with values.
func (s *Sums) Add(id record.ID, kind uint32, state []byte) {
	hash := sha256.New()
	_, _ = hash.Write(binary.BigEndian.AppendUint32(id[:], kind)) // never fails
	_, _ = hash.Write(state)
	sum := &s[Bucket(id)]
	subtle.XORBytes(sum[:], sum[:], hash.Sum(nil)[:sumSize])
}

// Differing answers the buckets in which two are unlike.
func (s *Sums) Differing(o *Sums) (out []uint16) {
	for i := range s {
		if s[i] != o[i] {
			out = append(out, uint16(i))
		}
	}
	return out
}

// Digest asks in which buckets the hub has other records than the sender, of
// those that it may see.
type Digest struct {
	_    struct{} `cbor:",toarray"`
	Ask  Ask
	Sums []byte // of each bucket in turn
}

// Digested answers a Digest.
type Digested struct {
	_       struct{} `cbor:",toarray"`
	Hub     Hub
	Buckets []uint16 // that differ, rising
}

// Again asks for the records of some buckets in one grant, from a mark on,
// whether they changed or not. A Page answers.
type Again struct {
	_       struct{} `cbor:",toarray"`
	Ask     Ask
	Mark    Mark
	Buckets []uint16
}

// Encode writes the sums of all buckets one behind the other.
func (s *Sums) Encode() []byte {
	b := make([]byte, 0, Buckets*sumSize)
	for i := range s {
		b = append(b, s[i][:]...)
	}
	return b
}

// DecodeSums reads what Encode wrote, false for anything else.
func DecodeSums(b []byte) (s *Sums, ok bool) {
	if len(b) != Buckets*sumSize {
		return nil, false
	}
	s = &Sums{}
	for i := range s {
		s[i] = [sumSize]byte(b[i*sumSize:])
	}
	return s, true
}
