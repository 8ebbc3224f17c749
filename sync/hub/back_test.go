package hub_test

import (
	"testing"

	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// renewed is a device after its hub was restored: it brings back what it has.
func (d *desk) renewed() *desk {
	d.s.t.Helper()
	if err := d.s.NewEpoch(d.s.t.Context(), d.s.ws); err != nil {
		d.s.t.Fatal(err)
	}
	as, err := d.s.Renew(d.s.t.Context(), d.s.ws, d.ask.Replica, d.key)
	if err != nil {
		d.s.t.Fatal(err)
	}
	return &desk{s: d.s, key: d.key, n: d.n, ask: protocol.Ask{Protocol: protocol.Newest, Workspace: d.s.ws, Replica: as.Replica}}
}

func TestWhatIsBroughtBackIsMergedWhereverItIs(t *testing.T) {
	s := newFamily(t)
	ana, bia := s.join(shopA), s.join(shopB)
	p, d := rid(1), rid(2)
	ana.put(person, p, map[record.Key]string{fieldText: "Rita"})
	ana.put(deal, d, dealOf(p, 'a'))
	if v := bia.put(deal, d, map[record.Key]string{fieldText: "Zé"}); v.Status != protocol.Gone {
		t.Fatalf("an edit from another shop: %+v", v)
	}
	bia = bia.renewed()
	// It had the deal while it was in its shop, with what somebody wrote who is gone.
	st := s.at(d)
	lost := vv.Dot{Replica: vv.FirstDevice + 5, N: 3}
	st.Put(fieldText, lost, record.Clock(s.now.UnixMilli()))
	if v := bia.mustPush(protocol.NewItem(d, deal, st.Whole())); v.Status != protocol.Accepted || v.Row != nil {
		t.Errorf("brought back: %+v", v)
	}
	if f, _ := s.at(d).Live(fieldText); f.Dot != lost {
		t.Errorf("the hub has %+v", f)
	}
	s.in("it stays where it is", d, shopA)
	bia.put(person, p, nil)
	s.in("so does its person", p, shopA)
	if v := bia.put(person, rid(3), map[record.Key]string{fieldText: "Ana"}); v.Row == nil {
		t.Error("it lost a person that nothing places")
	}
}

func TestWhatIsBroughtBackMayReferToAnErasedRecord(t *testing.T) {
	s := newFamily(t)
	ana := s.join(shopA)
	p, d := rid(1), rid(2)
	ana.put(deal, d, map[record.Key]string{fieldShop: "a"})
	if err := s.Erase(t.Context(), s.ws, []record.ID{p}); err != nil {
		t.Fatal(err)
	}
	ana = ana.renewed()
	if v := ana.put(deal, d, dealOf(p, 'a')); v.Status != protocol.Accepted || len(v.Refused) > 0 {
		t.Errorf("a deal that others have: %+v", v)
	}
	if v := ana.put(deal, rid(3), dealOf(p, 'a')); v.Status != protocol.Erased {
		t.Errorf("a deal that the hub has not: %+v", v)
	}
	if _, err := s.Pull(t.Context(), ana.key, &protocol.Pull{Ask: ana.ask}); err != nil {
		t.Fatal(err)
	}
	if v := ana.put(deal, d, map[record.Key]string{fieldText: "Rita"}); v.Status != protocol.Accepted || len(v.Refused) > 0 {
		t.Errorf("a later edit of it: %+v", v)
	}
}
