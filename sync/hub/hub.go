// Package hub is the relay between replicas: it keeps each record with its
// dots, merges what devices push, and tells in arrival order what changed. It
// knows no CRM: who may write what, and where a record belongs, it asks a Policy.
package hub

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"time"

	"patio/sync/hub/blobs"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Errors of a Store.
var (
	ErrNoWorkspace = errors.New("hub: no such workspace")
	ErrExists      = errors.New("hub: the workspace is there already")
)

// Hub serves workspaces.
type Hub struct {
	store  Store
	policy Policy
	now    func() time.Time

	observer Observer
	blobs    *blobs.Folder // nil: it keeps none
	limits   BlobLimits

	mu      sync.Mutex
	waiting map[record.ID]chan struct{} // closed when there is something to hear
	spoken  map[record.ID]*spoken
	rooms   map[record.ID]*room // by workspace, of those in which somebody listens
	hearing int                 // how many do
}

// New makes a Hub over a store that it does not close.
func New(store Store, policy Policy, now func() time.Time) *Hub {
	return &Hub{store: store, policy: policy, now: now, observer: nobody{}, waiting: map[record.ID]chan struct{}{}, spoken: map[record.ID]*spoken{}, rooms: map[record.ID]*room{}}
}

// Create makes a workspace.
func (h *Hub) Create(ctx context.Context, name string) (record.ID, error) {
	id := newID()
	err := h.store.Create(ctx, id, Head{Name: name, Epoch: newID(), Hub: 1})
	return id, err
}

// CreateAgain makes a workspace with the id of one whose hub is gone: its devices
// join again, and bring what they have. This hub's writes are under a number
// that the old one, which counted from one, hardly reached. Errors: ErrExists.
func (h *Hub) CreateAgain(ctx context.Context, id record.ID, name string) error {
	number := hubsAgain + vv.Replica(binary.BigEndian.Uint16(random(2)))%hubsAgain
	return h.store.Create(ctx, id, Head{Name: name, Epoch: newID(), Hub: number})
}

// hubsAgain is from where on, and how many, numbers of such hubs are; restores
// count on from there.
const hubsAgain vv.Replica = 1 << 14

// Moved answers a channel that is closed when the workspace's head moves, or
// devices may see something else from now on. Ask for it before looking at what
// is there.
func (h *Hub) Moved(workspace record.ID) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.waiting[workspace]
	if c == nil {
		c = make(chan struct{})
		h.waiting[workspace] = c
	}
	return c
}

// secretSize is how many random bytes an invite's and a device's secret have.
const secretSize = 32

// Invite makes a secret with which one device of a user can join for a while.
func (h *Hub) Invite(ctx context.Context, workspace, user record.ID, scopes []record.ID, lasts time.Duration) ([]byte, error) {
	secret := random(secretSize)
	err := h.store.Write(ctx, workspace, func(tx Tx) error {
		return tx.PutInvite(Invite{Hash: sha256.Sum256(secret), User: user, Scopes: scopes, Expires: h.now().Add(lasts).UnixMilli()})
	})
	return secret, err
}

// Past is what a device that joins again heard before: a hub that was restored
// may have forgotten it, and what it holds of others.
type Past struct {
	Heard bool
	Epoch record.ID
	Head  protocol.Head
}

