package protocol

import (
	"patio/sync/record"
	"patio/sync/vv"
)

// Paths about the devices of a workspace.
const (
	PathDevices = "/sync/v1/devices"
	PathRevoke  = "/sync/v1/revoke"
)

// Who is what a request says of its sender that neither pushes nor pulls.
// Which copy of its database it is plays no part.
type Who struct {
	_         struct{} `cbor:",toarray"`
	Protocol  uint
	Workspace record.ID
	Replica   vv.Replica
}

// ListDevices asks for the workspace's devices.
type ListDevices struct {
	_   struct{} `cbor:",toarray"`
	Who Who
}

// Devices answers a ListDevices, by number.
type Devices struct {
	_       struct{} `cbor:",toarray"`
	Devices []Device
	Manages bool // the asker may revoke others
}

// DeviceState is what a device may do.
type DeviceState uint8

// States of a device.
const (
	DeviceActive  DeviceState = 1 + iota
	DeviceRevoked             // may not sync any more
	DeviceRetired             // its number was given up; what was written under it stays
)

// Device is one as others see it.
type Device struct {
	_       struct{} `cbor:",toarray"`
	Replica vv.Replica
	Name    string
	User    record.ID // whose it is
	State   DeviceState
	Joined  int64 // ms UTC
	Seen    int64 // ms UTC, when it last spoke; 0 never
}

// Revoke ends a device's access: another's, if the sender may, or the sender's
// own, which is how one leaves.
type Revoke struct {
	_       struct{} `cbor:",toarray"`
	Who     Who
	Replica vv.Replica
}

// Revoked answers a Revoke.
type Revoked struct {
	_ struct{} `cbor:",toarray"`
}
