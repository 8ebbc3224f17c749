package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Mix says how likely each thing is, in thousandths of a step, and how hostile
// the wire and the disks are.
type Mix struct {
	Devices, Records, Steps int
	Delete, Sync            int // of 1,000 steps; the others write
	Restore, Copy           int // of 1,000 steps: an old database comes back; one goes on twice
	LoseRequest, LoseAnswer int // of 1,000 calls
	Repeat                  int // of 1,000 calls: it arrives twice
	Kill                    int // of 1,000 transactions
	Skew                    time.Duration
}

// world is one run.
type world struct {
	mix       Mix
	r         *rand.Rand
	store     hub.Store
	hub       *hub.Hub
	workspace record.ID
	now       time.Time
	calm      bool
	devices   []*device
	ids       []record.ID

	writes  map[string]*written // by value
	reached map[string]bool     // values that the hub has answered
	filed   map[string]bool     // values that somebody was shown as refused
	doubled map[string]bool     // values that two copies of a database may tell
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

type device struct {
	w    *world
	name string
	db   *memory
	old  []saved // what lay in a drawer
	key  []byte
	skew time.Duration
}

// saved is a copy of a database, and how many writes there had been.
type saved struct {
	db *memory
	at int
}

// Things that happen to calls and transactions.
var (
	errLost   = errors.New("sim: lost on the wire")
	errKilled = errors.New("sim: killed")
)

// refusing is a policy that takes no value with a mark in it.
type refusing struct{}

func (refusing) Scope(uint32, *record.State) record.ID { return record.ID{} }

func (refusing) Refuse(_ hub.Device, _ uint32, now *record.State, told record.Delta) (keys []record.Key, reason string) {
	for _, f := range told.Fields {
		if refusable(f.Value) && (now == nil || !now.Seen.Has(f.Dot)) && !slices.Contains(keys, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	return keys, "sim"
}

func refusable(value string) bool { return strings.HasPrefix(value, "no") }

func newWorld(ctx context.Context, mix Mix, seed uint64, store hub.Store) (*world, error) {
	w := &world{mix: mix, r: rand.New(rand.NewPCG(seed, 7)), store: store, now: time.UnixMilli(1_795_000_000_000), writes: map[string]*written{}, reached: map[string]bool{}, filed: map[string]bool{}, doubled: map[string]bool{}}
	w.hub = hub.New(store, refusing{}, func() time.Time { return w.now })
	var err error
	if w.workspace, err = w.hub.Create(ctx, "sim"); err != nil {
		return nil, err
	}
	for i := range mix.Records {
		w.ids = append(w.ids, record.ID{0: byte(i), 15: 1})
	}
	for i := range mix.Devices {
		secret, err := w.hub.Invite(ctx, w.workspace, record.ID{}, nil, time.Hour)
		if err != nil {
			return nil, err
		}
		d, key, err := w.hub.Join(ctx, w.workspace, secret, fmt.Sprint(i))
		if err != nil {
			return nil, err
		}
		w.add(fmt.Sprint(i), newMemory(w.workspace, d.Replica), key)
	}
	return w, nil
}

func (w *world) add(name string, db *memory, key []byte) {
	d := &device{w: w, name: name, db: db, key: key}
	if w.mix.Skew > 0 {
		d.skew = time.Duration(w.r.Int64N(int64(2*w.mix.Skew))) - w.mix.Skew
	}
	db.fail = d.killed
	w.devices = append(w.devices, d)
}

func (w *world) chance(perMille int) bool { return !w.calm && w.r.IntN(1000) < perMille }

func (d *device) killed(bool) error {
	if d.w.chance(d.w.mix.Kill) {
		return errKilled
	}
	return nil
}

func (d *device) clock() time.Time {
	return d.w.now.Add(d.skew)
}

// step is one thing that happens.
func (w *world) step(ctx context.Context) error {
	w.now = w.now.Add(time.Duration(w.r.IntN(5000)) * time.Millisecond)
	i := w.r.IntN(len(w.devices))
	d := w.devices[i]
	switch n := w.r.IntN(1000); {
	case n < w.mix.Sync:
		return d.sync(ctx)
	case n < w.mix.Sync+w.mix.Restore:
		if len(d.old) == 0 {
			d.old = append(d.old, saved{d.db.copied(), len(w.writes)})
			w.double(d.db)
			return nil
		}
		old := d.old[w.r.IntN(len(d.old))]
		w.lose(d, old.at)
		w.note(d)
		d.db = old.db.copied()
		return nil
	case n < w.mix.Sync+w.mix.Restore+w.mix.Copy:
		if len(w.devices) < 2*w.mix.Devices {
			w.add(d.name+"'", d.db.copied(), d.key)
			w.double(d.db)
		}
		return nil
	}
	return d.write()
}

// lose marks what a device wrote since, and nobody else has.
func (w *world) lose(d *device, since int) {
	for value, f := range w.writes {
		if f.by == d && f.order >= since && (!w.reached[value] || refusable(value)) {
			f.lost = true
		}
	}
}

// note keeps what a device filed, before its database goes.
func (w *world) note(d *device) {
	for _, f := range d.db.filed {
		w.filed[f.Value] = true
	}
}

// write is one edit of a person.
func (d *device) write() error {
	w := d.w
	id := w.ids[w.r.IntN(len(w.ids))]
	key := record.Key{ID: uint16(1 + w.r.IntN(3))}
	if key.ID == 3 {
		key.Sub = []string{"a", "b"}[w.r.IntN(2)]
	}
	kill, last := w.chance(w.mix.Delete), ""
	value := fmt.Sprintf("w%d", len(w.writes))
	if w.r.IntN(20) == 0 {
		value = "no" + value
	}
	var seen []string
	err := d.db.write(id, 1, record.ID{}, 0, func(s *record.State, dot vv.Dot) record.Key {
		at := record.Clock(d.clock().UnixMilli() + d.db.meta.Offset)
		if kill {
			if s.Dead() {
				s.Revive(dot, at)
			} else {
				s.Delete(dot, at)
			}
			return record.Key{}
		}
		for _, f := range s.Fields {
			if f.Key == key {
				seen = append(seen, f.Value)
			}
		}
		s.Put(key, dot, s.Next(key, at))
		for i := range s.Fields {
			if s.Fields[i].Dot == dot {
				s.Fields[i].Value = value
			}
		}
		last = value
		return key
	})
	switch {
	case err == nil, errors.Is(err, errKilled) && d.holds(id, last):
		if last != "" {
			w.writes[last] = &written{id: id, key: key, replaced: seen, by: d, order: len(w.writes)}
		}
		return nil
	case errors.Is(err, errKilled):
		return nil
	}
	return err
}

// holds says whether a value is on the device's disk.
func (d *device) holds(id record.ID, value string) bool {
	h := d.db.held[id]
	return h != nil && slices.ContainsFunc(h.State.Fields, func(f record.Field) bool { return f.Value == value })
}

// sync is a client's; what the wire and the disk did to it is no failure.
func (d *device) sync(ctx context.Context) error {
	_, err := client.New(d.db, wire{d}, d.clock).Sync(ctx)
	if errors.Is(err, errLost) || errors.Is(err, errKilled) {
		return nil
	}
	return err
}

// wire is a network between a device and the hub.
type wire struct{ d *device }

func call[T any](w *world, f func() (T, error)) (T, error) {
	var none T
	if w.chance(w.mix.LoseRequest) {
		return none, errLost
	}
	out, err := f()
	if err == nil && w.chance(w.mix.Repeat) {
		out, err = f()
	}
	if w.chance(w.mix.LoseAnswer) {
		return none, errLost
	}
	return out, err
}

func (n wire) Push(ctx context.Context, frame []byte) (*protocol.Pushed, error) {
	return call(n.d.w, func() (*protocol.Pushed, error) {
		answer, err := n.d.w.hub.Push(ctx, n.d.key, frame)
		if err == nil {
			n.d.w.arrived(frame)
		}
		return answer, err
	})
}

// arrived notes the values of a batch that the hub has answered.
func (w *world) arrived(frame []byte) {
	var p protocol.Push
	if protocol.Decode(frame, &p) != nil {
		return
	}
	for _, item := range p.Items {
		if s, err := record.Decode(item.State); err == nil {
			for _, f := range s.Fields {
				w.reached[f.Value] = true
			}
		}
	}
}

func (n wire) Pull(ctx context.Context, pull *protocol.Pull) (*protocol.Page, error) {
	return call(n.d.w, func() (*protocol.Page, error) { return n.d.w.hub.Pull(ctx, n.d.key, pull) })
}

func (n wire) Renew(ctx context.Context, from vv.Replica) (vv.Replica, error) {
	return call(n.d.w, func() (vv.Replica, error) {
		d, err := n.d.w.hub.Renew(ctx, n.d.w.workspace, from, n.d.key)
		return d.Replica, err
	})
}

// run lives through the mix and then lets everybody sync in peace.
func (w *world) run(ctx context.Context) error {
	for i := range w.mix.Steps {
		if err := w.step(ctx); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	w.calm = true
	for range 3 {
		for _, d := range w.devices {
			if err := d.sync(ctx); err != nil {
				return fmt.Errorf("in peace, device %s: %w", d.name, err)
			}
		}
	}
	return w.check(ctx)
}

// check holds every replica to the hub, and the hub to what people wrote.
func (w *world) check(ctx context.Context) error {
	at := map[record.ID]*record.State{}
	err := w.store.Read(ctx, w.workspace, func(v hub.View) error {
		rows, err := v.Records(w.ids)
		for id, row := range rows {
			s, err := record.Decode(row.State)
			if err != nil {
				return err
			}
			at[id] = s
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range w.devices {
		if len(d.db.held) != len(at) {
			return fmt.Errorf("device %s holds %d records, the hub %d", d.name, len(d.db.held), len(at))
		}
		for id, s := range at {
			h := d.db.held[id]
			if h == nil || !slices.Equal(h.State.AppendValues(nil), s.AppendValues(nil)) {
				return fmt.Errorf("device %s, record %x:\n%+v\nthe hub has\n%+v", d.name, id, h, s)
			}
			if waits(h) {
				return fmt.Errorf("device %s: %x still waits: %+v", d.name, id, h.Waits)
			}
		}
		r, err := client.New(d.db, wire{d}, d.clock).Sync(ctx)
		if err != nil || r != (client.Result{}) {
			return fmt.Errorf("device %s: a sync that has nothing to do did %+v, %v", d.name, r, err)
		}
	}
	return w.nothingLost(at)
}

// nothingLost holds what is live to what people wrote and saw: a value is live
// unless a later write replaced it before its writer's eyes, or it was refused
// and filed.
func (w *world) nothingLost(at map[record.ID]*record.State) error {
	for _, d := range w.devices {
		w.note(d)
	}
	gone := w.gone()
	for _, value := range slices.Sorted(maps.Keys(w.writes)) {
		f := w.writes[value]
		live := w.live(at, value)
		switch {
		case refusable(value):
			if live {
				return fmt.Errorf("%s was to be refused and is live", value)
			}
			if !w.filed[value] && !f.lost && !gone[value] {
				return fmt.Errorf("%s was refused and filed nowhere", value)
			}
		case f.lost:
		case gone[value] && live && w.doubled[value]:
		case gone[value] == live:
			return fmt.Errorf("%s of device %s in %x %v: live %v, replaced %v", value, f.by.name, f.id, f.key, live, gone[value])
		}
	}
	return nil
}

// gone answers the values that were replaced before their replacer's eyes. What
// nobody but its writer ever saw passes on what it had replaced; a refused value
// takes along only what nobody else saw.
func (w *world) gone() map[string]bool {
	gone := map[string]bool{}
	var replace func(values []string, private bool)
	replace = func(values []string, private bool) {
		for _, v := range values {
			if private && w.reached[v] && !refusable(v) {
				continue
			}
			gone[v] = true
			if !w.reached[v] || refusable(v) {
				replace(w.writes[v].replaced, private)
			}
		}
	}
	for value, f := range w.writes {
		if refused := refusable(value); !f.lost && (refused || w.reached[value]) {
			replace(f.replaced, refused)
		}
	}
	return gone
}

// double notes the values that wait in a database of which there are two from
// now on: each copy tells them as writes of its own.
func (w *world) double(db *memory) {
	for _, h := range db.held {
		for _, f := range h.State.Fields {
			if slices.ContainsFunc(h.Waits, func(t client.Wait) bool { return t.Key == f.Key }) {
				w.doubled[f.Value] = true
			}
		}
	}
}

func (w *world) live(at map[record.ID]*record.State, value string) bool {
	f := w.writes[value]
	s := at[f.id]
	return s != nil && slices.ContainsFunc(s.Fields, func(x record.Field) bool { return x.Key == f.key && x.Value == value })
}