// Join gives a device its number and its secret. Errors: sync.invite.
func (h *Hub) Join(ctx context.Context, workspace record.ID, secret []byte, name string, past Past) (d Device, key []byte, err error) {
	key = random(secretSize)
	rolledBack := false
	err = h.store.Write(ctx, workspace, func(tx Tx) error {
		invite, err := tx.Invite(sha256.Sum256(secret))
		if err != nil {
			return err
		}
		if invite == nil || invite.Used != 0 || invite.Expires < h.now().UnixMilli() {
			return protocol.Refuse(protocol.CodeInvite, nil)
		}
		d, err = h.newDevice(tx, invite.User, name, invite.Scopes)
		if err != nil {
			return err
		}
		head, err := tx.Head()
		if err != nil {
			return err
		}
		// What is brought back isn't judged: only a hub that went back asks for it.
		lost := true
		switch {
		case past.Epoch == (record.ID{}) || slices.Contains(head.Past, past.Epoch):
		case past.Epoch != head.Epoch:
			rolledBack = true
		case past.Head == (protocol.Head{}): // of an empty hub; nothing can have been lost
			lost = false
		default:
			token, err := tx.Token(past.Head.Seq)
			if err != nil {
				return err
			}
			rolledBack = token != past.Head.Token
			lost = false
		}
		d.Uploads = past.Heard && (lost || rolledBack)
		d.Key = sha256.Sum256(key)
		invite.Used = d.Replica
		return errors.Join(tx.PutDevice(d), tx.PutInvite(*invite))
	})
	if err == nil {
		h.observer.Joined(workspace, d.Replica)
	}
	if err == nil && rolledBack {
		err = h.NewEpoch(ctx, workspace)
	}
	return d, key, err
}

// newDevice gives out a number that was never given, and grants.
func (h *Hub) newDevice(tx Tx, user record.ID, name string, scopes []record.ID) (Device, error) {
	head, err := tx.Head()
	if err != nil {
		return Device{}, err
	}
	number, err := freeNumber(tx)
	if err != nil {
		return Device{}, err
	}
	d := Device{Replica: number, User: user, Name: name, State: Active, Joined: h.now().UnixMilli(), Epoch: head.Epoch}
	d.grant(&head, scopes)
	return d, tx.SetHead(head)
}

// freeNumber draws a device's number. It is random, so that a hub that was
// restored gives out none that it gave before and forgot.
func freeNumber(tx Tx) (vv.Replica, error) {
	for {
		number := vv.Replica(binary.BigEndian.Uint32(random(4)))
		if number < vv.FirstDevice {
			continue
		}
		if d, err := tx.Device(number); err != nil || d == nil {
			return number, err
		}
	}
}

// Grant sets the scopes that a device sees beside the workspace's own, or
// Everything. What it keeps keeps its number; what it gets, or gets again, has
// a new one.
func (h *Hub) Grant(ctx context.Context, workspace record.ID, replica vv.Replica, scopes []record.ID) error {
	var granted *Device
	err := h.store.Write(ctx, workspace, func(tx Tx) error {
		d, err := tx.Device(replica)
		if err != nil || d == nil {
			return errors.Join(err, protocol.Refuse(protocol.CodeUnknown, nil))
		}
		head, err := tx.Head()
		if err != nil {
			return err
		}
		d.grant(&head, scopes)
		granted = d
		return errors.Join(tx.PutDevice(*d), tx.SetHead(head))
	})
	if err == nil {
		h.regrant(workspace, granted)
	}
	return err
}

// grant gives a device these scopes and no others, beside the workspace's own.
// One that sees everything needs no other.
func (d *Device) grant(head *Head, scopes []record.ID) {
	scopes = append([]record.ID{{}}, scopes...)
	if slices.Contains(scopes, Everything) {
		scopes = []record.ID{Everything}
	}
	d.Grants = slices.DeleteFunc(d.Grants, func(g protocol.Grant) bool { return !slices.Contains(scopes, g.Scope) })
	for _, scope := range scopes {
		if !slices.ContainsFunc(d.Grants, func(g protocol.Grant) bool { return g.Scope == scope }) {
			head.Grant++
			d.Grants = append(d.Grants, protocol.Grant{Number: head.Grant, Scope: scope})
		}
	}
}

