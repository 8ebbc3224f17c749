package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/hub/sqlitestore"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Mix says how likely each thing is, in thousandths of a step, and how hostile
// the wire and the disks are.
type Mix struct {
	Devices, Records, Steps int
	Delete, Sync            int  // of 1,000 steps; the others write
	Restore, Copy           int  // of 1,000 steps: an old database comes back; one goes on twice
	LoseRequest, LoseAnswer int  // of 1,000 calls
	Repeat                  int  // of 1,000 calls: it arrives twice
	Cut                     int  // of 1,000 requests, and answers: it ends somewhere
	Kill                    int  // of 1,000 transactions
	Meanwhile               int  // of 1,000 calls: somebody writes while it is under way
	Scopes                  int  // beside the workspace's own; a record can be moved into any
	Grant                   int  // of 1,000 steps: a device is given other scopes
	Everything              int  // of 1,000 grants: it is of everything
	Family                  bool // records refer to each other
	Erase                   int  // of 1,000 steps
	Revoke                  int  // of 1,000 steps: a device may not sync any more, until it has another code
	HubRestore, HubRollback int  // of 1,000 steps: an old database of the hub's comes back, said or unsaid
	Skew                    time.Duration
	Compare                 int // of 1,000 syncs: all that is held is held against what the hub has
	Flip                    int // of 1,000 records, in the end: a disk loses something of it
	Word                    int // of 1,000 steps: a device hears what the hub's stream says, or said before
}

// world is one run.
type world struct {
	mix       Mix
	r         *rand.Rand
	dir       string
	store     *sqlitestore.Store
	backups   []string
	hub       *hub.Hub
	door      http.Handler
	inside    error // what went wrong inside the hub
	workspace record.ID
	now       time.Time
	calm      bool
	devices   []*device
	ids       []record.ID

	writes  map[string]*written // by value
	reached map[string]vv.Dot   // values that the hub has answered
	filed   map[string]bool     // values that somebody was shown as refused
	heard   int                 // words that were taken in
	doubled map[string]bool     // values that may reach it as two writes
	erased  map[record.ID]bool  // by the hub's owner
	ledger  map[record.ID]bool  // all that was erased, kept outside the hub's backups
	brought map[vv.Dot]bool     // writes of the hub's to lives
}

// written is a value that a person wrote: what it replaced is what the person
// saw at that moment.
type written struct {
	id       record.ID
	key      record.Key
	replaced []string
	by       *device
	order    int
	lost     bool // with a database that an older one replaced, before anybody else saw it
}

// Things that happen to calls and transactions.
var (
	errLost   = errors.New("sim: lost on the wire")
	errKilled = errors.New("sim: killed")
)

// refusing is a policy that takes no value with a mark in it, and no deletion of
// a record that is to be kept.
type refusing struct{}

func (refusing) Refuse(_ hub.View, _ hub.Device, _ uint32, _ record.ID, now *record.State, told record.Delta) (keys []record.Key, reason string, err error) {
	for _, f := range told.Fields {
		if refusable(f.Value) && (now == nil || !now.Seen.Has(f.Dot)) && !slices.Contains(keys, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	kept := now != nil && slices.ContainsFunc(now.Fields, func(f record.Field) bool { return f.Key == keepKey })
	if kept && slices.ContainsFunc(told.Life, func(l record.Life) bool { return l.Dead && !now.Seen.Has(l.Dot) }) {
		keys = append(keys, hub.LifeKey)
		slices.SortFunc(keys, record.Key.Compare)
	}
	return keys, "sim", nil
}

// keepKey is the field of a record that nobody may delete.
var keepKey = record.Key{ID: 9}

func (refusing) Manages(hub.View, hub.Device) (bool, error) { return false, nil }

func refusable(value string) bool { return strings.HasPrefix(value, "no") }

// newWorld makes one whose hub keeps its files in dir.
func newWorld(ctx context.Context, mix Mix, seed uint64, dir string) (*world, error) {
	w := &world{mix: mix, r: rand.New(rand.NewPCG(seed, 7)), dir: dir, erased: map[record.ID]bool{}, ledger: map[record.ID]bool{}, brought: map[vv.Dot]bool{}, now: time.UnixMilli(1_795_000_000_000), writes: map[string]*written{}, reached: map[string]vv.Dot{}, filed: map[string]bool{}, doubled: map[string]bool{}}
	err := w.openHub(ctx, "hub")
	if err != nil {
		return nil, err
	}
	if w.workspace, err = w.hub.Create(ctx, "sim"); err != nil {
		return nil, err
	}
	for i := range mix.Records {
		w.ids = append(w.ids, numbered(i))
	}
	for i := range mix.Devices {
		d, key, err := w.join(ctx, fmt.Sprint(i), client.Meta{})
		if err != nil {
			return nil, err
		}
		w.add(fmt.Sprint(i), newMemory(w.workspace, d.Replica), key)
	}
	return w, nil
}

// join enrols a device.
func (w *world) join(ctx context.Context, name string, before client.Meta) (hub.Device, []byte, error) {
	secret, err := w.hub.Invite(ctx, w.workspace, record.ID{}, w.scopes(), time.Hour)
	if err != nil {
		return hub.Device{}, nil, err
	}
	return w.hub.Join(ctx, w.workspace, secret, name, hub.Past{Heard: before.Heard, Epoch: before.Epoch, Head: before.Head})
}

// scopes draws some.
func (w *world) scopes() (out []record.ID) {
	if w.r.IntN(1000) < w.mix.Everything {
		return []record.ID{hub.Everything}
	}
	for i := range w.mix.Scopes {
		if w.r.IntN(2) == 0 {
			out = append(out, record.ID{0: byte(i + 1)})
		}
	}
	return out
}

func (w *world) openHub(ctx context.Context, name string) (err error) {
	if w.store, err = sqlitestore.Open(ctx, filepath.Join(w.dir, name)); err != nil {
		return err
	}
	w.hub = hub.New(w.store, refusing{}, func() time.Time { return w.now })
	w.door = w.hub.Door(func(err error) { w.inside = errors.Join(w.inside, err) })
	return nil
}

// restoreHub puts a copy of the hub's database in its place, and takes one
// when there is none. What was erased since is erased again: its list is kept
// outside.
func (w *world) restoreHub(ctx context.Context, said bool) error {
	if len(w.backups) == 0 {
		name := fmt.Sprint("backup", len(w.backups))
		w.backups = append(w.backups, name)
		return w.store.Backup(ctx, filepath.Join(w.dir, name))
	}
	old, name := w.backups[w.r.IntN(len(w.backups))], fmt.Sprint("hub", w.now.UnixMilli())
	w.backups = append(w.backups, name)
	b, err := os.ReadFile(filepath.Join(w.dir, old))
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, name), b, 0o600)
	}
	w.backups = w.backups[:len(w.backups)-1]
	before, failed := w.look(ctx)
	maps.Copy(w.ledger, before.erased)
	if err = errors.Join(err, failed, w.store.Close()); err != nil {
		return err
	}
	if err := w.openHub(ctx, name); err != nil {
		return err
	}
	if err := w.forget(ctx); err != nil {
		return err
	}
	for _, d := range w.devices {
		w.double(d.db) // their answers may have been the old hub's
	}
	if said {
		if err := w.hub.NewEpoch(ctx, w.workspace); err != nil {
			return err
		}
	}
	return w.eraseAgain(ctx)
}

