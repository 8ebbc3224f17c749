// Package storetest is the contract of a hub's store: each store runs it
// against the real thing.
package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Run holds a store to the contract; open answers an empty one, which the test
// closes.
func Run(t *testing.T, open func(t *testing.T) hub.Store) {
	for name, test := range map[string]func(*kept){
		"a workspace is made once":                           workspaces,
		"what a write says is read again":                    heads,
		"a write that fails leaves nothing":                  failures,
		"records come by id and by change":                   records,
		"what left a scope comes among the rest":             lefts,
		"who refers to whom is known both ways":              families,
		"a crowd is no failure":                              crowds,
		"what was erased is gone and known":                  erasures,
		"a commit is known by its token":                     tokens,
		"devices and invites come back whole":                devices,
		"workspaces don't see each other":                    apart,
		"blobs are known by id, and how long they are loose": blobs,
		"who names which blob is known both ways":            names,
		"sequences commit in their order":                    order,
		"writes that share a commit fail each for itself":    failing,
		"a reader sees one moment":                           snapshot,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			k := &kept{t: t, s: s}
			k.make(ws, hub.Head{Name: "Dois Irmãos", Epoch: id(9), Hub: 1})
			test(k)
		})
	}
}

var ws = record.ID{0: 1, 15: 1}

func id(b byte) record.ID { return record.ID{0: b, 7: b} }

// kept is a store in a test.
type kept struct {
	t *testing.T
	s hub.Store
}

