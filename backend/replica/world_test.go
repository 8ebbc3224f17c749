package replica

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/hub/sqlitestore"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// world is some PCs with the store that ships, and a hub, over a wire that
// loses, with people who work and stores that are killed.
type world struct {
	t         testing.TB
	r         *rand.Rand
	dir       string
	hubStore  *sqlitestore.Store
	hub       *hub.Hub
	workspace record.ID
	now       time.Time
	calm      bool
	pcs       []*pc
	shops     bool                  // leads belong to the scope of their shop
	numbers   map[vv.Replica]string // the PC that writes under a number
	written   map[string]string     // writes of people, and their values
	replaced  map[string]bool       // those that somebody replaced or took out who saw them
}

// pc is one replica.
type pc struct {
	w    *world
	name string
	dir  string
	s    *store.Store
	key  []byte
	skew time.Duration

	differing []uint16 // buckets, as the hub last said

	known map[string]string // its writes as of the last operation; nil after a sync
}

var (
	errLost   = errors.New("lost on the wire")
	errKilled = errors.New("killed")
)

// subjectKey is a lead's field that tests write unique values to.
var subjectKey = record.Key{ID: 8}

// picky is the CRM's policy about places; about writes it minds subjects only,
// and takes none that begins with "no".
type picky struct{ Policy }

