package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/enroll"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/sim"
	"patio/sync/vv"
)

// device is a light one of a fleet: the client, the wire and the connections
// that ship, with a database in memory.
type device struct {
	client.Hub // the wire, watched

	fleet *fleet
	shop  *shop
	wire  *client.Wire
	local client.Local
	agent *client.Client
	me    vv.Replica
	n     uint64 // its last write
	moved chan struct{}
	busy  sync.Mutex // one at a time speaks for it

	owed  []saved     // saves that the hub hasn't answered
	frame []byte      // the batch that was sent last
	told  int         // how many of owed it tells
	news  []record.ID // events that came with pages of this sync
}

// saved is one save of a device.
type saved struct {
	event record.ID
	at    time.Time // when it was to happen
}

// shop is a scope with its devices and leads.
type shop struct {
	id      record.ID
	user    string
	devices []*device
	leads   []record.ID
}

// enrol makes a device of a shop.
func (f *fleet) enrol(ctx context.Context, s *shop, name string) (*device, error) {
	text, err := f.hub.code(ctx, s.user)
	if err != nil {
		return nil, err
	}
	code, err := enroll.Parse(text)
	if err != nil {
		return nil, err
	}
	d := &device{fleet: f, shop: s, moved: make(chan struct{}, 1)}
	d.wire = &client.Wire{Address: code.Addresses[0], Workspace: code.Workspace, Client: client.Pinned(code.Pin)}
	d.Hub = d.wire
	if d.me, err = d.wire.Join(ctx, code.Secret, name, client.Meta{}); err != nil {
		return nil, err
	}
	d.local = sim.NewMemory(code.Workspace, d.me)
	d.agent = client.New(d.local, d, time.Now)
	return d, nil
}

// Push notes when the hub has answered what was saved. A batch that is sent
// again tells nothing of what was saved since.
func (d *device) Push(ctx context.Context, frame []byte) (*protocol.Pushed, error) {
	if !bytes.Equal(frame, d.frame) {
		d.frame, d.told = frame, len(d.owed)
	}
	answer, err := d.wire.Push(ctx, frame)
	if err == nil {
		d.fleet.answered(d.owed[:d.told])
		d.owed, d.told = slices.Delete(d.owed, 0, d.told), 0
	}
	return answer, err
}

// Pull notes which events came.
func (d *device) Pull(ctx context.Context, pull *protocol.Pull) (*protocol.Page, error) {
	page, err := d.wire.Pull(ctx, pull)
	if err == nil {
		d.note(page.Rows)
	}
	return page, err
}

func (d *device) note(rows []protocol.Row) {
	for i := range rows {
		if crm.Kind(rows[i].Kind) == crm.KindEvent {
			d.news = append(d.news, rows[i].ID)
		}
	}
}

// hear takes in what the hub's stream told; false if it is to be pulled.
func (d *device) hear(ctx context.Context, word *protocol.Word) bool {
	d.busy.Lock()
	defer d.busy.Unlock()
	d.news = d.news[:0]
	for i := range word.Commits {
		d.note(word.Commits[i].Rows)
	}
	taken, err := d.agent.Hear(ctx, word)
	if err != nil {
		d.fleet.failed(err)
	}
	if taken {
		d.fleet.saw(d)
	}
	return taken
}

// agree syncs once; what came counts as seen when it is in the database.
func (d *device) agree(ctx context.Context) error {
	d.busy.Lock()
	defer d.busy.Unlock()
	d.news = d.news[:0]
	_, err := d.agent.Sync(ctx)
	if err == nil {
		d.fleet.saw(d)
	}
	return err
}

// listen follows the hub's word, again and again.
func (d *device) listen(ctx context.Context) {
	for ctx.Err() == nil {
		_ = d.wire.Listen(ctx, d.heard(), func(word *protocol.Word) { // that it ended is all there is to know
			if word != nil && d.hear(ctx, word) {
				return
			}
			select {
			case d.moved <- struct{}{}:
			default:
			}
		})
		if !pause(ctx, d.fleet.soon()) {
			return
		}
	}
}

// heard answers what the device knows of the hub.
func (d *device) heard() (m client.Meta) {
	d.busy.Lock()
	defer d.busy.Unlock()
	_ = d.local.Update(context.Background(), func(tx client.Tx) (err error) { // in memory; it doesn't fail
		m, err = tx.Meta()
		return err
	})
	return m
}