func (w *world) eraseAgain(ctx context.Context) error {
	if len(w.ledger) == 0 {
		return nil
	}
	return w.hub.Erase(ctx, w.workspace, slices.SortedFunc(maps.Keys(w.ledger), func(a, b record.ID) int { return slices.Compare(a[:], b[:]) }))
}

func (w *world) add(name string, db *memory, key []byte) *device {
	d := &device{w: w, name: name, db: db, key: key}
	if w.mix.Skew > 0 {
		d.skew = time.Duration(w.r.Int64N(int64(2*w.mix.Skew))) - w.mix.Skew
	}
	db.fail = d.killed
	w.devices = append(w.devices, d)
	return d
}

func (w *world) chance(perMille int) bool { return !w.calm && w.r.IntN(1000) < perMille }

// step is one thing that happens.
func (w *world) step(ctx context.Context) error {
	w.now = w.now.Add(time.Duration(w.r.IntN(5000)) * time.Millisecond)
	i := w.r.IntN(len(w.devices))
	d := w.devices[i]
	n := w.r.IntN(1000)
	often := func(perMille int) bool { n -= perMille; return n < 0 }
	switch {
	case often(w.mix.Sync):
		return d.sync(ctx)
	case often(w.mix.Word):
		return d.listen(ctx)
	case often(w.mix.HubRestore):
		return w.restoreHub(ctx, true)
	case often(w.mix.HubRollback):
		return w.restoreHub(ctx, false)
	case often(w.mix.Erase):
		id := w.ids[w.r.IntN(len(w.ids))]
		w.erased[id], w.ledger[id] = true, true
		return w.eraseAgain(ctx)
	case often(w.mix.Revoke):
		return w.hub.Revoke(ctx, w.workspace, d.db.meta.Replica)
	case often(w.mix.Grant):
		err := w.hub.Grant(ctx, w.workspace, d.db.meta.Replica, w.scopes())
		var refusal *protocol.Error
		if errors.As(err, &refusal) && refusal.Code == protocol.CodeUnknown {
			return nil // the hub was restored to before it joined
		}
		return err
	case often(w.mix.Restore):
		if len(d.old) == 0 {
			d.old = append(d.old, d.saved())
			return nil
		}
		d.restore(d.old[w.r.IntN(len(d.old))])
		return nil
	case often(w.mix.Copy):
		if len(w.devices) < 2*w.mix.Devices {
			d.copied()
		}
		return nil
	}
	return d.write()
}

// run lives through the mix and then lets everybody sync in peace.
func (w *world) run(ctx context.Context) error {
	for i := range w.mix.Steps {
		if err := w.step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return w.settle(ctx)
}

// settle lets everybody sync in peace, and looks at what came of it.
func (w *world) settle(ctx context.Context) error {
	w.calm = true
	for range 4 {
		for _, d := range w.devices {
			if err := d.sync(ctx); err != nil {
				return fmt.Errorf("in peace, device %s: %w", d.name, err)
			}
		}
	}
	if w.mix.Flip > 0 {
		for _, d := range w.devices {
			if err := d.heal(ctx, d.flip()); err != nil {
				return fmt.Errorf("device %s: %w", d.name, err)
			}
		}
	}
	return w.check(ctx)
}