func (picky) Refuse(_ hub.View, _ hub.Device, kind uint32, _ record.ID, now *record.State, told record.Delta) (keys []record.Key, reason string, err error) {
	for _, f := range told.Fields {
		if crm.Kind(kind) == crm.KindLead && f.Key == subjectKey && strings.HasPrefix(f.Value, "no") && (now == nil || !now.Seen.Has(f.Dot)) && !slices.Contains(keys, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	return keys, "test", nil
}

// shops beside the ready one.
var otherShops = []string{"01900000-0000-7000-8000-0000000000a1", "01900000-0000-7000-8000-0000000000a2"}

func newWorld(t testing.TB, seed uint64, pcs int, shops bool) *world {
	t.Helper()
	w := &world{t: t, r: rand.New(rand.NewPCG(seed, 3)), dir: t.TempDir(), now: time.UnixMilli(1_795_000_000_000), shops: shops,
		numbers: map[vv.Replica]string{}, written: map[string]string{}, replaced: map[string]bool{}}
	ctx := context.Background()
	var err error
	if w.hubStore, err = sqlitestore.Open(ctx, filepath.Join(w.dir, "hub")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.hubStore.Close(); err != nil {
			t.Error(err)
		}
	})
	w.hub = hub.New(w.hubStore, picky{}, func() time.Time { return w.now })
	if w.workspace, err = w.hub.Create(ctx, "loja"); err != nil {
		t.Fatal(err)
	}
	for i := range pcs {
		p := &pc{w: w, name: fmt.Sprint(i), dir: filepath.Join(w.dir, fmt.Sprint("pc", i)), skew: time.Duration(w.r.Int64N(int64(48*time.Hour))) - 24*time.Hour}
		if w.r.IntN(8) == 0 {
			p.skew *= 3650
		}
		w.pcs = append(w.pcs, p)
		p.open()
		if shops {
			for _, id := range otherShops {
				p.must(setup.SaveShop(ctx, p.s, crm.Shop{ID: id, Name: "Loja " + id[34:]}))
			}
		}
	}
	t.Cleanup(func() {
		for _, p := range w.pcs {
			if err := p.s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return w
}

func (p *pc) clock() time.Time { return p.w.now.Add(p.skew) }

func (p *pc) open() {
	var err error
	if p.s, err = store.Open(context.Background(), store.Config{Dir: p.dir, Log: zerolog.Nop(), Now: p.clock, Grace: time.Hour}); err != nil {
		p.w.t.Fatal(err)
	}
}

// reopen closes the store; killed: it goes on with the files as they lay there
// at some moment between two transactions.
func (p *pc) reopen(killed bool) {
	if killed {
		dir := p.dir + "k"
		if err := os.MkdirAll(dir, 0o700); err != nil {
			p.w.t.Fatal(err)
		}
		for _, suffix := range []string{"-wal", ""} {
			b, err := os.ReadFile(filepath.Join(p.dir, store.FileName+suffix))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, store.FileName+suffix), b, 0o600)
			}
			if err != nil {
				p.w.t.Fatal(err)
			}
		}
		p.dir = dir
	}
	if err := p.s.Close(); err != nil {
		p.w.t.Fatal(err)
	}
	p.open()
}

func (p *pc) must(done crm.Done, err error) crm.Done {
	p.w.t.Helper()
	if err != nil {
		p.w.t.Fatalf("PC %s: %v", p.name, err)
	}
	return done
}

func (w *world) chance(perMille int) bool { return !w.calm && w.r.IntN(1000) < perMille }

// local is a store whose process may be killed before and after each commit.
type local struct {
	*Local
	p *pc
}

func (l local) Update(ctx context.Context, f func(client.Tx) error) error {
	l.p.known = nil
	err := l.Local.Update(ctx, func(tx client.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		if l.p.w.chance(30) {
			return errKilled
		}
		return nil
	})
	if err == nil && l.p.w.chance(30) {
		return errKilled
	}
	return err
}

// wire is the way to the hub; it loses requests and answers, and people work
// while a call is under way.
type wire struct{ p *pc }

func call[T any](w wire, f func() (T, error)) (T, error) {
	var none T
	if w.p.w.chance(150) {
		w.p.work()
	}
	if w.p.w.chance(100) {
		return none, errLost
	}
	out, err := f()
	if w.p.w.chance(100) {
		return none, errLost
	}
	return out, err
}

func (w wire) Push(ctx context.Context, frame []byte) (*protocol.Pushed, error) {
	return call(w, func() (*protocol.Pushed, error) { return w.p.w.hub.Push(ctx, w.p.key, frame) })
}

func (w wire) Pull(ctx context.Context, pull *protocol.Pull) (*protocol.Page, error) {
	return call(w, func() (*protocol.Page, error) { return w.p.w.hub.Pull(ctx, w.p.key, pull) })
}

func (w wire) Digest(ctx context.Context, digest *protocol.Digest) (*protocol.Digested, error) {
	answer, err := call(w, func() (*protocol.Digested, error) { return w.p.w.hub.Digest(ctx, w.p.key, digest) })
	if err == nil {
		w.p.differing = answer.Buckets
	}
	return answer, err
}

func (w wire) Again(ctx context.Context, again *protocol.Again) (*protocol.Page, error) {
	return call(w, func() (*protocol.Page, error) { return w.p.w.hub.Again(ctx, w.p.key, again) })
}

func (w wire) Renew(ctx context.Context, from vv.Replica) (vv.Replica, error) {
	return call(w, func() (vv.Replica, error) {
		d, err := w.p.w.hub.Renew(ctx, w.p.w.workspace, from, w.p.key)
		return d.Replica, err
	})
}

func (p *pc) local() *Local { return NewLocal(p.s) }

// join enrols the PC, which may have worked alone before.
func (p *pc) join() {
	ctx := context.Background()
	secret, err := p.w.hub.Invite(ctx, p.w.workspace, record.ID{}, p.w.scopes(), time.Hour)
	if err != nil {
		p.w.t.Fatal(err)
	}
	d, key, err := p.w.hub.Join(ctx, p.w.workspace, secret, p.name, hub.Past{})
	if err != nil {
		p.w.t.Fatal(err)
	}
	p.key, p.known = key, nil
	p.w.numbers[d.Replica] = p.name
	if err := p.local().Join(ctx, p.w.workspace, d.Replica); err != nil {
		p.w.t.Fatal(err)
	}
}

// scopes draws those of a PC: some shops', or all.
func (w *world) scopes() (out []record.ID) {
	if !w.shops {
		return []record.ID{hub.Everything}
	}
	for _, id := range append([]string{crm.ReadyShop}, otherShops...) {
		if w.calm || w.r.IntN(2) == 0 {
			out = append(out, asID(id))
		}
	}
	return out
}

// sync is one attempt; what wire and disk did to it is no failure.
func (p *pc) sync() client.Result {
	p.w.t.Helper()
	if p.key == nil {
		p.join()
	}
	// Whoever sits here says yes to what a bulk move to another shop takes away.
	options := []client.Option{client.AllowRemovals}
	if p.w.r.IntN(4) == 0 {
		options = append(options, client.Compare)
	}
	r, err := client.New(local{p.local(), p}, wire{p}, p.clock).Sync(context.Background(), options...)
	switch {
	case errors.Is(err, errKilled):
		p.reopen(p.w.r.IntN(2) == 0)
	case err != nil && !errors.Is(err, errLost):
		p.w.t.Fatalf("PC %s: %v", p.name, err)
	}
	return r
}

// settle resolves a conflict, as a person would.
func (p *pc) settle() {
	p.w.t.Helper()
	ctx := context.Background()
	list, err := p.s.Conflicts(ctx, 10)
	if err != nil {
		p.w.t.Fatal(err)
	}
	if len(list) == 0 {
		return
	}
	c := pick(p.w.r, list)
	choice := ""
	if len(c.Values) > 0 {
		choice = pick(p.w.r, c.Values).Write
	}
	p.must(p.s.ResolveConflict(ctx, c.ID, c.Key, choice))
}
