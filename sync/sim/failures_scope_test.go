package sim

import (
	"context"
	"testing"

	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

func movedScopes(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 2, Scopes: 2})
	boss, seller := s.devices[0], s.devices[1]
	north, south := record.ID{0: 1}, record.ID{0: 2}
	grant := func(d *device, scopes ...record.ID) {
		t.Helper()
		s.must(s.hub.Grant(t.Context(), s.workspace, d.db.meta.Replica, scopes))
	}
	holds := func(what string, want bool) {
		t.Helper()
		s.sync(boss, seller)
		if (seller.db.held[s.ids[0]] != nil) != want {
			t.Fatalf("%s: held %v", what, !want)
		}
	}
	grant(boss, north, south)
	grant(seller, north)
	s.put(boss, 0, scopeKey.ID, "1 north")
	s.put(boss, 0, 1, "Rui")
	holds("in sight", true)
	s.put(boss, 0, scopeKey.ID, "2 south")
	holds("moved away", false)
	s.put(boss, 0, scopeKey.ID, "1 north again")
	holds("moved back", true)
	s.put(seller, 0, 1, "written as it goes")
	grant(seller)
	holds("revoked", false)
	if len(seller.db.filed) != 1 || seller.db.filed[0].Value != "written as it goes" {
		t.Errorf("filed: %+v", seller.db.filed)
	}
	grant(seller, north, south)
	holds("granted again", true)
	s.settled()
	s.want(0, 1, "Rui")
}

// beforePull is a wire on which something happens before the first pull.
type beforePull struct {
	client.Hub
	first func()
}

func (b *beforePull) Pull(ctx context.Context, p *protocol.Pull) (*protocol.Page, error) {
	if b.first != nil {
		b.first()
		b.first = nil
	}
	return b.Hub.Pull(ctx, p)
}

// A person is where its deals are. The seller edits one that went elsewhere
// meanwhile, and in the same batch makes a deal that brings it back.
func backInSight(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 6, Scopes: 2, Family: true})
	boss, seller := s.devices[0], s.devices[1]
	north, south := record.ID{0: 1}, record.ID{0: 2}
	s.must(s.hub.Grant(t.Context(), s.workspace, boss.db.meta.Replica, []record.ID{north, south}))
	s.must(s.hub.Grant(t.Context(), s.workspace, seller.db.meta.Replica, []record.ID{north}))
	s.put(boss, 0, 1, "Rui")
	s.put(boss, 1, scopeKey.ID, "1 north")
	s.put(boss, 1, parentKey.ID, "0 Rui's")
	s.sync(boss, seller)
	s.put(boss, 1, scopeKey.ID, "2 south")
	s.sync(boss)
	_, err := client.New(seller.db, &beforePull{seller.wire(), func() { s.put(seller, 0, 1, "Rui Lima") }}, seller.clock).Sync(t.Context())
	s.must(err) // it knows by now that the person went, and keeps it for the edit
	s.put(seller, 4, scopeKey.ID, "1 north too")
	s.put(seller, 4, parentKey.ID, "0 Rui's too")
	s.sync(seller)
	if seller.db.held[s.ids[0]] == nil {
		t.Error("the person of a deal in sight is not there")
	}
	if len(seller.db.filed) != 1 || seller.db.filed[0].Value != "Rui Lima" {
		t.Errorf("filed: %+v", seller.db.filed)
	}
	s.settled()
	s.want(0, 1, "Rui")
}

// Two that worked alone under one number, by chance, with a record in common.
func loners(t *testing.T) {
	s := newStory(t, Mix{Records: 3})
	const number = vv.FirstDevice + 7
	for _, name := range []string{"a", "b"} {
		d := s.add(name, newMemory(s.workspace, number), nil)
		s.put(d, 0, 1, name+" of both")
	}
	a, b := s.devices[0], s.devices[1]
	s.put(a, 1, 1, "a alone")
	s.put(b, 2, 1, "b alone")
	for _, d := range s.devices {
		s.must(d.rejoin(t.Context()))
	}
	s.settled()
	s.want(0, 1, "a of both", "b of both")
	s.want(1, 1, "a alone")
	s.want(2, 1, "b alone")
	if a.db.meta.Replica == b.db.meta.Replica {
		t.Error("both have one number")
	}
}
