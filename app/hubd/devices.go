package hubd

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/enroll"
	"patio/sync/hub"
	"patio/sync/record"
	"patio/sync/vv"
)

// Device is one as commands tell it.
type Device struct {
	Number uint32 `json:"number"`
	Name   string `json:"name"`
	User   string `json:"user"` // id
	State  string `json:"state"`
	Joined int64  `json:"joined"` // ms UTC
	Seen   int64  `json:"seen"`   // ms UTC, when it last spoke; 0 never
}

// DeviceOf names a device.
type DeviceOf struct {
	Workspace string `json:"workspace"`
	Number    uint32 `json:"number"`
}

func (s *Service) listDevices(ctx context.Context, args Named) ([]Device, error) {
	ws, err := s.findWorkspace(ctx, args.Name)
	if err != nil {
		return nil, err
	}
	out := []Device{}
	all, err := s.hub.Devices(ctx, ws)
	for i := range all {
		out = append(out, deviceOf(&all[i]))
	}
	return out, err
}

func deviceOf(d *hub.Device) Device {
	state := "active"
	switch d.State {
	case hub.Revoked:
		state = "revoked"
	case hub.Retired:
		state = "retired"
	case hub.Active:
	}
	return Device{Number: uint32(d.Replica), Name: d.Name, User: idText(d.User), State: state, Joined: d.Joined, Seen: d.Seen}
}

func (s *Service) revokeDevice(ctx context.Context, args DeviceOf) (d Device, err error) {
	ws, err := s.findWorkspace(ctx, args.Workspace)
	if err != nil {
		return d, err
	}
	number := vv.Replica(args.Number)
	err = s.store.Read(ctx, ws, func(v hub.View) error {
		found, err := v.Device(number)
		if err != nil {
			return err
		}
		if found == nil {
			return crm.NewError(crm.CodeNotFound, "device", "number", fmt.Sprint(args.Number))
		}
		found.State = hub.Revoked
		d = deviceOf(found)
		return nil
	})
	if err != nil {
		return d, err
	}
	return d, s.hub.Revoke(ctx, ws, number)
}

// Enrolment is a device to let in.
type Enrolment struct {
	Workspace string   `json:"workspace"`
	User      string   `json:"user"`
	Hours     int      `json:"hours"` // that the code is good for, with Minutes
	Minutes   int      `json:"minutes"`
	Public    []string `json:"public"` // addresses to carry, if not those that the hub serves
}

// Enrolled is the code that lets it in.
type Enrolled struct {
	Code      string   `json:"code"`
	User      User     `json:"user"`
	Addresses []string `json:"addresses"`
	Expires   int64    `json:"expires"` // ms UTC
}

// maxHours is how long a code may be good: it lies about on paper and in chats.
const maxHours = 30 * 24

func (s *Service) enroll(ctx context.Context, args Enrolment) (e Enrolled, err error) {
	lasts := time.Duration(args.Hours)*time.Hour + time.Duration(args.Minutes)*time.Minute
	if args.Hours < 0 || args.Minutes < 0 || lasts <= 0 || lasts > maxHours*time.Hour {
		return e, crm.NewError(crm.CodeInvalid, "hours", "value", fmt.Sprint(args.Hours))
	}
	ws, err := s.findWorkspace(ctx, args.Workspace)
	if err != nil {
		return e, err
	}
	people, err := s.people(ctx, ws)
	if err != nil {
		return e, err
	}
	working := slices.DeleteFunc(people.users, func(u User) bool { return u.Retired })
	if e.User, err = pick("user", args.User, working, func(u User) (id, name string) { return u.ID, u.Name }); err != nil {
		return e, err
	}
	code := enroll.Code{Workspace: ws}
	if code.Addresses, code.Pin, err = s.reachedAt(args.Public); err != nil {
		return e, err
	}
	code.Expires = s.cfg.Now().Add(lasts).UnixMilli()
	if code.Secret, err = s.hub.Invite(ctx, ws, record.ID(uuid.MustParse(e.User.ID)), e.User.scopes(), lasts); err != nil {
		return e, err
	}
	e.Addresses, e.Expires = code.Addresses, code.Expires
	e.Code, err = code.String()
	return e, err
}

// scopes are what devices of a user see beside the whole workspace's own.
func (u *User) scopes() []record.ID {
	if crm.Role(u.Role) == crm.RoleAdmin {
		return []record.ID{hub.Everything}
	}
	out := make([]record.ID, len(u.Shops))
	for i, shop := range u.Shops {
		out[i] = record.ID(uuid.MustParse(shop))
	}
	return out
}

// reachedAt answers what a code says of the hub: where it is, and the pin of
// its key. A hub that was never served doesn't know its address.
func (s *Service) reachedAt(public []string) (addresses []string, pin []byte, err error) {
	a, err := s.folder.about()
	if err != nil {
		return nil, nil, err
	}
	if len(public) == 0 {
		public = a.Public
	}
	if len(public) == 0 {
		return nil, nil, crm.NewError(crm.CodeRequired, "public")
	}
	if public, err = checkPublic(public); err != nil || a.Proxy {
		return public, nil, err
	}
	cert, err := s.folder.certificate(s.cfg.Now())
	if err != nil {
		return nil, nil, err
	}
	return public, pinOf(cert), nil
}

// checkPublic refuses what is no address that a device could use.
func checkPublic(addresses []string) ([]string, error) {
	for _, a := range addresses {
		if err := enroll.CheckAddress(a); err != nil {
			return nil, crm.NewError(crm.CodeInvalid, "public", "value", a).Because(err)
		}
	}
	return addresses, nil
}
