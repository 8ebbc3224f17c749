package protocol

import (
	"net/http"

	"patio/sync/record"
	"patio/sync/vv"
)

// Paths of the hub's doors. Bodies are messages; a device proves itself by
// "Authorization: Bearer" and its secret in base64url. A refusal is a body of
// ContentRefusal: its code and nothing else.
const (
	PathJoin  = "/sync/v1/join"
	PathRenew = "/sync/v1/renew"
	PathPush  = "/sync/v1/push"
	PathPull  = "/sync/v1/pull"
)

// Types of bodies.
const (
	ContentMessage = "application/x-patio-sync"
	ContentRefusal = "application/x-patio-refusal"
)

// Join asks for a number with an invite's secret.
type Join struct {
	_         struct{} `cbor:",toarray"`
	Protocol  uint
	Workspace record.ID
	Secret    []byte
	Name      string // of the device
	Heard     bool   // it holds what it had from a hub before
	Epoch     record.ID
	Head      Head
}

// Joined answers a Join.
type Joined struct {
	_       struct{} `cbor:",toarray"`
	Replica vv.Replica
	Key     []byte    // its secret from now on
	User    record.ID // whose device it is
}

// Renew asks for another number.
type Renew struct {
	_         struct{} `cbor:",toarray"`
	Workspace record.ID
	Replica   vv.Replica
}

// Renewed answers a Renew.
type Renewed struct {
	_       struct{} `cbor:",toarray"`
	Replica vv.Replica
}

// Status is the HTTP status of a refusal, for whoever watches the wire; the
// code is what counts.
func (c Code) Status() int {
	switch c {
	case CodeMalformed, CodeForged:
		return http.StatusBadRequest
	case CodeTooLarge, CodeBlobTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeBlobUnknown:
		return http.StatusNotFound
	case CodeBlobDamaged:
		return http.StatusUnprocessableEntity
	case CodeBlobRoom:
		return http.StatusInsufficientStorage
	case CodeUnknown, CodeInvite:
		return http.StatusUnauthorized
	case CodeRevoked, CodeNotAllowed:
		return http.StatusForbidden
	case CodeForked, CodeEpoch, CodeRetired:
		return http.StatusConflict
	case CodeClientOld, CodeHubOld:
		return http.StatusUpgradeRequired
	}
	return http.StatusServiceUnavailable
}

// Known says whether the code is one of this protocol's.
func (c Code) Known() bool {
	switch c {
	case CodeMalformed, CodeTooLarge, CodeForged, CodeForked, CodeEpoch, CodeRevoked, CodeRetired, CodeUnknown, CodeClientOld, CodeHubOld, CodeInvite, CodeNotAllowed, CodeHubFailure,
		CodeBlobUnknown, CodeBlobDamaged, CodeBlobTooLarge, CodeBlobRoom:
		return true
	}
	return false
}
