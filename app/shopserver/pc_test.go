package shopserver

import (
	"net"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
	"patio/sync/nearby"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// lan is a local network of this machine alone, in which servers have one port.
func lan(t *testing.T) nearby.Network {
	t.Helper()
	free, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	at, _ := free.LocalAddr().(*net.UDPAddr)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	return nearby.Network{Ports: []int{at.Port}, Listen: loopback, Hosts: []netip.Addr{loopback}, Wait: time.Minute}
}

// silent is a network in which nobody will answer: a moment of waiting is enough.
func silent(n nearby.Network) nearby.Network {
	n.Wait = 50 * time.Millisecond
	return n
}

// pc is an installation: a data folder, what syncs it, and what may serve it.
type pc struct {
	t      *testing.T
	dir    string
	home   string
	lan    nearby.Network
	ahead  atomic.Int64 // of its clock, nanoseconds
	store  *store.Store
	sync   *syncing.Service
	server *Service
	moved  chan struct{} // something may have changed
}

// newPC is one on which somebody has begun to work.
func newPC(t *testing.T, n nearby.Network, person string) *pc {
	t.Helper()
	p := &pc{t: t, dir: filepath.Join(t.TempDir(), "data"), home: t.TempDir(), lan: n, moved: make(chan struct{}, 1)}
	p.open()
	if err := setup.Start(t.Context(), p.store, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: person}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

func (p *pc) open() {
	p.t.Helper()
	var err error
	if p.store, err = store.Open(p.t.Context(), store.Config{Dir: p.dir}); err != nil {
		p.t.Fatal(err)
	}
	changed := func() {
		select {
		case p.moved <- struct{}{}:
		default:
		}
	}
	p.store.Subscribe(func(crm.Change, bool) { changed() })
	p.sync, err = syncing.Open(p.t.Context(), syncing.Config{
		Store: p.store, DataDir: p.dir, Memberships: filepath.Join(p.home, "devices"), Nearby: p.lan, Changed: changed,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.server, err = Open(Config{
		Store: p.store, Sync: p.sync, Dir: p.folder(), Host: "127.0.0.1", Nearby: p.lan, Changed: changed,
		Now: func() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.server.Begin()
}

func (p *pc) folder() string { return filepath.Join(p.home, "server") }

func (p *pc) close() {
	p.t.Helper()
	if p.store == nil {
		return
	}
	for _, end := range []func() error{p.server.Close, p.sync.Close, p.store.Close} {
		if err := end(); err != nil {
			p.t.Error(err)
		}
	}
	p.store = nil
}

func (p *pc) restart() {
	p.t.Helper()
	p.close()
	p.open()
}

// until waits for a state that something announces.
func (p *pc) until(what string, ok func() bool) {
	p.t.Helper()
	late := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-p.moved:
		case <-late:
			p.t.Fatalf("not within two minutes: %s; it is %+v and %+v", what, p.status(), p.syncStatus())
		}
	}
}

func (p *pc) status() Status {
	p.t.Helper()
	st, err := p.server.Status(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return st
}

func (p *pc) syncStatus() syncing.Status {
	p.t.Helper()
	st, err := p.sync.Status(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return st
}

func (p *pc) agrees() bool {
	st := p.syncStatus()
	return st.Phase == syncing.PhaseIdle && st.Waiting == 0 && st.Synced > 0
}

func (p *pc) serve() {
	p.t.Helper()
	if err := p.server.Start(p.t.Context(), "PC do balcão"); err != nil {
		p.t.Fatal(err)
	}
}

// code lets in a PC of somebody new.
func (p *pc) code(name string, role crm.Role) Code {
	p.t.Helper()
	c, err := p.server.GiveCode(p.t.Context(), Person{Name: name, Role: string(role)})
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *pc) join(c Code) {
	p.t.Helper()
	if err := p.sync.Join(p.t.Context(), syncing.Joining{Code: c.Text, Name: "PC do pátio"}); err != nil {
		p.t.Fatal(err)
	}
}

// refused joins by a code of no server's until a server answers.
func (p *pc) refused(code string) {
	p.t.Helper()
	for {
		err := p.sync.Join(p.t.Context(), syncing.Joining{Code: code, Name: "PC"})
		if crm.CodeOf(err) == syncing.CodeNobody { // a busy machine
			continue
		}
		wantCode(p.t, err, syncing.CodeOtherCode)
		return
	}
}

func (p *pc) add(name string) string {
	p.t.Helper()
	done, err := leads.Create(p.t.Context(), p.store, leads.New{Name: name, Phone: "11987654321", Vehicle: "Gol"})
	if err != nil {
		p.t.Fatal(err)
	}
	return done.IDs[0]
}

// vehicle answers a lead's, "" when it isn't here.
func (p *pc) vehicle(id string) string {
	p.t.Helper()
	cards, err := p.store.Cards(p.t.Context(), []string{id})
	if err != nil {
		p.t.Fatal(err)
	}
	if len(cards) == 0 {
		return ""
	}
	return cards[0].Vehicle
}

func (p *pc) write(id, vehicle string) {
	p.t.Helper()
	if _, err := leads.Update(p.t.Context(), p.store, id, leads.Patch{Vehicle: &vehicle}); err != nil {
		p.t.Fatal(err)
	}
}

// sees waits for a lead's vehicle.
func (p *pc) sees(id, vehicle string) {
	p.t.Helper()
	p.until("a lead with a "+vehicle, func() bool { return p.vehicle(id) == vehicle })
}

func (p *pc) users() []crm.User {
	p.t.Helper()
	w, err := p.store.Workspace(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return w.Users
}

func wantCode(t *testing.T, err error, code crm.Code) {
	t.Helper()
	if crm.CodeOf(err) != code || err == nil {
		t.Fatalf("%v, want %s", err, code)
	}
}
