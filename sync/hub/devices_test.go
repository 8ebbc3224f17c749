package hub_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// joinAs lets a device of a user in.
func (s *shop) joinAs(user record.ID, name string) *desk {
	s.t.Helper()
	secret, err := s.Invite(s.t.Context(), s.ws, user, nil, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	d, key, err := s.Join(s.t.Context(), s.ws, secret, name, hub.Past{})
	if err != nil {
		s.t.Fatal(err)
	}
	return &desk{s: s, key: key, ask: protocol.Ask{Protocol: protocol.Newest, Workspace: s.ws, Replica: d.Replica}}
}

func (d *desk) who() protocol.Who {
	return protocol.Who{Protocol: d.ask.Protocol, Workspace: d.ask.Workspace, Replica: d.ask.Replica}
}

func (d *desk) revoke(other vv.Replica) error {
	_, err := d.s.RevokeFor(d.s.t.Context(), d.key, &protocol.Revoke{Who: d.who(), Replica: other})
	return err
}

func (d *desk) pull() error {
	_, err := d.s.Pull(d.s.t.Context(), d.key, &protocol.Pull{Ask: d.ask})
	return err
}

// listed answers how a device stands in another's list.
func (d *desk) listed(other vv.Replica) protocol.Device {
	d.s.t.Helper()
	answer, err := d.s.List(d.s.t.Context(), d.key, d.who())
	if err != nil {
		d.s.t.Fatal(err)
	}
	i := slices.IndexFunc(answer.Devices, func(one protocol.Device) bool { return one.Replica == other })
	if i < 0 {
		d.s.t.Fatalf("%d is not in %+v", other, answer.Devices)
	}
	return answer.Devices[i]
}

func TestADeviceSeesTheOthersOfItsWorkspace(t *testing.T) {
	s := newShop(t)
	rui := record.ID{0: 5}
	a, b := s.joinAs(admin, "Escritório"), s.joinAs(rui, "Balcão")
	joined := s.now.UnixMilli()
	if got, want := a.listed(b.ask.Replica), (protocol.Device{Replica: b.ask.Replica, Name: "Balcão", User: rui, State: protocol.DeviceActive, Joined: joined}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for d, manages := range map[*desk]bool{a: true, b: false} {
		answer, err := s.List(t.Context(), d.key, d.who())
		if err != nil || len(answer.Devices) != 2 || answer.Manages != manages {
			t.Errorf("%+v, %v", answer, err)
		}
	}
}

func TestWhoPullsOrListensIsSeenAndNothingIsWrittenForThat(t *testing.T) {
	s := newShop(t)
	a, b := s.joinAs(admin, "Escritório"), s.joinAs(admin, "Balcão")
	stored := func() (seen int64) {
		t.Helper()
		if err := s.store.Read(t.Context(), s.ws, func(v hub.View) error {
			d, err := v.Device(b.ask.Replica)
			seen = d.Seen
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	first := s.now
	for range 3 {
		if err := b.pull(); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(10 * time.Second)
	}
	last := s.now.Add(-10 * time.Second).UnixMilli()
	if got := a.listed(b.ask.Replica).Seen; got != last || stored() != 0 {
		t.Errorf("seen at %d, not %d; written: %d", got, last, stored())
	}
	// After a minute whoever comes writes it down for all.
	s.now = first.Add(time.Minute)
	if err := a.pull(); err != nil {
		t.Fatal(err)
	}
	if stored() != last {
		t.Errorf("written: %d, want %d", stored(), last)
	}
	// A push says it itself; what was noted before doesn't take that back.
	s.now = s.now.Add(time.Second)
	b.mustPush(whole(one, state(b.ask.Replica, 1, 1, "Ana")))
	pushed := s.now.UnixMilli()
	s.now = s.now.Add(2 * time.Minute)
	if err := a.pull(); err != nil {
		t.Fatal(err)
	}
	if got := a.listed(b.ask.Replica).Seen; got != pushed || stored() != pushed {
		t.Errorf("seen at %d, written %d, want %d", got, stored(), pushed)
	}
}

func TestAnAdminsDeviceRevokesAnother(t *testing.T) {
	s := newShop(t)
	a, b, c := s.joinAs(admin, "Escritório"), s.joinAs(record.ID{0: 5}, "Balcão"), s.joinAs(record.ID{0: 6}, "Pátio")
	wantCode(t, "a seller's", c.revoke(b.ask.Replica), protocol.CodeNotAllowed)
	if err := b.pull(); err != nil {
		t.Fatal(err)
	}
	if err := a.revoke(b.ask.Replica); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "pull", b.pull(), protocol.CodeRevoked)
	wantCode(t, "list", errOf(s.List(t.Context(), b.key, b.who())), protocol.CodeRevoked)
	wantCode(t, "revoke", b.revoke(c.ask.Replica), protocol.CodeRevoked)
	if d := a.listed(b.ask.Replica); d.State != protocol.DeviceRevoked || d.Name != "Balcão" {
		t.Errorf("%+v", d)
	}
	if err := errors.Join(c.pull(), a.pull(), a.revoke(b.ask.Replica), a.revoke(12)); err != nil {
		t.Errorf("the others, once more, or one that isn't there: %v", err)
	}
}

// A device had other numbers before, and by one of them it could ask for
// another: an old database comes back with it.
func TestARevokedDeviceGetsNoOtherNumber(t *testing.T) {
	s := newShop(t)
	a, b := s.joinAs(admin, "Escritório"), s.joinAs(record.ID{0: 5}, "Balcão")
	now, err := s.Renew(t.Context(), s.ws, b.ask.Replica, b.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.revoke(now.Replica); err != nil {
		t.Fatal(err)
	}
	for _, number := range []vv.Replica{now.Replica, b.ask.Replica} {
		_, err := s.Renew(t.Context(), s.ws, number, b.key)
		wantCode(t, "another number", err, protocol.CodeRevoked)
	}
}

func TestWhoLeavesGivesItsNumberUpAndItsSecretIsWorthless(t *testing.T) {
	s := newShop(t)
	a, b := s.joinAs(admin, "Escritório"), s.joinAs(record.ID{0: 5}, "Balcão")
	old := b.ask.Replica
	now, err := s.Renew(t.Context(), s.ws, old, b.key)
	if err != nil {
		t.Fatal(err)
	}
	b.ask.Replica = now.Replica
	if err := b.revoke(now.Replica); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "pull", b.pull(), protocol.CodeUnknown)
	for _, number := range []vv.Replica{now.Replica, old} {
		_, err := s.Renew(t.Context(), s.ws, number, b.key)
		wantCode(t, "another number", err, protocol.CodeUnknown)
		if d := a.listed(number); d.State != protocol.DeviceRetired || d.Name != "Balcão" {
			t.Errorf("%+v", d)
		}
	}
}

// Two copies of one PC, its secret included, have numbers of their own by now.
func TestACopyGoesOnWhenTheOtherLeaves(t *testing.T) {
	s := newShop(t)
	a := s.joinAs(admin, "Escritório")
	first, copied := *a, *a
	for _, d := range []*desk{&first, &copied} {
		now, err := s.Renew(t.Context(), s.ws, a.ask.Replica, a.key)
		if err != nil {
			t.Fatal(err)
		}
		d.ask.Replica = now.Replica
	}
	wantCode(t, "a copy of itself", first.revoke(copied.ask.Replica), protocol.CodeNotAllowed)
	if err := errors.Join(first.revoke(first.ask.Replica), copied.pull()); err != nil {
		t.Error(err)
	}
}

func TestWhoAsksForDevicesIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *shop, d *desk)
		code   protocol.Code
	}{
		"another secret":    {func(_ *shop, d *desk) { d.key = make([]byte, 32) }, protocol.CodeUnknown},
		"a program too old": {func(_ *shop, d *desk) { d.ask.Protocol = protocol.Oldest - 1 }, protocol.CodeClientOld},
		"a program too new": {func(_ *shop, d *desk) { d.ask.Protocol = protocol.Newest + 1 }, protocol.CodeHubOld},
		"given up": {func(s *shop, d *desk) {
			if _, err := s.Renew(t.Context(), s.ws, d.ask.Replica, d.key); err != nil {
				t.Fatal(err)
			}
		}, protocol.CodeRetired},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			d := s.joinAs(admin, "Balcão")
			c.change(s, d)
			wantCode(t, "list", errOf(s.List(t.Context(), d.key, d.who())), c.code)
			wantCode(t, "revoke", d.revoke(d.ask.Replica), c.code)
		})
	}
}

func errOf[T any](_ T, err error) error { return err }

func TestDevicesAreListedAndRevokedOverTheWire(t *testing.T) {
	s, server, wire, d := served(t)
	boss := s.joinAs(admin, "Escritório")
	over := &client.Wire{Address: server.URL, Workspace: s.ws, Key: boss.key, Client: server.Client()}
	answer, err := wire.Devices(t.Context(), d.ask.Replica)
	if err != nil || len(answer.Devices) != 2 || answer.Manages {
		t.Errorf("%+v, %v", answer, err)
	}
	wantCode(t, "the boss's", wire.Revoke(t.Context(), d.ask.Replica, boss.ask.Replica), protocol.CodeNotAllowed)
	if err := over.Revoke(t.Context(), boss.ask.Replica, d.ask.Replica); err != nil {
		t.Fatal(err)
	}
	_, err = wire.Devices(t.Context(), d.ask.Replica)
	wantCode(t, "revoked", err, protocol.CodeRevoked)
}