func (k *kept) make(workspace record.ID, h hub.Head) {
	k.t.Helper()
	if err := k.s.Create(k.t.Context(), workspace, h); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) write(f func(hub.Tx) error) {
	k.t.Helper()
	if err := k.s.Write(k.t.Context(), ws, f); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) read(f func(hub.View) error) {
	k.t.Helper()
	if err := k.s.Read(k.t.Context(), ws, f); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) same(what string, got, want any) {
	k.t.Helper()
	if !reflect.DeepEqual(got, want) {
		k.t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

func row(b byte, seq uint64, scopes ...record.ID) protocol.Row {
	return protocol.Row{ID: id(b), Kind: 21, Scopes: scopes, Seq: seq, State: []byte{b, 0, 255}}
}

// in is a row as a change of the scope that it is in.
func in(r protocol.Row) hub.Change { return hub.Change{Row: r, At: r.Seq} }

func scopesOf(b ...byte) (out []record.ID) {
	for _, b := range b {
		out = append(out, id(b))
	}
	return out
}

func workspaces(k *kept) {
	if err := k.s.Create(k.t.Context(), ws, hub.Head{}); !errors.Is(err, hub.ErrExists) {
		k.t.Errorf("a second time: %v", err)
	}
	k.make(id(200), hub.Head{Epoch: id(1)})
	list, err := k.s.Workspaces(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	k.same("workspaces", list, []record.ID{ws, id(200)})
	none := func(hub.Tx) error { k.t.Error("it ran"); return nil }
	if err := k.s.Write(k.t.Context(), id(7), none); !errors.Is(err, hub.ErrNoWorkspace) {
		k.t.Errorf("writing where there is none: %v", err)
	}
	if err := k.s.Read(k.t.Context(), id(7), func(hub.View) error { return none(nil) }); !errors.Is(err, hub.ErrNoWorkspace) {
		k.t.Errorf("reading where there is none: %v", err)
	}
}

func heads(k *kept) {
	want := hub.Head{Name: "Três Irmãs", Epoch: id(2), Past: []record.ID{id(9), id(3)}, Seq: 7, Token: 1<<64 - 5, Hub: 3, Grant: 12}
	k.write(func(tx hub.Tx) error { return tx.SetHead(want) })
	k.read(func(v hub.View) error {
		got, err := v.Head()
		k.same("head", got, want)
		return err
	})
}

func records(k *kept) {
	a, b := id(100), id(101)
	both := row(4, 4, a, b)
	k.write(func(tx hub.Tx) error {
		return tx.PutRecords([]protocol.Row{row(1, 1, a), row(2, 2, b), row(3, 3, a), both})
	})
	moved, nowhere := row(1, 5, b), row(5, 6)
	moved.State = []byte("again")
	k.write(func(tx hub.Tx) error {
		return errors.Join(tx.PutRecords([]protocol.Row{moved, nowhere}), tx.Leave([]hub.Left{{Scope: a, ID: id(1), Seq: 5}}))
	})
	k.write(func(tx hub.Tx) error { return errors.Join(tx.PutRecords(nil), tx.Leave(nil), tx.Refer(nil)) })
	k.read(func(v hub.View) error {
		found, err := v.Records([]record.ID{id(1), id(3), id(77)})
		k.same("by id", found, map[record.ID]protocol.Row{id(1): moved, id(3): row(3, 3, a)})
		if err != nil {
			return err
		}
		if found, err = v.Records(nil); err != nil || len(found) > 0 {
			k.t.Errorf("of no ids: %v %v", found, err)
		}
		for _, c := range []struct {
			scope record.ID
			after uint64
			limit int
			want  []hub.Change
		}{
			{a, 0, 10, []hub.Change{in(row(3, 3, a)), in(both), {Row: moved, At: 5, Left: true}}},
			{a, 0, 1, []hub.Change{in(row(3, 3, a))}},
			{a, 3, 1, []hub.Change{in(both)}},
			{b, 2, 10, []hub.Change{in(both), in(moved)}},
			{id(102), 0, 10, nil},
			{hub.Everything, 0, 10, []hub.Change{in(row(2, 2, b)), in(row(3, 3, a)), in(both), in(moved), in(nowhere)}},
			{hub.Everything, 3, 2, []hub.Change{in(both), in(moved)}},
		} {
			got, err := v.Changed(c.scope, c.after, c.limit)
			if err != nil {
				return err
			}
			k.same(fmt.Sprintf("changed in %d after %d", c.scope[0], c.after), got, c.want)
		}
		return nil
	})
}

func lefts(k *kept) {
	a, b := id(100), id(101)
	left := func(b byte, seq uint64) hub.Left { return hub.Left{Scope: a, ID: id(b), Seq: seq} }
	k.write(func(tx hub.Tx) error {
		return errors.Join(
			tx.PutRecords([]protocol.Row{row(1, 1, a), row(8, 2, b), row(3, 3, a), row(9, 7, b), row(10, 8, a)}),
			tx.Leave([]hub.Left{left(8, 2), left(9, 4), left(10, 6)}), tx.Leave([]hub.Left{left(9, 5)}),
			tx.PutRecords([]protocol.Row{row(10, 9, a)})) // it came back
	})
	k.read(func(v hub.View) error {
		got, err := v.Changed(a, 0, 10)
		want := []hub.Change{in(row(1, 1, a)), {Row: row(8, 2, b), At: 2, Left: true}, in(row(3, 3, a)), {Row: row(9, 7, b), At: 5, Left: true}, in(row(10, 9, a))}
		k.same("changed", got, want)
		if err != nil {
			return err
		}
		got, err = v.Changed(a, 1, 2)
		k.same("two of them", got, want[1:3])
		return err
	})
}

func families(k *kept) {
	k.write(func(tx hub.Tx) error {
		return errors.Join(
			tx.PutRecords([]protocol.Row{row(1, 1, id(100)), row(2, 2, id(100))}),
			tx.Refer([]hub.Refs{{Child: id(1), Parents: scopesOf(50, 51)}, {Child: id(2), Parents: scopesOf(50)}, {Child: id(3), Parents: scopesOf(51)}}))
	})
	children := func(what string, ids []record.ID, want map[record.ID][]record.ID) {
		k.read(func(v hub.View) error {
			got, err := v.Children(ids)
			for _, list := range got {
				slices.SortFunc(list, func(a, b record.ID) int { return slices.Compare(a[:], b[:]) })
			}
			k.same(what, got, want)
			return err
		})
	}
	children("at first", scopesOf(50, 51, 52), map[record.ID][]record.ID{id(50): scopesOf(1, 2), id(51): scopesOf(1, 3)})
	children("of nobody", nil, map[record.ID][]record.ID{})
	k.write(func(tx hub.Tx) error {
		return tx.Refer([]hub.Refs{{Child: id(1), Parents: scopesOf(52)}, {Child: id(3)}})
	})
	children("of other parents", scopesOf(50, 51, 52), map[record.ID][]record.ID{id(50): scopesOf(2), id(52): scopesOf(1)})
	k.write(func(tx hub.Tx) error { return tx.Erase(scopesOf(2), 9) })
	children("after an erasure", scopesOf(50, 52), map[record.ID][]record.ID{id(52): scopesOf(1)})
}

// What is more than a statement may name is asked, and written, all the same.
func crowds(k *kept) {
	const n = 40_000
	var rows []protocol.Row
	var refs []hub.Refs
	var all []record.ID
	for i := range n {
		r := protocol.Row{ID: record.ID{0: 1, 1: byte(i), 2: byte(i >> 8)}, Kind: 1, Scopes: scopesOf(100), Seq: uint64(i + 1), State: []byte{1}}
		rows, all, refs = append(rows, r), append(all, r.ID), append(refs, hub.Refs{Child: r.ID, Parents: scopesOf(7)})
	}
	k.write(func(tx hub.Tx) error { return errors.Join(tx.PutRecords(rows), tx.Refer(refs)) })
	k.read(func(v hub.View) error {
		found, err1 := v.Records(all)
		below, err2 := v.Children(append(all, id(7)))
		if len(found) != n || len(below[id(7)]) != n {
			k.t.Errorf("%d records, %d children", len(found), len(below[id(7)]))
		}
		return errors.Join(err1, err2)
	})
	k.write(func(tx hub.Tx) error { return tx.Erase(all, n+1) })
	k.read(func(v hub.View) error {
		is, err := v.IsErased(all)
		if len(is) != n {
			k.t.Errorf("%d erased", len(is))
		}
		return err
	})
}

func erasures(k *kept) {
	a := id(100)
	k.write(func(tx hub.Tx) error {
		return errors.Join(tx.PutRecords([]protocol.Row{row(1, 1, a), row(2, 2, a)}), tx.Leave([]hub.Left{{Scope: id(101), ID: id(1), Seq: 1}}))
	})
	k.write(func(tx hub.Tx) error { return errors.Join(tx.Erase(scopesOf(1, 50), 3), tx.Erase(scopesOf(1), 5)) })
	k.read(func(v hub.View) error {
		found, err := v.Records([]record.ID{id(1), id(2)})
		if len(found) != 1 || err != nil {
			k.t.Errorf("records: %v %v", found, err)
		}
		left, err := v.Changed(id(101), 0, 10)
		if len(left) > 0 || err != nil {
			k.t.Errorf("it left a scope: %v %v", left, err)
		}
		all, err := v.Erased(0)
		k.same("erased", all, []record.ID{id(1), id(50)})
		if err != nil {
			return err
		}
		later, err := v.Erased(3)
		k.same("erased later", later, []record.ID{id(50)})
		if err != nil {
			return err
		}
		is, err := v.IsErased([]record.ID{id(1), id(2), id(50)})
		k.same("is erased", is, map[record.ID]bool{id(1): true, id(50): true})
		return err
	})
}

func tokens(k *kept) {
	head := func(seq, token uint64) func(hub.Tx) error {
		return func(tx hub.Tx) error { return tx.SetHead(hub.Head{Epoch: id(9), Seq: seq, Token: token}) }
	}
	k.write(head(3, 33))
	k.write(head(3, 44)) // nothing moved: a grant, a name
	k.write(head(7, 1<<63+77))
	k.read(func(v hub.View) error {
		for seq, want := range map[uint64]uint64{1: 33, 3: 33, 4: 1<<63 + 77, 7: 1<<63 + 77, 8: 0} {
			got, err := v.Token(seq)
			if err != nil {
				return err
			}
			k.same(fmt.Sprint("token of ", seq), got, want)
		}
		return nil
	})
}

func devices(k *kept) {
	d := hub.Device{Replica: 1<<32 - 1, User: id(1), Name: "Balcão", Key: [32]byte{1}, State: hub.Active, Grants: []protocol.Grant{{Number: 1}, {Number: 2, Scope: id(3)}},
		Joined: 5, Seen: 6, Epoch: id(9), Uploads: true, Batch: 7, Hash: [32]byte{2}, Answer: []byte{1, 2}}
	other := hub.Device{Replica: vv.FirstDevice, State: hub.Revoked}
	i := hub.Invite{Hash: [32]byte{3}, User: id(1), Scopes: []record.ID{id(3)}, Expires: 9}
	k.write(func(tx hub.Tx) error {
		return errors.Join(tx.PutDevice(hub.Device{Replica: d.Replica}), tx.PutDevice(d), tx.PutDevice(other), tx.PutInvite(i))
	})
	i.Used = d.Replica
	k.write(func(tx hub.Tx) error { return tx.PutInvite(i) })
	k.read(func(v hub.View) error {
		got, err1 := v.Device(d.Replica)
		k.same("device", got, &d)
		none, err2 := v.Device(d.Replica - 1)
		k.same("no device", none, (*hub.Device)(nil))
		list, err3 := v.Devices()
		k.same("devices", list, []hub.Device{other, d})
		invite, err4 := v.Invite(i.Hash)
		k.same("invite", invite, &i)
		no, err5 := v.Invite([32]byte{4})
		k.same("no invite", no, (*hub.Invite)(nil))
		return errors.Join(err1, err2, err3, err4, err5)
	})
}

func snapshot(k *kept) {
	a := id(100)
	k.read(func(v hub.View) error {
		before, err := v.Changed(a, 0, 10)
		if err != nil {
			return err
		}
		k.write(func(tx hub.Tx) error {
			return errors.Join(tx.PutRecords([]protocol.Row{row(1, 1, a)}), tx.SetHead(hub.Head{Epoch: id(9), Seq: 1, Token: 1}))
		})
		after, err1 := v.Changed(a, 0, 10)
		head, err2 := v.Head()
		if len(before)+len(after) > 0 || head.Seq != 0 {
			k.t.Errorf("a reader saw a later moment: %v, %+v", after, head)
		}
		return errors.Join(err1, err2)
	})
	k.read(func(v hub.View) error {
		rows, err := v.Changed(a, 0, 10)
		if !slices.ContainsFunc(rows, func(c hub.Change) bool { return c.At == 1 }) {
			k.t.Error("the next reader doesn't see it")
		}
		return err
	})
}
