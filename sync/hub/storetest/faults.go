package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

func failures(k *kept) {
	wanted := errors.New("wanted")
	err := k.s.Write(k.t.Context(), ws, func(tx hub.Tx) error {
		return errors.Join(tx.PutRecords([]protocol.Row{row(1, 1, id(0))}), tx.SetHead(hub.Head{Epoch: id(9), Seq: 1, Token: 1}),
			tx.PutDevice(hub.Device{Replica: vv.FirstDevice}), tx.PutInvite(hub.Invite{}), tx.Erase(scopesOf(5), 1), tx.Refer([]hub.Refs{{Child: id(1), Parents: scopesOf(2)}}), tx.Leave([]hub.Left{{Scope: id(0), ID: id(1), Seq: 1}}), wanted)
	})
	if !errors.Is(err, wanted) {
		k.t.Fatal(err)
	}
	k.read(func(v hub.View) error {
		head, err1 := v.Head()
		found, err2 := v.Records([]record.ID{id(1)})
		list, err3 := v.Devices()
		erased, err4 := v.Erased(0)
		if head.Seq != 0 || len(found) > 0 || len(list) > 0 || len(erased) > 0 {
			k.t.Errorf("left: %+v %v %v %v", head, found, list, erased)
		}
		return errors.Join(err1, err2, err3, err4)
	})
}

func apart(k *kept) {
	k.make(id(200), hub.Head{Epoch: id(1)})
	a := id(100)
	k.write(func(tx hub.Tx) error {
		return errors.Join(tx.PutRecords([]protocol.Row{row(1, 1, a)}), tx.Leave([]hub.Left{{Scope: a, ID: id(2), Seq: 2}}), tx.Refer([]hub.Refs{{Child: id(1), Parents: scopesOf(2)}}), tx.Erase(scopesOf(3), 3), tx.PutDevice(hub.Device{Replica: vv.FirstDevice}), tx.PutInvite(hub.Invite{}), tx.SetHead(hub.Head{Epoch: id(9), Seq: 3, Token: 4}))
	})
	err := k.s.Read(k.t.Context(), id(200), func(v hub.View) error {
		found, err1 := v.Records([]record.ID{id(1)})
		changed, err2 := v.Changed(a, 0, 10)
		erased, err3 := v.Erased(0)
		is, err4 := v.IsErased([]record.ID{id(3)})
		list, err5 := v.Devices()
		device, err6 := v.Device(vv.FirstDevice)
		invite, err7 := v.Invite([32]byte{})
		token, err8 := v.Token(1)
		head, err9 := v.Head()
		below, err10 := v.Children(scopesOf(2))
		every, err11 := v.Changed(hub.Everything, 0, 10)
		if len(below)+len(every)+len(found)+len(changed)+len(erased)+len(is)+len(list) > 0 || device != nil || invite != nil || token != 0 || head.Seq != 0 {
			k.t.Error("it sees another's")
		}
		return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11)
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

// Whoever reads up to a sequence has read all that came before it: the gap
// between giving a number and committing it is where replicas lose records.
func order(k *kept) {
	const writers, each = 8, 25
	a := id(100)
	ctx, cancel := context.WithCancel(k.t.Context())
	var wait sync.WaitGroup
	failed := make(chan error, writers+1)
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				failed <- k.s.Write(ctx, ws, func(tx hub.Tx) error {
					head, err := tx.Head()
					if err != nil {
						return err
					}
					head.Seq++
					head.Token = head.Seq
					return errors.Join(tx.PutRecords([]protocol.Row{row2(w, i, a, head.Seq)}), tx.SetHead(head))
				})
			}
		})
	}
	seen, after := map[record.ID]bool{}, uint64(0)
	pull := func() error {
		return k.s.Read(ctx, ws, func(v hub.View) error {
			head, err := v.Head()
			if err != nil {
				return err
			}
			rows, err := v.Changed(a, after, writers*each)
			for _, c := range rows {
				if c.At > head.Seq {
					return fmt.Errorf("row %d beyond the head %d", c.At, head.Seq)
				}
				seen[c.Row.ID] = true
			}
			after = head.Seq
			return err
		})
	}
	for range writers * each {
		if err := <-failed; err != nil {
			k.t.Error(err)
		}
		if err := pull(); err != nil {
			k.t.Error(err)
		}
	}
	wait.Wait()
	cancel()
	if len(seen) != writers*each {
		k.t.Errorf("a reader that went along saw %d of %d", len(seen), writers*each)
	}
}

// Writes that share a commit are taken back each for itself, what they told the
// head included.
func failing(k *kept) {
	const writers, each = 8, 12
	a, refused := id(100), errors.New("taken back")
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				fails := (w+i)%3 == 0
				err := k.s.Write(k.t.Context(), ws, func(tx hub.Tx) error {
					head, err := tx.Head()
					if err != nil {
						return err
					}
					head.Seq++
					head.Token = 1000 + head.Seq
					if err := errors.Join(tx.PutRecords([]protocol.Row{row2(w, i, a, head.Seq)}), tx.SetHead(head)); err != nil {
						return err
					}
					if i%2 == 0 { // what was written is sent, if it is to be asked for
						if rows, err := tx.Records([]record.ID{row2(w, i, a, 0).ID}); err != nil || len(rows) != 1 {
							return fmt.Errorf("it reads %d of its own rows, %w", len(rows), err)
						}
					}
					if fails {
						return refused
					}
					return nil
				})
				if fails != errors.Is(err, refused) || !fails && err != nil {
					k.t.Errorf("writer %d, write %d: %v", w, i, err)
				}
			}
		})
	}
	wait.Wait()
	k.read(func(v hub.View) error {
		head, err := v.Head()
		if err != nil {
			return err
		}
		kept := uint64(0)
		for w := range writers {
			for i := range each {
				rows, err := v.Records([]record.ID{row2(w, i, a, 0).ID})
				if fails := (w+i)%3 == 0; err != nil || (len(rows) == 0) != fails {
					k.t.Errorf("writer %d, write %d: %d rows, %v", w, i, len(rows), err)
				}
				kept += uint64(len(rows))
			}
		}
		if head.Seq != kept || head.Token != 1000+kept {
			k.t.Errorf("%d were kept; the head is %+v", kept, head)
		}
		for seq := uint64(1); seq <= kept; seq++ {
			if token, err := v.Token(seq); err != nil || token != 1000+seq {
				k.t.Errorf("the token of %d is %d, %v", seq, token, err)
			}
		}
		return nil
	})
}

func row2(w, i int, scope record.ID, seq uint64) protocol.Row {
	return protocol.Row{ID: record.ID{0: byte(w), 1: byte(i), 2: 1}, Kind: 1, Scopes: []record.ID{scope}, Seq: seq, State: []byte{1}}
}
