package hub_test

import (
	"errors"
	"slices"
	"testing"

	"patio/sync/hub"
	"patio/sync/record"
	"patio/sync/vv"
)

func TestTheHubWritesInItsOwnName(t *testing.T) {
	s := newFamily(t)
	a, b := s.join(shopA), s.join(shopB)
	id := rid(1)
	write := func(kind uint32, fields map[record.Key]string) error {
		return s.Write(t.Context(), s.ws, kind, id, fields)
	}
	moved := s.Moved(s.ws)
	if err := write(deal, map[record.Key]string{fieldShop: "a", fieldText: "Rita"}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-moved:
	default:
		t.Error("nobody was told")
	}
	s.in("in its shop", id, shopA)
	if st := s.at(id); st.Seen.At(1) != 2 || len(st.Seen) != 1 {
		t.Errorf("%+v", st)
	}
	moved = s.Moved(s.ws)
	if err := write(deal, map[record.Key]string{fieldText: "Rita"}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-moved:
		t.Error("the same again moved the head")
	default:
	}
	a.put(deal, id, map[record.Key]string{fieldText: "Zé"})
	if err := write(deal, map[record.Key]string{fieldText: "Rita", fieldShop: "b"}); err != nil {
		t.Fatal(err)
	}
	if f, _ := s.at(id).Live(fieldText); f.Value != "Rita" || f.Dot != (vv.Dot{Replica: 1, N: 3}) {
		t.Errorf("%+v", f)
	}
	if rows, _ := b.changes(shopB); !slices.Equal(rows, []record.ID{id}) {
		t.Errorf("the other shop hears %v", rows)
	}
	b.mustPush(b.deletion(deal, id))
	if err := write(deal, map[record.Key]string{fieldText: "again"}); err != nil {
		t.Fatal(err)
	}
	s.dead("written by a machine after a person deleted it", id, true)
	if err := write(person, nil); !errors.Is(err, hub.ErrOtherKind) {
		t.Errorf("as another kind: %v", err)
	}
	if err := s.Erase(t.Context(), s.ws, []record.ID{id}); err != nil {
		t.Fatal(err)
	}
	if err := write(deal, nil); !errors.Is(err, hub.ErrErased) {
		t.Errorf("an erased one: %v", err)
	}
	if err := s.Write(t.Context(), record.ID{0: 7}, deal, id, nil); !errors.Is(err, hub.ErrNoWorkspace) {
		t.Errorf("nowhere: %v", err)
	}
}
