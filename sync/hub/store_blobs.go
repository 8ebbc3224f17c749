package hub

import (
	"patio/sync/protocol"
	"patio/sync/record"
)

// BlobView reads what a store knows of blobs. Their bytes lie elsewhere.
type BlobView interface {
	// Blobs answers those of the ids that there are.
	Blobs(ids []protocol.BlobID) (map[protocol.BlobID]Blob, error)
	// Loose answers those that were loose at a time, ms UTC, the longest first; at most limit.
	Loose(until int64, limit int) ([]Blob, error)
	// BlobBytes answers how many bytes there are in all, and in loose ones.
	BlobBytes() (all, loose int64, err error)
	// Named answers what records name.
	Named(records []record.ID) (map[record.ID][]Name, error)
	// Naming answers who names blobs, those that aren't there included.
	Naming(blobs []protocol.BlobID) (map[protocol.BlobID][]Naming, error)
}

// BlobTx writes it.
type BlobTx interface {
	PutBlobs([]Blob) error
	DropBlobs([]protocol.BlobID) error
	// Name says what records name, and that they name nothing else. A blob needs
	// not be there.
	Name([]Names) error
}

// Blob is a file that is there.
type Blob struct {
	ID    protocol.BlobID
	Size  int64
	Loose int64      // ms UTC since when no living record names it, 0 while one does
	Puts  [][32]byte // who brought it: the Keys of devices
}

// erasedAt is since when a blob is loose whose last record was erased: longer
// than anybody waits.
const erasedAt = 1

// Names says what a record names.
type Names struct {
	Record record.ID
	Blobs  []Name
}

// Name is a blob by a record's word.
type Name struct {
	Blob protocol.BlobID
	Word [32]byte // zero once it is known to be good; before, the Key of the device whose word it is
}

// Naming is a record that names a blob.
type Naming struct {
	Record record.ID
	Word   [32]byte
}
