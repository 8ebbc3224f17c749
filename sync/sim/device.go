package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

type device struct {
	w    *world
	name string
	db   *memory
	old  []saved // what lay in a drawer
	key  []byte
	skew time.Duration

	ear  *hub.Ear
	at   *hub.Hub   // at which it listens
	as   vv.Replica // under which number
	said []string   // what the stream said
}

// saved is a copy of a database, and how many writes there had been.
type saved struct {
	db *memory
	at int
}

func (d *device) killed(bool) error {
	if d.w.chance(d.w.mix.Kill) {
		return errKilled
	}
	return nil
}

func (d *device) clock() time.Time {
	return d.w.now.Add(d.skew)
}

// saved puts a copy of the database into a drawer.
func (d *device) saved() saved {
	d.w.double(d.db)
	return saved{d.db.copied(), len(d.w.writes)}
}

// restore brings one out of it.
func (d *device) restore(old saved) {
	d.w.lose(d, old.at)
	d.w.note(d)
	d.db = old.db.copied()
}

// copied sets the database up a second time.
func (d *device) copied() *device {
	d.w.double(d.db)
	twin := d.w.add(d.name+"'", d.db.copied(), d.key)
	twin.said = slices.Clone(d.said)
	return twin
}

// write is one edit of a person.
func (d *device) write() error {
	w := d.w
	i := w.r.IntN(len(w.ids))
	id, kind := w.ids[i], w.mix.kind(i)
	key := record.Key{ID: uint16(1 + w.r.IntN(3))}
	if key.ID == 3 {
		key.Sub = []string{"a", "b"}[w.r.IntN(2)]
	}
	kill := w.chance(w.mix.Delete)
	value := fmt.Sprintf("w%d", len(w.writes))
	switch {
	case w.mix.Family && kind != person && w.r.IntN(3) == 0:
		key, value = parentKey, fmt.Sprint(w.parented(kind), value)
	case w.mix.Scopes > 0 && kind == deal && w.r.IntN(5) == 0:
		key, value = scopeKey, fmt.Sprint(w.r.IntN(w.mix.Scopes+1), value)
	case !w.mix.restored() && w.r.IntN(20) == 0: // what is brought back isn't judged
		value = "no" + value
	}
	if kill {
		return d.turn(id, kind)
	}
	return d.put(id, kind, key, value)
}

// put writes a value, and notes what its writer saw.
func (d *device) put(id record.ID, kind uint32, key record.Key, value string) error {
	var seen []string
	err := d.db.write(id, kind, func(s *record.State, dot vv.Dot) record.Key {
		for _, f := range s.Fields {
			if f.Key == key {
				seen = append(seen, f.Value)
			}
		}
		s.Put(key, dot, s.Next(key, d.stamp()))
		for i := range s.Fields {
			if s.Fields[i].Dot == dot {
				s.Fields[i].Value = value
			}
		}
		return key
	})
	switch {
	case err == nil, errors.Is(err, errKilled) && d.holds(id, value):
		d.w.writes[value] = &written{id: id, key: key, replaced: seen, by: d, order: len(d.w.writes)}
		return nil
	case errors.Is(err, errKilled), errors.Is(err, errEvicted):
		return nil
	}
	return err
}

// turn deletes a record, or brings it back.
func (d *device) turn(id record.ID, kind uint32) error {
	err := d.db.write(id, kind, func(s *record.State, dot vv.Dot) record.Key {
		if s.Dead() {
			s.Revive(dot, d.stamp())
		} else {
			s.Delete(dot, d.stamp())
		}
		return record.Key{}
	})
	if errors.Is(err, errKilled) || errors.Is(err, errEvicted) {
		return nil
	}
	return err
}

func (d *device) stamp() record.HLC {
	return record.Clock(d.clock().UnixMilli() + d.db.meta.Offset)
}

// holds says whether a value is on the device's disk.
func (d *device) holds(id record.ID, value string) bool {
	h := d.db.held[id]
	return h != nil && slices.ContainsFunc(h.State.Fields, func(f record.Field) bool { return f.Value == value })
}

// sync is a client's; what the wire and the disk did to it is no failure.
func (d *device) sync(ctx context.Context) error {
	var options []client.Option
	if d.w.mix.Compare > 0 && d.w.chance(d.w.mix.Compare) {
		options = append(options, client.Compare)
	}
	_, err := client.New(d.db, d.wire(), d.clock).Sync(ctx, options...)
	var refusal *protocol.Error
	if errors.As(err, &refusal) && refusal.Code == protocol.CodeUnknown {
		return d.rejoin(ctx) // it joined after the copy was taken that the hub was restored from
	}
	if refusal != nil && refusal.Code == protocol.CodeRevoked && d.w.mix.Revoke > 0 {
		if !d.w.calm && d.w.r.IntN(3) > 0 {
			return nil // it goes on writing
		}
		return d.rejoin(ctx)
	}
	switch {
	case errors.Is(err, errLost), errors.Is(err, errKilled), errors.Is(err, client.ErrNoAnswer):
		return nil
	case refusal != nil && refusal.Code == protocol.CodeMalformed && d.w.mix.Cut > 0:
		return nil // the request was cut
	}
	return err
}

// rejoin enrols a device anew that the hub has forgotten, and brings all it has.
func (d *device) rejoin(ctx context.Context) error {
	as, key, err := d.w.join(ctx, d.name, d.db.meta)
	if err != nil {
		return err
	}
	d.key = key
	d.w.double(d.db) // answers may have been lost under the old number
	err = client.New(d.db, d.wire(), d.clock).Rejoin(ctx, as.Replica)
	if errors.Is(err, errKilled) {
		return nil
	}
	return err
}