// put makes or changes a record in the database.
func (d *device) put(id record.ID, kind crm.Kind, fields map[record.Key]string) error {
	return d.local.Update(context.Background(), func(tx client.Tx) error {
		h, err := tx.Held(id)
		if err != nil {
			return err
		}
		if h == nil {
			h = &client.Held{ID: id, Kind: uint32(kind)}
		}
		at := record.Clock(time.Now().UnixMilli())
		for _, key := range slices.SortedFunc(maps.Keys(fields), record.Key.Compare) {
			d.n++
			dot := vv.Dot{Replica: d.me, N: d.n}
			h.State.Put(key, dot, h.State.Next(key, at))
			i := slices.IndexFunc(h.State.Fields, func(f record.Field) bool { return f.Dot == dot })
			h.State.Fields[i].Value = fields[key]
			h.Waits = slices.DeleteFunc(h.Waits, func(w client.Wait) bool { return w.Key == key })
			h.Waits = append(h.Waits, client.Wait{Key: key, N: d.n})
		}
		slices.SortFunc(h.Waits, func(a, b client.Wait) int { return a.Key.Compare(b.Key) })
		return tx.Save(h)
	})
}

// Fields of a lead, a contact and an event, by their stable ids.
var (
	leadVehicle = record.Key{ID: 9}

	eventLead, eventOp, eventUser, eventAt, eventChanges = record.Key{ID: 1}, record.Key{ID: 2}, record.Key{ID: 3}, record.Key{ID: 4}, record.Key{ID: 5}
)

// stock gives a shop leads with their contacts.
func (d *device) stock(n int) error {
	now := fmt.Sprint(time.Now().UnixMilli())
	for i := range n {
		contact, lead := newID(), newID()
		if err := d.put(contact, crm.KindContact, map[record.Key]string{
			{ID: 1}: "person", {ID: 2}: fmt.Sprintf("Conceição Ávila %d", i), {ID: 5}: "Sorocaba", {ID: 10}: now,
			{ID: 11, Sub: fmt.Sprintf("+55119%08d", i)}: "0|", {ID: 12, Sub: fmt.Sprintf("c%d@example.com", i)}: "0|",
		}); err != nil {
			return err
		}
		stage := crm.ReadyPipelines()[0].Stages[i%3].ID
		rank := fmt.Sprintf("a%06d", i)
		if err := d.put(lead, crm.KindLead, map[record.Key]string{
			{ID: 1}: text(contact), {ID: 2}: fmt.Sprintf("36:%s%d:%s%d:%s", stage, len(rank), rank, len(now), now), {ID: 5}: text(d.shop.id),
			{ID: 6}: "7990000", {ID: 7}: "BRL", leadVehicle: "Fiat Argo 1.0", {ID: 10}: "ABC1D23", {ID: 16}: now, {ID: 18}: crm.ViaManual,
		}); err != nil {
			return err
		}
		d.shop.leads = append(d.shop.leads, lead)
	}
	return nil
}

// save changes a lead of the shop, with the event that tells of it, as a person
// does who was to do so at a moment.
func (d *device) save(lead record.ID, at time.Time) error {
	s := saved{newID(), at}
	vehicle := fmt.Sprintf("Polo %d", at.UnixMicro())
	changes, err := json.Marshal([]crm.FieldChange{{Field: "vehicle", Old: "Fiat Argo 1.0", New: vehicle}})
	if err != nil {
		return err
	}
	d.busy.Lock()
	defer d.busy.Unlock()
	d.fleet.began(d, s)
	d.owed = append(d.owed, s)
	if err := d.put(lead, crm.KindLead, map[record.Key]string{leadVehicle: vehicle}); err != nil {
		return err
	}
	return d.put(s.event, crm.KindEvent, map[record.Key]string{
		eventLead: text(lead), eventOp: "lead.update", eventUser: text(d.shop.id), eventAt: fmt.Sprint(at.UnixMilli()), eventChanges: string(changes),
	})
}

func newID() record.ID { return record.ID(uuid.Must(uuid.NewV7())) }

func text(id record.ID) string { return uuid.UUID(id).String() }
