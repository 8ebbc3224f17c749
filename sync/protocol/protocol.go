// Package protocol is what replicas and the hub say to each other: messages,
// their bytes, and the codes of refusals. A message is CBOR, each struct an
// array, compressed with zstd; records inside are sync/record's own encoding,
// which the hub keeps as it came.
package protocol

import (
	"bytes"

	"patio/sync/record"
	"patio/sync/vv"
)

// Versions of the protocol that this program speaks.
const (
	Oldest = 1
	Newest = 1
)

// Limits of a message. A page or batch ends at the first of the two that it
// reaches; MaxMessage is what a message may take when it is unpacked, which
// leaves room for one large record.
const (
	MaxRecords = 500
	MaxBytes   = 1 << 20
	MaxMessage = 16 << 20
)

// Ask is what every request says of its sender, so that the hub notices a
// database that was copied or restored before it answers.
type Ask struct {
	_         struct{} `cbor:",toarray"`
	Protocol  uint
	Workspace record.ID
	Replica   vv.Replica
	Epoch     record.ID // the hub's generation as last heard; zero before
	Head      Head      // of the hub's last answer: proof that the hub has not gone back
	Answered  uint64    // the last batch whose answer was applied here; 0 none
	Hash      [32]byte  // SHA-256 of that batch's bytes
	Marks     []Mark    // how far each grant was pulled and applied
}

// Push is a batch of changed records. Its bytes are kept before they are sent
// and sent again, the same, when the answer was lost.
type Push struct {
	_     struct{} `cbor:",toarray"`
	Ask   Ask
	Batch uint64 // Answered+1
	Items []Item
}

// Item tells the hub of a record: all of it, or the fields that changed.
type Item struct {
	_        struct{} `cbor:",toarray"`
	ID       record.ID
	Kind     uint32
	Complete bool
	LifeToo  bool
	Base     uint64       // of a partial one: how far the hub has answered to have seen the sender in this record
	Empty    []record.Key // fields told that have no live write
	State    []byte       // with values
}

// Status says what became of an item.
type Status uint8

// What becomes of an item.
const (
	Accepted Status = 1 + iota // all or some of its fields; Refused names the others
	Refused                    // none of its fields
	Whole                      // the hub lacks what it builds on: send all of the record
	Gone                       // outside the sender's scopes: file it and drop it
	Erased                     // erased for good: drop every trace
)

// Tells says whether the record travels with such a verdict.
func (s Status) Tells() bool { return s == Accepted || s == Refused }

// Verdict answers an item. The record's present state travels with it.
type Verdict struct {
	_       struct{} `cbor:",toarray"`
	Status  Status
	Refused []record.Key
	Reason  string // why fields were refused: a code of the policy's
	Row     *Row   // as the hub has it now; nil of Whole, Gone and Erased, of a refused new record, and of one out of the sender's sight
}

// Told answers the row of an item. One that the hub has exactly as the item tells
// it, all of it, travels without what the item tells.
func (v *Verdict) Told(it *Item) *Row {
	if v.Row == nil || len(v.Row.State) > 0 {
		return v.Row
	}
	row := *v.Row
	row.ID, row.Kind, row.State = it.ID, it.Kind, it.State
	return &row
}

// Shorten leaves out of the row of an item what Told adds.
func (v *Verdict) Shorten(it *Item) {
	if v.Row != nil && it.Complete && v.Row.ID == it.ID && bytes.Equal(v.Row.State, it.State) {
		v.Row = &Row{Scopes: v.Row.Scopes, Seq: v.Row.Seq}
	}
}

// Pushed answers a Push, an item each, in order.
type Pushed struct {
	_        struct{} `cbor:",toarray"`
	Hub      Hub
	Verdicts []Verdict
	Rows     []Row // what else the batch changed that the sender sees
}

// Hub is what every answer says of the hub. Marks are those of the asked ones
// beyond which the asker lacks nothing, this answer included, at where they may
// stand now.
type Hub struct {
	_      struct{} `cbor:",toarray"`
	Epoch  record.ID
	Head   Head
	Time   int64 // ms UTC
	Grants []Grant
	Marks  []Mark
}

