package hub

import (
	"context"
	"errors"
	"maps"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Revoke ends a device's access. Its secret may stand under other numbers, too,
// that it had before, or that a copy of it got: all end, or one of them could
// ask for another.
func (h *Hub) Revoke(ctx context.Context, workspace record.ID, replica vv.Replica) error {
	err := h.store.Write(ctx, workspace, func(tx Tx) error {
		d, err := tx.Device(replica)
		if err != nil || d == nil {
			return errors.Join(err, protocol.Refuse(protocol.CodeUnknown, nil))
		}
		return revoke(tx, d)
	})
	if err == nil {
		h.tellAll(workspace)
	}
	return err
}

func revoke(tx Tx, d *Device) error {
	return sharing(tx, d, func(other *Device) { other.State = Revoked })
}

// leave gives a device's number up and forgets its secret, so that nobody who
// finds that in an old backup of the PC comes back by it; whoever wants to needs
// a new code. Retired it is and not revoked: nobody ended its access, and a list
// of those whose access was ended is of use as long as that is what it lists. A
// copy that goes on under a number of its own may do so.
func leave(tx Tx, d *Device) error {
	return sharing(tx, d, func(other *Device) {
		if other.Replica == d.Replica || other.State == Retired {
			other.State, other.Key = Retired, [32]byte{}
		}
	})
}

// sharing changes the devices with the secret of one, itself among them.
func sharing(tx Tx, d *Device, change func(*Device)) error {
	all, err := tx.Devices()
	if err != nil {
		return err
	}
	for i := range all {
		if other := &all[i]; other.Replica == d.Replica || other.Key == d.Key {
			change(other)
			if err := tx.PutDevice(*other); err != nil {
				return err
			}
		}
	}
	return nil
}

// Devices answers those of a workspace, each with when it last spoke.
func (h *Hub) Devices(ctx context.Context, workspace record.ID) (all []Device, err error) {
	err = h.store.Read(ctx, workspace, func(v View) error { all, err = v.Devices(); return err })
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.spoken[workspace]; s != nil {
		for i := range all {
			all[i].Seen = max(all[i].Seen, s.at[all[i].Replica])
		}
	}
	return all, err
}

// List answers a device's question for all of its workspace. Errors:
// sync.unknown_device, sync.revoked, sync.retired.
func (h *Hub) List(ctx context.Context, key []byte, who protocol.Who) (*protocol.Devices, error) {
	answer := &protocol.Devices{}
	err := h.store.Read(ctx, who.Workspace, func(v View) error {
		d, err := vouch(v, who, key)
		if err == nil {
			answer.Manages, err = h.policy.Manages(v, *d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	h.spoke(ctx, who.Workspace, who.Replica)
	all, err := h.Devices(ctx, who.Workspace)
	for i := range all {
		d := &all[i]
		answer.Devices = append(answer.Devices, protocol.Device{
			Replica: d.Replica, Name: d.Name, User: d.User, State: protocol.DeviceState(d.State), Joined: d.Joined, Seen: d.Seen,
		})
	}
	return answer, err
}

// RevokeFor revokes a device because another wants it, or lets one leave that
// names itself. One that is not there has no access: that is no error. Errors:
// those of List, sync.not_allowed.
func (h *Hub) RevokeFor(ctx context.Context, key []byte, ask *protocol.Revoke) (*protocol.Revoked, error) {
	err := h.store.Write(ctx, ask.Who.Workspace, func(tx Tx) error {
		d, err := vouch(tx, ask.Who, key)
		if err != nil {
			return err
		}
		if ask.Replica == d.Replica {
			return leave(tx, d)
		}
		may, err := h.policy.Manages(tx, *d)
		if err != nil {
			return err
		}
		if !may {
			return protocol.Refuse(protocol.CodeNotAllowed, nil)
		}
		other, err := tx.Device(ask.Replica)
		if err != nil || other == nil {
			return err
		}
		if other.Key == d.Key { // a copy of the asker: it would revoke itself
			return protocol.Refuse(protocol.CodeNotAllowed, errors.New("the asker's own secret"))
		}
		return revoke(tx, other)
	})
	if err != nil {
		return nil, err
	}
	h.tellAll(ask.Who.Workspace)
	return &protocol.Revoked{}, nil
}

// vouch checks a sender that says no more of itself than who it is.
func vouch(v View, who protocol.Who, key []byte) (*Device, error) {
	switch {
	case who.Protocol < protocol.Oldest:
		return nil, protocol.Refuse(protocol.CodeClientOld, nil)
	case who.Protocol > protocol.Newest:
		return nil, protocol.Refuse(protocol.CodeHubOld, nil)
	}
	d, err := known(v, who.Replica, key)
	if err != nil {
		return nil, err
	}
	switch d.State {
	case Revoked:
		return nil, protocol.Refuse(protocol.CodeRevoked, nil)
	case Retired:
		return nil, protocol.Refuse(protocol.CodeRetired, nil)
	case Active:
	}
	return d, nil
}

// seenEvery is how often what was heard of devices that only listen and pull is
// written down: a hub that is killed forgets so much of it.
const seenEvery = time.Minute

// spoken is when devices of a workspace last spoke, as far as the store doesn't
// say so.
type spoken struct {
	at    map[vv.Replica]int64 // ms UTC
	write time.Time            // when to write it down
}

// spoke notes that a device did. A pull writes nothing: what is noted of all
// devices is written together, once in a while, by whoever comes then. If that
// fails nothing is lost but the figure, and the next push says why.
func (h *Hub) spoke(ctx context.Context, workspace record.ID, replica vv.Replica) {
	now := h.now()
	h.mu.Lock()
	s := h.spoken[workspace]
	if s == nil {
		s = &spoken{at: map[vv.Replica]int64{}, write: now.Add(seenEvery)}
		h.spoken[workspace] = s
	}
	s.at[replica] = now.UnixMilli()
	var due map[vv.Replica]int64
	if !now.Before(s.write) {
		due, s.write = maps.Clone(s.at), now.Add(seenEvery)
	}
	h.mu.Unlock()
	if due == nil {
		return
	}
	if err := h.store.Write(ctx, workspace, func(tx Tx) error { return putSeen(tx, due) }); err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(s.at, func(r vv.Replica, at int64) bool { return at <= due[r] })
}

func putSeen(tx Tx, at map[vv.Replica]int64) error {
	all, err := tx.Devices()
	if err != nil {
		return err
	}
	for i := range all {
		d := &all[i]
		if at[d.Replica] <= d.Seen {
			continue
		}
		d.Seen = at[d.Replica]
		if err := tx.PutDevice(*d); err != nil {
			return err
		}
	}
	return nil
}
