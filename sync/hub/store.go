package hub

import (
	"context"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Store is where a hub keeps workspaces. What it keeps of a record is opaque.
type Store interface {
	// Write runs f in one transaction that holds the workspace to itself until
	// it is durable, so that the order of sequences is the order of commits.
	// When f fails nothing is written. Errors: ErrNoWorkspace, f's.
	Write(ctx context.Context, workspace record.ID, f func(Tx) error) error
	// Read runs f on one snapshot. Errors: ErrNoWorkspace, f's.
	Read(ctx context.Context, workspace record.ID, f func(View) error) error
	// Create makes a workspace. Errors: ErrExists.
	Create(ctx context.Context, workspace record.ID, head Head) error
	// Workspaces answers all, by id.
	Workspaces(ctx context.Context) ([]record.ID, error)
	Close() error
}

// View reads a workspace.
type View interface {
	Head() (Head, error)
	// Token answers the token of the commit that gave seq, 0 when there is none.
	Token(seq uint64) (uint64, error)
	// Records answers those of the ids that there are, with all their scopes.
	Records(ids []record.ID) (map[record.ID]protocol.Row, error)
	// Children answers who refers to the ids.
	Children(ids []record.ID) (map[record.ID][]record.ID, error)
	// Changed answers the records of a scope that changed beyond after, and those
	// that left it, by At; at most limit. Those of Everything are all that there are.
	Changed(scope record.ID, after uint64, limit int) ([]Change, error)
	// Erased answers the ids erased beyond after, by seq.
	Erased(after uint64) ([]record.ID, error)
	// IsErased answers which of the ids were erased.
	IsErased(ids []record.ID) (map[record.ID]bool, error)
	// Device answers one, nil when there is none.
	Device(vv.Replica) (*Device, error)
	Devices() ([]Device, error)
	// Invite answers one by the hash of its secret, nil when there is none.
	Invite(hash [32]byte) (*Invite, error)
	BlobView
}

// Tx writes a workspace.
type Tx interface {
	View
	SetHead(Head) error
	// PutRecords writes rows as they are, their Seq included, into their Scopes.
	// A scope that a row had and has no more is told by Leave.
	PutRecords([]protocol.Row) error
	// Leave notes that records left scopes.
	Leave([]Left) error
	// Refer says whom records refer to, and that they refer to nobody else. A
	// parent needs not be there.
	Refer([]Refs) error
	// Erase deletes records for good, with what they refer to and name, and keeps
	// their ids, the first at seq, each further one at the next. An id that is
	// erased already stays where it is.
	Erase(ids []record.ID, seq uint64) error
	PutDevice(Device) error
	PutInvite(Invite) error
	BlobTx
}

// Change is a record that changed in a scope, or left it.
type Change struct {
	Row  protocol.Row // as it is now, with all its scopes
	At   uint64       // when it changed here last; of one that left, when it did
	Left bool
}

// Left says that a record left a scope.
type Left struct {
	Scope, ID record.ID
	Seq       uint64
}

// Refs says whom a record refers to.
type Refs struct {
	Child   record.ID
	Parents []record.ID
}

// Head is a workspace's state.
type Head struct {
	Name  string
	Epoch record.ID   // of this generation of the database
	Past  []record.ID // earlier generations
	Seq   uint64      // the last that was given
	Token uint64      // random, of the commit at Seq
	Hub   vv.Replica
	Grant uint64 // the last number given to a grant
}

// State is what a device may do.
type State uint8

// States of a device.
const (
	Active  State = 1 + iota
	Revoked       // may not sync any more
	Retired       // its number was given up: what comes back takes a new one
)

// Device is one replica as its hub knows it.
type Device struct {
	Replica vv.Replica
	User    record.ID
	Name    string
	Key     [32]byte // SHA-256 of its secret
	State   State
	Grants  []protocol.Grant
	Joined  int64 // ms UTC
	Seen    int64 // ms UTC, when it last spoke; Hub.Devices knows of later

	Epoch   record.ID // in which it got its number
	Uploads bool      // it brings back what a restored hub lost, foreign writes included, until it pulls

	Batch  uint64   // the last that was answered
	Hash   [32]byte // of its bytes
	Answer []byte   // its verdicts, without any record's state
}

// Invite lets one device join.
type Invite struct {
	Hash    [32]byte // SHA-256 of its secret
	User    record.ID
	Scopes  []record.ID
	Expires int64      // ms UTC
	Used    vv.Replica // 0 while it wasn't
}
