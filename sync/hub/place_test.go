package hub_test

import (
	"slices"
	"testing"
	"time"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Kinds of a small CRM: a person is where its deals are, a deal in its shop, a
// call where its deal is; a glance is a call that holds nobody.
const (
	person uint32 = 1 + iota
	deal
	call
	glance
)

// Fields of all kinds.
var (
	fieldShop   = record.Key{ID: 9}
	fieldParent = record.Key{ID: 8}
	fieldText   = record.Key{ID: 1}
)

// family is a policy of that CRM.
type family struct{ open }

func (family) Place(kind uint32, s *record.State) (p hub.Place) {
	p = open{}.Place(kind, s)
	if f, ok := s.Live(fieldParent); ok {
		p.Parents = []record.ID{record.ID([]byte(f.Value))}
	}
	p.Holds = kind == deal || kind == call
	switch kind {
	case person:
		p.By = hub.Children
	case call, glance:
		p.By = hub.Parent
	}
	return p
}

func newFamily(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	s.Hub = hub.New(s.store, family{}, func() time.Time { return s.now })
	return s
}

var shopA, shopB = record.ID{0: 'a'}, record.ID{0: 'b'}

func rid(b byte) record.ID { return record.ID{0: b, 15: 1} }

// put writes fields of a record as a device that holds it would, and pushes.
func (d *desk) put(kind uint32, id record.ID, fields map[record.Key]string) protocol.Verdict {
	d.s.t.Helper()
	return d.mustPush(d.item(kind, id, fields))
}

func (d *desk) item(kind uint32, id record.ID, fields map[record.Key]string) protocol.Item {
	st := d.s.at(id)
	for key, value := range fields {
		d.n++
		dot := vv.Dot{Replica: d.ask.Replica, N: d.n}
		st.Put(key, dot, st.Next(key, record.Clock(d.s.now.UnixMilli())))
		i := slices.IndexFunc(st.Fields, func(f record.Field) bool { return f.Dot == dot })
		st.Fields[i].Value = value
	}
	return protocol.NewItem(id, kind, st.Whole())
}

func (d *desk) deletion(kind uint32, id record.ID) protocol.Item {
	st := d.s.at(id)
	d.n++
	st.Delete(vv.Dot{Replica: d.ask.Replica, N: d.n}, record.Clock(d.s.now.UnixMilli()))
	return protocol.NewItem(id, kind, st.Whole())
}

// row answers a record as the hub has it.
func (s *shop) row(id record.ID) (row protocol.Row, there bool) {
	s.t.Helper()
	err := s.store.Read(s.t.Context(), s.ws, func(v hub.View) error {
		rows, err := v.Records([]record.ID{id})
		row, there = rows[id]
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return row, there
}

func (s *shop) at(id record.ID) *record.State {
	s.t.Helper()
	row, there := s.row(id)
	if !there {
		return &record.State{}
	}
	st, err := record.Decode(row.State)
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

func (s *shop) in(what string, id record.ID, want ...record.ID) {
	s.t.Helper()
	if row, there := s.row(id); !there || !slices.Equal(row.Scopes, want) {
		s.t.Errorf("%s: %v in %v, want %v", what, there, row.Scopes, want)
	}
}

func (s *shop) dead(what string, id record.ID, want bool) {
	s.t.Helper()
	if s.at(id).Dead() != want {
		s.t.Errorf("%s: dead %v", what, !want)
	}
}

// changes answers the ids that a device hears of in a scope, and those that left.
func (d *desk) changes(scope record.ID) (rows, left []record.ID) {
	d.s.t.Helper()
	var grant uint64
	page, err := d.s.Pull(d.s.t.Context(), d.key, &protocol.Pull{Ask: d.ask})
	if err != nil {
		d.s.t.Fatal(err)
	}
	for _, g := range page.Hub.Grants {
		if g.Scope == scope {
			grant = g.Number
		}
	}
	page, err = d.s.Pull(d.s.t.Context(), d.key, &protocol.Pull{Ask: d.ask, Mark: protocol.Mark{Grant: grant}})
	if err != nil {
		d.s.t.Fatal(err)
	}
	for _, r := range page.Rows {
		if r.Left {
			left = append(left, r.ID)
		} else {
			rows = append(rows, r.ID)
		}
	}
	return rows, left
}

func parentIs(id record.ID) map[record.Key]string {
	return map[record.Key]string{fieldParent: string(id[:])}
}

func dealOf(contact record.ID, shop byte) map[record.Key]string {
	return map[record.Key]string{fieldParent: string(contact[:]), fieldShop: string(shop)}
}

func inShop(shop byte) map[record.Key]string { return map[record.Key]string{fieldShop: string(shop)} }

func TestARecordIsWhereItsParentOrItsChildrenAre(t *testing.T) {
	s := newFamily(t)
	ana := s.join(shopA, shopB)
	p, d1, d2, c := rid(1), rid(2), rid(3), rid(4)
	ana.put(person, p, map[record.Key]string{fieldText: "Rita"})
	s.in("a person without deals is where its writer is", p, shopA, shopB)
	ana.put(call, c, parentIs(d1))
	s.in("so is a call that came before its deal", c, shopA, shopB)
	ana.put(deal, d1, dealOf(p, 'a'))
	s.in("its person is where the deal is", p, shopA)
	s.in("its call, too", c, shopA)
	ana.put(deal, d2, dealOf(p, 'b'))
	s.in("a person is in each shop that has a deal", p, shopA, shopB)
	ana.put(deal, d1, inShop('b'))
	s.in("it leaves the shop that has none any more", p, shopB)
	s.in("the call goes along", c, shopB)
	row, _ := s.row(c)
	if head, _ := s.row(p); row.Seq <= 5 || head.Seq <= 5 {
		t.Errorf("who moved along has no new sequence: %d, %d", row.Seq, head.Seq)
	}
	ana.mustPush(ana.deletion(deal, d2))
	ana.put(deal, d1, dealOf(rid(9), 'b'))
	s.in("a deleted deal counts", p, shopB)
	if err := s.Erase(t.Context(), s.ws, []record.ID{d2}); err != nil {
		t.Fatal(err)
	}
	s.in("a person that lost its last deal stays where it was", p, shopB)
}

func TestABatchMayBringChildrenBeforeParents(t *testing.T) {
	s := newFamily(t)
	ana := s.join(shopA, shopB)
	p, d, c := rid(1), rid(2), rid(3)
	answer, err := ana.push(ana.frame(ana.item(call, c, parentIs(d)), ana.item(deal, d, dealOf(p, 'b')), ana.item(person, p, map[record.Key]string{fieldText: "Rita"})))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range answer.Verdicts {
		if v.Status != protocol.Accepted || !slices.Equal(v.Row.Scopes, []record.ID{shopB}) {
			t.Errorf("item %d: %+v", i, v)
		}
	}
}

func TestWhoHasNoShopKeepsWhatItWrites(t *testing.T) {
	s := newFamily(t)
	s.join().put(person, rid(1), map[record.Key]string{fieldText: "Rita"})
	s.in("by one that sees the workspace's own only", rid(1), record.ID{})
	v := s.join(hub.Everything).put(person, rid(2), map[record.Key]string{fieldText: "Zé"})
	s.in("by one that sees everything", rid(2))
	if v.Row == nil {
		t.Error("it doesn't see what it wrote")
	}
}

func TestOnlyWhoSeesAScopeHearsOfIt(t *testing.T) {
	s := newFamily(t)
	both, a, b, all := s.join(shopA, shopB), s.join(shopA), s.join(shopB), s.join(hub.Everything)
	p, d := rid(1), rid(2)
	both.put(person, p, map[record.Key]string{fieldText: "Rita"})
	both.put(deal, d, dealOf(p, 'a'))
	if v := b.put(deal, d, inShop('b')); v.Status != protocol.Gone || v.Row != nil {
		t.Errorf("a push from another shop: %+v", v)
	}
	if v := a.put(deal, d, inShop('b')); v.Status != protocol.Accepted || v.Row != nil {
		t.Errorf("who moved it out of sight is told of it: %+v", v)
	}
	if rows, left := a.changes(shopA); len(rows) > 0 || !slices.Equal(left, []record.ID{d, p}) {
		t.Errorf("the shop that it left hears %v, %v", rows, left)
	}
	if rows, left := b.changes(shopB); len(left) > 0 || !slices.Equal(rows, []record.ID{d, p}) {
		t.Errorf("the shop that it came to hears %v, %v", rows, left)
	}
	if rows, left := both.changes(shopA); len(left) > 0 || !slices.Equal(rows, []record.ID{d, p}) {
		t.Errorf("who sees both hears %v, %v of the old one", rows, left)
	}
	if rows, left := all.changes(hub.Everything); len(left) > 0 || !slices.Equal(rows, []record.ID{d, p}) {
		t.Errorf("who sees everything hears %v, %v", rows, left)
	}
}

func TestEverythingTakesThePlaceOfOtherGrants(t *testing.T) {
	s := newFamily(t)
	d := s.join(shopA)
	grants := func() (out []record.ID) {
		page, err := s.Pull(t.Context(), d.key, &protocol.Pull{Ask: d.ask})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range page.Hub.Grants {
			out = append(out, g.Scope)
		}
		return out
	}
	for _, c := range []struct{ given, want []record.ID }{
		{[]record.ID{shopB, hub.Everything}, []record.ID{hub.Everything}},
		{[]record.ID{shopB, shopB}, []record.ID{{}, shopB}},
	} {
		if err := s.Grant(t.Context(), s.ws, d.ask.Replica, c.given); err != nil {
			t.Fatal(err)
		}
		if got := grants(); !slices.Equal(got, c.want) {
			t.Errorf("given %v: %v", c.given, got)
		}
	}
}

func TestALiveChildRevivesItsParents(t *testing.T) {
	s := newFamily(t)
	ana, bia := s.join(shopA), s.join(shopA)
	p, d, c, g := rid(1), rid(2), rid(3), rid(4)
	ana.put(person, p, map[record.Key]string{fieldText: "Rita"})
	ana.put(deal, d, dealOf(p, 'a'))
	ana.put(glance, g, parentIs(d))
	ana.mustPush(ana.deletion(deal, d))
	s.dead("a deal with a glance only", d, true)
	ana.mustPush(ana.deletion(person, p))
	s.dead("its person", p, true)
	bia.put(call, c, parentIs(d)) // bia knows of no deletion
	s.dead("a deal with a new call", d, false)
	s.dead("and its person", p, false)
	if v := ana.mustPush(ana.deletion(deal, d)); v.Row == nil {
		t.Fatal("the deal isn't there")
	}
	s.dead("deleted while its call lives", d, false)
	if n := s.at(d).Seen.At(1); n != 2 {
		t.Errorf("the hub's second revival is its write %d", n)
	}
	if _, err := ana.push(ana.frame(ana.deletion(deal, d), ana.deletion(call, c))); err != nil {
		t.Fatal(err)
	}
	s.dead("deleted with its call, parent first", d, true)
}

func TestErasingTakesAlongWhatRefersToIt(t *testing.T) {
	s := newFamily(t)
	ana := s.join(shopA, shopB)
	p, d, c, other := rid(1), rid(2), rid(3), rid(5)
	ana.put(person, p, map[record.Key]string{fieldText: "Rita"})
	ana.put(deal, d, dealOf(p, 'a'))
	ana.put(call, c, parentIs(d))
	ana.put(person, other, map[record.Key]string{fieldText: "Zé"})
	ana.put(deal, rid(6), dealOf(other, 'b'))
	if err := s.Erase(t.Context(), s.ws, []record.ID{p}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []record.ID{p, d, c} {
		if _, there := s.row(id); there {
			t.Errorf("%x is still there", id)
		}
	}
	moved := s.Moved(s.ws)
	if err := s.Erase(t.Context(), s.ws, []record.ID{p, c}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-moved:
		t.Error("erasing again moved the head")
	default:
	}
	// A deal of an erased person, that nobody here has: neither it nor its calls.
	late, sad := rid(7), rid(8)
	answer, err := ana.push(ana.frame(ana.item(call, sad, parentIs(late)), ana.item(deal, late, dealOf(p, 'a')), ana.item(call, rid(10), parentIs(late)), ana.item(person, p, nil)))
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range answer.Verdicts {
		if v.Status != protocol.Erased || v.Row != nil {
			t.Errorf("item %d: %+v", i, v)
		}
	}
	if v := ana.put(call, rid(11), parentIs(late)); v.Status != protocol.Erased {
		t.Errorf("a later call: %+v", v)
	}
	// A deal that everybody has isn't made to vanish by pointing it there.
	v := ana.put(deal, rid(6), dealOf(p, 'a'))
	if v.Status != protocol.Accepted || v.Reason != hub.ReasonErased || !slices.Equal(v.Refused, []record.Key{fieldParent}) || v.Row == nil {
		t.Errorf("another deal: %+v", v)
	}
	s.in("it stays, and moves", rid(6), shopA)
	s.in("so does its person", other, shopA)
	if v := ana.put(deal, rid(6), parentIs(p)); v.Status != protocol.Accepted || len(v.Refused) != 1 || v.Row == nil {
		t.Errorf("nothing but that: %+v", v)
	}
}

func TestRecordsThatReferToEachOtherInACircleEnd(t *testing.T) {
	s := newFamily(t)
	ana := s.join(shopA)
	ana.put(call, rid(1), parentIs(rid(2)))
	ana.put(call, rid(2), parentIs(rid(3)))
	ana.put(call, rid(3), parentIs(rid(1)))
	ana.put(call, rid(4), parentIs(rid(4)))
	s.in("in a circle", rid(1), shopA)
	if _, err := ana.push(ana.frame(ana.deletion(call, rid(1)), ana.deletion(call, rid(2)))); err != nil {
		t.Fatal(err)
	}
	s.dead("held by one that lives", rid(1), false)
	if err := s.Erase(t.Context(), s.ws, []record.ID{rid(2)}); err != nil {
		t.Fatal(err)
	}
	if _, there := s.row(rid(3)); there {
		t.Error("the circle outlives one of it")
	}
}
