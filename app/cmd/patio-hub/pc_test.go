package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/enroll"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// pc is a device that joined over the network with a code.
type pc struct {
	t     *testing.T
	wire  *client.Wire
	ask   protocol.Ask
	n     uint64                      // its last write
	told  map[record.ID]*record.State // as the hub answered last
	frame []byte                      // of the last batch
}

// enrolled answers a code for a device of a user.
func (p *place) enrolled(workspace, user string, args ...string) enroll.Code {
	p.t.Helper()
	text := p.must(append([]string{"enroll", "--workspace", workspace, "--user", user}, args...)...)
	code, err := enroll.Parse(text[len(text)-len(lastLine(text)):])
	if err != nil {
		p.t.Fatalf("%v of %q", err, text)
	}
	return code
}

func lastLine(text string) string {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '\n' {
			return text[i+1:]
		}
	}
	return text
}

// wireOf is the network as a device with that code uses it.
func wireOf(t *testing.T, code enroll.Code) *client.Wire {
	t.Helper()
	w := &client.Wire{Address: code.Addresses[0], Workspace: code.Workspace, Client: client.Pinned(code.Pin)}
	t.Cleanup(w.Client.CloseIdleConnections)
	return w
}

func join(t *testing.T, code enroll.Code) *pc {
	t.Helper()
	w := wireOf(t, code)
	number, err := w.Join(t.Context(), code.Secret, "PC do balcão", client.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	return &pc{t: t, wire: w, ask: protocol.Ask{Protocol: protocol.Newest, Workspace: code.Workspace, Replica: number}, told: map[record.ID]*record.State{}}
}

// Fields of a lead.
var (
	leadShop    = record.Key{ID: 5}
	leadVehicle = record.Key{ID: 9}
)

// lead is one that this device wrote, in the ready shop.
func (d *pc) lead(id record.ID, vehicle string) protocol.Item {
	s := d.told[id]
	if s == nil {
		s = &record.State{}
		d.put(s, leadShop, crm.ReadyShop)
	} else {
		s = s.Clone()
	}
	d.put(s, leadVehicle, vehicle)
	return protocol.NewItem(id, uint32(crm.KindLead), s.Whole())
}

// made is a new record of a kind with a text in its first field.
func (d *pc) made(kind crm.Kind, id record.ID, text string) protocol.Item {
	s := &record.State{}
	d.put(s, record.Key{ID: 1}, text)
	return protocol.NewItem(id, uint32(kind), s.Whole())
}

func (d *pc) put(s *record.State, key record.Key, value string) {
	d.n++
	dot := vv.Dot{Replica: d.ask.Replica, N: d.n}
	s.Put(key, dot, s.Next(key, record.Clock(1)))
	i := slices.IndexFunc(s.Fields, func(f record.Field) bool { return f.Dot == dot })
	s.Fields[i].Value = value
}

// push tells the hub of some records; a batch is sent until it is answered, as
// it was first sent. again is asked before a further time.
func (d *pc) push(ctx context.Context, again func() error, items ...protocol.Item) (*protocol.Pushed, error) {
	batch := d.ask.Answered + 1
	frame, err := protocol.Encode(&protocol.Push{Ask: d.ask, Batch: batch, Items: items})
	if err != nil {
		return nil, err
	}
	d.frame = frame
	var answer *protocol.Pushed
	for {
		answer, err = d.wire.Push(ctx, frame)
		if err == nil {
			break
		}
		var refusal *protocol.Error
		if errors.As(err, &refusal) {
			return nil, err
		}
		if err := errors.Join(again(), ctx.Err()); err != nil {
			return nil, err
		}
	}
	d.hear(answer.Hub)
	d.ask.Answered, d.ask.Hash = batch, sha256.Sum256(frame)
	for i, v := range answer.Verdicts {
		if row := v.Told(&items[i]); row != nil {
			if d.told[items[i].ID], err = record.Decode(row.State); err != nil {
				return nil, err
			}
		}
	}
	return answer, nil
}

var errOnce = errors.New("not answered")

// once gives up after the first time.
func once() error { return errOnce }

// pushed tells the hub of records, all of which it must take.
func (d *pc) pushed(items ...protocol.Item) {
	d.t.Helper()
	answer, err := d.push(d.t.Context(), once, items...)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, v := range answer.Verdicts {
		if v.Status != protocol.Accepted || len(v.Refused) > 0 {
			d.t.Fatalf("%+v", v)
		}
	}
}

func (d *pc) hear(h protocol.Hub) { d.ask.Epoch, d.ask.Head = h.Epoch, h.Head }

// pulled answers all that the device may see, from the beginning.
func (d *pc) pulled() (map[record.ID]protocol.Row, error) {
	page, err := d.wire.Pull(d.t.Context(), &protocol.Pull{Ask: d.ask})
	if err != nil {
		return nil, err
	}
	out := map[record.ID]protocol.Row{}
	for _, g := range page.Hub.Grants {
		for mark := (protocol.Mark{Grant: g.Number}); ; mark = page.Mark {
			d.hear(page.Hub)
			if page, err = d.wire.Pull(d.t.Context(), &protocol.Pull{Ask: d.ask, Mark: mark}); err != nil {
				return nil, err
			}
			for _, row := range page.Rows {
				if !row.Left {
					out[row.ID] = row
				}
			}
			if !page.More {
				break
			}
		}
	}
	d.hear(page.Hub)
	return out, nil
}

// sees answers the vehicles of the leads that the device may see.
func (d *pc) sees() map[record.ID]string {
	d.t.Helper()
	rows, err := d.pulled()
	if err != nil {
		d.t.Fatal(err)
	}
	out := map[record.ID]string{}
	for id, row := range rows {
		if crm.Kind(row.Kind) != crm.KindLead {
			continue
		}
		s, err := record.Decode(row.State)
		if err != nil {
			d.t.Fatal(err)
		}
		f, _ := s.Live(leadVehicle)
		out[id] = f.Value
	}
	return out
}

func leadID(device, n int) record.ID {
	return record.ID([]byte(fmt.Sprintf("lead%04d%08d", device, n)))
}

// wantCode fails unless an error is the hub's refusal with a code.
func wantCode(t *testing.T, what string, err error, code protocol.Code) {
	t.Helper()
	var refusal *protocol.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}
