package client

import (
	"context"
	"math"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Local is this replica's database, as its client needs it.
type Local interface {
	// Update runs f in one durable transaction; when f fails nothing is written.
	Update(ctx context.Context, f func(Tx) error) error
}

// Tx reads and writes the replica.
type Tx interface {
	Meta() (Meta, error)
	SetMeta(Meta) error
	// Held answers a record with its values, nil when there is none.
	Held(id record.ID) (*Held, error)
	// Look says that these are about to be asked for, to be read together.
	Look(ids []record.ID) error
	// Save writes a record as it came from the hub: no write of this replica.
	Save(*Held) error
	// Settle notes that the hub has a record exactly as it is held, in these scopes
	// and under this sequence: nothing of it waits any more. It answers false, and
	// does nothing, where something else is held, or this transaction saved it.
	Settle(id record.ID, state *record.State, scopes []record.ID, seq uint64) (bool, error)
	// Drop forgets a record. It writes no deletion. Nobody here may make one of
	// that id again under this number: it would have no memory of its writes.
	Drop(id record.ID) error
	// Erase forgets a record that was erased for good, and what was filed of it.
	Erase(id record.ID) error
	// Waiting answers records that wait to be pushed, the longest waiting first,
	// beyond those that are named.
	Waiting(except map[record.ID]bool, limit int) ([]record.ID, error)
	// Clean answers held records beyond an id of which nothing waits, by id; at
	// most limit. It sees nothing of what this transaction saves.
	Clean(after record.ID, limit int) ([]*Held, error)
	// Outside answers the held records none of whose Scopes is among these and of
	// which nothing waits; those whose Scopes are empty, too.
	Outside(scopes []record.ID) ([]record.ID, error)
	// Count answers how many records are held.
	Count() (int, error)
	// File keeps what a person wrote and the hub refused.
	File(Refused) error
	// Rename gives the writes that the hub has not seen a new number, in every
	// record, and forgets what the hub had told. all: every record waits to be
	// told whole, for the hub was restored.
	Rename(from, to vv.Replica, all bool) error
}

// Meta is the replica's state in sync.
type Meta struct {
	Workspace record.ID
	Replica   vv.Replica
	Heard     bool      // it has heard of a hub before: it may hold writes of others
	Epoch     record.ID // the hub's generation; zero before the first answer under this number
	Head      protocol.Head
	Answered  uint64   // the last batch whose answer was applied
	Hash      [32]byte // of its bytes
	Sent      []byte   // a batch that waits for its answer, as it was first sent
	Frozen    []Frozen // what Sent tells, item by item
	Grants    []protocol.Grant
	Marks     []protocol.Mark // by grant
	Offset    int64           // ms to add to this clock for the hub's
}

// Pulled answers how far all that this replica may see was pulled: what moves
// beyond is news.
func (m *Meta) Pulled() uint64 {
	if len(m.Grants) == 0 {
		return 0
	}
	pulled := uint64(math.MaxUint64)
	for _, g := range m.Grants {
		mark := protocol.Mark{}
		if i := slices.IndexFunc(m.Marks, func(mark protocol.Mark) bool { return mark.Grant == g.Number }); i >= 0 {
			mark = m.Marks[i]
		}
		pulled = min(pulled, mark.Seq)
	}
	return pulled
}

// Frozen is what a batch tells of one record: all that waited, up to this write.
// What is written later has a greater n, whatever the field.
type Frozen struct {
	_  struct{} `cbor:",toarray"`
	ID record.ID
	N  uint64
}

// Wait is a field with a write of this replica that the hub has not answered.
// The life waits as the key with id 0.
type Wait struct {
	Key record.Key
	N   uint64 // the last write
}

// Held is a record as this replica holds it.
type Held struct {
	ID     record.ID
	Kind   uint32
	Scopes []record.ID // as the hub last told them, sorted; none of a record that it never told
	State  record.State
	Hub    vv.Vector // the record's vector as the hub last told it; nil when it never did
	Seq    uint64    // of the last row that was taken
	Waits  []Wait    // by key
	Whole  bool      // tell all of it next time
}

// Refused is a write of a person that the hub did not take.
type Refused struct {
	ID     record.ID
	Kind   uint32
	Key    record.Key // id 0 is the record's life: ValueDead, ValueAlive
	Value  string
	At     record.HLC
	Reason string // a code of the policy's, "gone", "erased"
}

// Values of a refused write to a record's life.
const (
	ValueDead  = "1"
	ValueAlive = "0"
)

// own is what merging must know of what waits here.
func (h *Held) own(me vv.Replica) record.Own {
	o := record.Own{Replica: me, Hub: h.Hub}
	for _, w := range h.Waits {
		o.Waits = max(o.Waits, w.N)
		if w.Key == lifeKey {
			o.Life = true
		} else {
			o.Dirty = append(o.Dirty, w.Key)
		}
	}
	return o
}

// last answers the last write that waits.
func (h *Held) last() (n uint64) {
	for _, w := range h.Waits {
		n = max(n, w.N)
	}
	return n
}

// lifeKey stands for a record's life among keys; no field has id 0.
var lifeKey = record.Key{}