// Renew gives a device whose database was copied, or whose number was retired,
// another number; it keeps its secret. Errors: sync.unknown_device, sync.revoked.
func (h *Hub) Renew(ctx context.Context, workspace record.ID, replica vv.Replica, key []byte) (d Device, err error) {
	err = h.store.Write(ctx, workspace, func(tx Tx) error {
		old, err := known(tx, replica, key)
		if err != nil {
			return err
		}
		if old.State == Revoked {
			return protocol.Refuse(protocol.CodeRevoked, nil)
		}
		var scopes []record.ID
		for _, g := range old.Grants {
			if g.Scope != (record.ID{}) {
				scopes = append(scopes, g.Scope)
			}
		}
		d, err = h.newDevice(tx, old.User, old.Name, scopes)
		if err != nil {
			return err
		}
		d.Key = old.Key
		d.Uploads = old.Uploads || old.Epoch != d.Epoch
		old.State = Retired
		return errors.Join(tx.PutDevice(*old), tx.PutDevice(d))
	})
	return d, err
}

// known answers the device with that number and secret. Errors: sync.unknown_device.
func known(tx View, replica vv.Replica, key []byte) (*Device, error) {
	d, err := tx.Device(replica)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(key)
	if d == nil || subtle.ConstantTimeCompare(d.Key[:], hash[:]) != 1 {
		return nil, protocol.Refuse(protocol.CodeUnknown, nil)
	}
	return d, nil
}

// admit checks who asks before anything is answered.
func admit(tx View, head Head, ask protocol.Ask, key []byte) (*Device, error) {
	switch {
	case ask.Protocol < protocol.Oldest:
		return nil, protocol.Refuse(protocol.CodeClientOld, nil)
	case ask.Protocol > protocol.Newest:
		return nil, protocol.Refuse(protocol.CodeHubOld, nil)
	}
	d, err := known(tx, ask.Replica, key)
	if err != nil {
		return nil, err
	}
	if d.State == Revoked {
		return nil, protocol.Refuse(protocol.CodeRevoked, nil)
	}
	// Whether the hub went back comes first: a number that was retired in
	// between must not hide it.
	if ask.Epoch != (record.ID{}) && ask.Epoch != head.Epoch {
		if !slices.Contains(head.Past, ask.Epoch) {
			return nil, errRolledBack
		}
		return nil, protocol.Refuse(protocol.CodeEpoch, nil)
	}
	if ask.Head != (protocol.Head{}) {
		if token, err := tx.Token(ask.Head.Seq); err != nil {
			return nil, err
		} else if token != ask.Head.Token {
			return nil, errRolledBack
		}
	}
	if d.State == Retired {
		return nil, protocol.Refuse(protocol.CodeRetired, nil)
	}
	return d, nil
}

// errRolledBack: a device proves a commit that this database doesn't have.
var errRolledBack = errors.New("hub: rolled back")

// refusal turns a proof that the hub went back into a new generation of it.
func (h *Hub) refusal(ctx context.Context, workspace record.ID, err error) error {
	if !errors.Is(err, errRolledBack) {
		return err
	}
	if failed := h.NewEpoch(ctx, workspace); failed != nil {
		return failed
	}
	return protocol.Refuse(protocol.CodeEpoch, err)
}

// NewEpoch begins a new generation, as after a restore: every device takes a
// new number and brings what it has.
func (h *Hub) NewEpoch(ctx context.Context, workspace record.ID) error {
	return h.store.Write(ctx, workspace, func(tx Tx) error {
		head, err := tx.Head()
		if err != nil {
			return err
		}
		if head.Hub++; head.Hub >= vv.FirstDesk {
			return errors.New("hub: out of numbers of its own")
		}
		head.Past, head.Epoch = append(head.Past, head.Epoch), newID()
		return tx.SetHead(head)
	})
}

func (h *Hub) about(head Head, d *Device) protocol.Hub {
	return protocol.Hub{Epoch: head.Epoch, Head: protocol.Head{Seq: head.Seq, Token: head.Token}, Time: h.now().UnixMilli(), Grants: d.Grants}
}

func newID() (id record.ID) {
	copy(id[:], random(len(id)))
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // a UUID of version 4
	return id
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func newToken() uint64 { return binary.BigEndian.Uint64(random(8)) | 1 }