// Head is a commit of the hub's: how far it was, and a random number that
// nobody else knows. The zero Head proves nothing.
type Head struct {
	_     struct{} `cbor:",toarray"`
	Seq   uint64
	Token uint64
}

// Grant lets a replica see a scope. A scope that is granted again has a new
// number and is pulled from the beginning.
type Grant struct {
	_      struct{} `cbor:",toarray"`
	Number uint64
	Scope  record.ID // zero: what belongs to the whole workspace; Everything
}

// Everything is a scope that holds whatever any scope does, those made later
// included.
var Everything = record.ID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// Mark is how far a grant was pulled and applied.
type Mark struct {
	_     struct{} `cbor:",toarray"`
	Grant uint64
	Seq   uint64
}

// Pull asks for what changed in one grant since a mark, or if that is nothing, in
// another one since its mark among the asker's.
type Pull struct {
	_    struct{} `cbor:",toarray"`
	Ask  Ask
	Mark Mark
}

// Row is a record as the hub has it.
type Row struct {
	_      struct{} `cbor:",toarray"`
	ID     record.ID
	Kind   uint32
	Scopes []record.ID // those of its scopes that the device may see, sorted; all of them if it sees Everything; none when Left
	Seq    uint64
	State  []byte // with values; empty when Left
	Left   bool   // it is in no scope any more that the device sees: drop it if nothing of it waits here
}

// Page answers a Pull, in the order of what changed. Mark is where to go on, in
// the grant that the page is of; now if More.
type Page struct {
	_      struct{} `cbor:",toarray"`
	Hub    Hub
	Rows   []Row
	Erased []record.ID // since the mark, whatever their scope
	Mark   Mark
	More   bool
}

// Code names a refusal of a whole request.
type Code string

// Codes of refusals.
const (
	CodeMalformed  Code = "sync.malformed"      // no message, or one that breaks a rule
	CodeTooLarge   Code = "sync.too_large"      // beyond the limits
	CodeForged     Code = "sync.forged"         // writes in another replica's name, or context that nobody has
	CodeForked     Code = "sync.forked"         // another copy of this database spoke: take a new number
	CodeEpoch      Code = "sync.epoch"          // the hub was restored: take a new number, send all
	CodeRevoked    Code = "sync.revoked"        // this device may not sync any more
	CodeRetired    Code = "sync.retired"        // this number was given up: take a new one
	CodeUnknown    Code = "sync.unknown_device" // nobody here knows the sender
	CodeClientOld  Code = "sync.client_old"     // the sender's program is too old
	CodeHubOld     Code = "sync.hub_old"        // the hub's program is too old
	CodeInvite     Code = "sync.invite"         // the code is wrong, used or expired
	CodeNotAllowed Code = "sync.not_allowed"    // the sender's user may not do that to other devices
	CodeHubFailure Code = "sync.hub_failure"    // the hub could not; try later
)

// Codes of refusals of a blob.
const (
	CodeBlobUnknown  Code = "sync.blob_unknown"   // there is none, or none that the sender may see
	CodeBlobDamaged  Code = "sync.blob_damaged"   // what came is not what its id says, and was forgotten
	CodeBlobTooLarge Code = "sync.blob_too_large" // larger than the hub takes one
	CodeBlobRoom     Code = "sync.blob_room"      // the hub's disk is full, or it holds too much that no record names
)

// Codes of what a device refuses before it asks; no hub answers with them.
const (
	CodeMistyped    Code = "sync.code"        // no code to join with, or one that was mistyped
	CodeCertificate Code = "sync.certificate" // whoever answers at the address is not the hub that was joined
)

// Error is a refusal.
type Error struct {
	Code  Code
	cause error
}

// Refuse makes an Error.
func Refuse(code Code, cause error) *Error { return &Error{code, cause} }

func (e *Error) Error() string {
	if e.cause == nil {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.cause.Error()
}

// Unwrap answers the cause.
func (e *Error) Unwrap() error { return e.cause }
