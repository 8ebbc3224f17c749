package hub_test

import (
	"context"
	"testing"
	"time"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

// counted is a store that counts what a batch asks of it for its records.
type counted struct {
	hub.Store
	asked map[string]int
}

func (c *counted) Write(ctx context.Context, workspace record.ID, f func(hub.Tx) error) error {
	return c.Store.Write(ctx, workspace, func(tx hub.Tx) error { return f(&countedTx{tx, c.asked}) })
}

type countedTx struct {
	hub.Tx
	asked map[string]int
}

func (t *countedTx) Records(ids []record.ID) (map[record.ID]protocol.Row, error) {
	t.asked["records"]++
	return t.Tx.Records(ids)
}

func (t *countedTx) Children(ids []record.ID) (map[record.ID][]record.ID, error) {
	t.asked["children"]++
	return t.Tx.Children(ids)
}

func (t *countedTx) IsErased(ids []record.ID) (map[record.ID]bool, error) {
	t.asked["erased"]++
	return t.Tx.IsErased(ids)
}

func (t *countedTx) PutRecords(rows []protocol.Row) error {
	t.asked["put"]++
	return t.Tx.PutRecords(rows)
}

func (t *countedTx) Leave(lefts []hub.Left) error {
	t.asked["leave"]++
	return t.Tx.Leave(lefts)
}

func (t *countedTx) Refer(refs []hub.Refs) error {
	t.asked["refer"]++
	return t.Tx.Refer(refs)
}

// However many records a batch has, the store is asked a few times.
func TestABatchAsksItsStoreAFewTimes(t *testing.T) {
	s := newFamily(t)
	store := &counted{s.store, map[string]int{}}
	s.Hub = hub.New(store, family{}, func() time.Time { return s.now })
	d := s.join(shopA)
	var people, deals, moves []protocol.Item
	const n = protocol.MaxRecords / 2
	for i := range n {
		p, l := record.ID{0: 1, 1: byte(i)}, record.ID{0: 2, 1: byte(i)}
		people = append(people, d.item(person, p, map[record.Key]string{fieldText: "Rita"}))
		deals = append(deals, d.item(deal, l, dealOf(p, 'a')))
	}
	push := func(what string, items []protocol.Item, most int) {
		t.Helper()
		clear(store.asked)
		if _, err := d.push(d.frame(items...)); err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, n := range store.asked {
			sum += n
		}
		if sum > most {
			t.Errorf("%s: %d questions: %v", what, sum, store.asked)
		}
	}
	push("new records", append(people, deals...), 10)
	for i := range n {
		moves = append(moves, d.item(deal, record.ID{0: 2, 1: byte(i)}, inShop('b')))
	}
	push("moves", moves, 10)
	var edits []protocol.Item
	for i := range n {
		edits = append(edits, d.item(person, record.ID{0: 1, 1: byte(i)}, map[record.Key]string{fieldText: "Ana"}))
	}
	push("edits of what is out of sight", edits, 3)
	s.in("a person", record.ID{0: 1, 1: 7}, shopB)
}
