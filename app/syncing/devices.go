package syncing

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// CodeNotAllowed refuses what only an admin's PC may do to others.
const CodeNotAllowed = crm.Code(protocol.CodeNotAllowed)

// How long a person waits for the hub, and how often it is asked unasked who
// its devices are: sooner when a write is shown of one that isn't known.
const (
	askedWithin = 10 * time.Second
	learnEvery  = time.Hour
	learnSoon   = time.Minute
)

// States of a Device.
const (
	DeviceActive  = "active"
	DeviceRevoked = "revoked"
	DeviceRetired = "retired" // its number was given up; what was written under it stays
)

// Device is one of the workspace's.
type Device struct {
	Number int64  `json:"number"`
	Name   string `json:"name"`
	UserID string `json:"userId"` // whose it is; "" of nobody
	State  string `json:"state"`
	Here   bool   `json:"here"`   // this PC
	Joined int64  `json:"joined"` // ms UTC
	Seen   int64  `json:"seen"`   // ms UTC, when the hub last heard of it; 0 never
}

// Devices is the list as the hub last told it.
type Devices struct {
	List    []Device   `json:"list"`    // by name, without those retired
	Manages bool       `json:"manages"` // this PC may revoke others
	Told    int64      `json:"told"`    // ms UTC, when; 0 never
	Failure *crm.Error `json:"failure"` // why it is not of now; null of one that is
}

// deviceList is the key under which the store keeps the list, so that the
// writer of a value has a name where no hub is reached.
const deviceList = "sync.devices"

// toldDevices is what is kept under it.
type toldDevices struct {
	List    []Device `json:"list"`
	Manages bool     `json:"manages"`
	Told    int64    `json:"told"`
}

// Devices lists the workspace's, as of now when the hub is reached. Errors:
// sync.not_joined.
func (s *Service) Devices(ctx context.Context) (Devices, error) {
	out := Devices{List: []Device{}}
	told, err := s.askedDevices(ctx)
	if crm.CodeOf(err) == CodeNotJoined {
		return out, err
	}
	_ = errors.As(err, &out.Failure)
	if err != nil {
		if told, err = s.keptDevices(ctx); err != nil {
			return out, err
		}
	}
	out.Manages, out.Told = told.Manages, told.Told
	for _, d := range told.List {
		if d.State != DeviceRetired {
			out.List = append(out.List, d)
		}
	}
	return out, nil
}

// askedDevices asks for a person. Nobody waits for a hub that didn't answer
// just now.
func (s *Service) askedDevices(ctx context.Context) (toldDevices, error) {
	s.mu.Lock()
	offline, failure := s.phase == PhaseOffline, s.failure
	s.mu.Unlock()
	if offline && failure != nil {
		return toldDevices{}, failure
	}
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	return s.askDevices(ctx)
}

// RevokeDevice ends another PC's access; what is on it stays there. Errors:
// sync.not_joined, sync.unreachable, sync.not_allowed, the hub's.
func (s *Service) RevokeDevice(ctx context.Context, number int64) error {
	ctx, cancel := context.WithTimeout(ctx, askedWithin)
	defer cancel()
	line, me, err := s.speaker(ctx)
	if err != nil {
		return err
	}
	return told(line.Revoke(ctx, me, vv.Replica(number)))
}

// NameWriters says of values that other PCs wrote which PC and whose it is. One
// that isn't known is asked for with the next sync.
func (s *Service) NameWriters(ctx context.Context, list []crm.Conflict) error {
	if len(list) == 0 {
		return nil
	}
	kept, err := s.keptDevices(ctx)
	if err != nil {
		return err
	}
	known := make(map[int64]Device, len(kept.List))
	for _, d := range kept.List {
		known[d.Number] = d
	}
	wanted := false
	for _, c := range list {
		for i := range c.Values {
			v := &c.Values[i]
			if v.Here || v.Replica < int64(vv.FirstDevice) {
				continue
			}
			d, there := known[v.Replica]
			v.Device, v.UserID, wanted = d.Name, d.UserID, wanted || !there
		}
	}
	s.mu.Lock()
	s.wanted = s.wanted || wanted
	soon := s.wanted && s.cfg.Now().Sub(s.learned) >= learnSoon
	s.mu.Unlock()
	if soon {
		s.nudge()
	}
	return nil
}

// learn asks now and then who the devices are. That it fails is no news: what
// it is for is told when it matters.
func (s *Service) learn(ctx context.Context) {
	now := s.cfg.Now()
	s.mu.Lock()
	every := learnEvery
	if s.wanted {
		every = learnSoon
	}
	due := now.Sub(s.learned) >= every
	if due {
		s.learned, s.wanted = now, false
	}
	s.mu.Unlock()
	if !due {
		return
	}
	if _, err := s.askDevices(ctx); err != nil && ctx.Err() == nil {
		s.cfg.Log.Debug().Err(err).Msg("ask who the devices are")
	}
}

// speaker answers the wire to the hub and this replica's number.
func (s *Service) speaker(ctx context.Context) (*client.Wire, vv.Replica, error) {
	line := s.line()
	if line == nil {
		return nil, 0, crm.NewError(CodeNotJoined, "")
	}
	me, err := s.number(ctx)
	return line, me, err
}

// askDevices asks the hub and keeps what it tells.
func (s *Service) askDevices(ctx context.Context) (toldDevices, error) {
	line, me, err := s.speaker(ctx)
	if err != nil {
		return toldDevices{}, err
	}
	answer, err := line.Devices(ctx, me)
	if err != nil {
		return toldDevices{}, told(err)
	}
	now := toldDevices{List: []Device{}, Manages: answer.Manages, Told: s.cfg.Now().UnixMilli()}
	for i := range answer.Devices {
		now.List = append(now.List, deviceOf(&answer.Devices[i], me))
	}
	slices.SortFunc(now.List, func(a, b Device) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Number, b.Number))
	})
	before, err := s.keptDevices(ctx)
	if err != nil {
		return now, err
	}
	b, err := json.Marshal(now)
	if err != nil {
		return now, err
	}
	if err := s.store.SetDevice(ctx, deviceList, string(b)); err != nil {
		return now, err
	}
	if !slices.EqualFunc(before.List, now.List, called) {
		s.cfg.Changed()
	}
	return now, nil
}

// called says whether two are called the same.
func called(a, b Device) bool {
	return a.Number == b.Number && a.Name == b.Name && a.UserID == b.UserID
}

func (s *Service) keptDevices(ctx context.Context) (kept toldDevices, err error) {
	text, err := s.store.Device(ctx, deviceList)
	if err != nil || text == "" {
		return kept, err
	}
	if json.Unmarshal([]byte(text), &kept) != nil {
		return toldDevices{}, nil // another program's: it is asked for again
	}
	return kept, nil
}

func deviceOf(d *protocol.Device, me vv.Replica) Device {
	out := Device{Number: int64(d.Replica), Name: d.Name, State: DeviceRetired, Here: d.Replica == me, Joined: d.Joined, Seen: d.Seen}
	switch d.State {
	case protocol.DeviceActive:
		out.State = DeviceActive
	case protocol.DeviceRevoked:
		out.State = DeviceRevoked
	case protocol.DeviceRetired:
	}
	if d.User != (record.ID{}) {
		out.UserID = uuid.UUID(d.User).String()
	}
	return out
}
