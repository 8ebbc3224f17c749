package hub_test

import (
	"slices"
	"testing"

	"patio/sync/protocol"
	"patio/sync/record"
)

// caught is a device that has pulled all that there is.
func (s *shop) caught(scopes ...record.ID) *desk {
	s.t.Helper()
	d := s.join(scopes...)
	page := d.pageOf(protocol.Mark{})
	for _, g := range page.Hub.Grants {
		page := d.pageOf(protocol.Mark{Grant: g.Number})
		d.ask.Marks = append(d.ask.Marks, page.Mark)
	}
	return d
}

func (d *desk) pageOf(mark protocol.Mark) *protocol.Page {
	d.s.t.Helper()
	page, err := d.s.Pull(d.s.t.Context(), d.key, &protocol.Pull{Ask: d.ask, Mark: mark})
	if err != nil {
		d.s.t.Fatal(err)
	}
	return page
}

func (d *desk) pushed(items ...protocol.Item) *protocol.Pushed {
	d.s.t.Helper()
	answer, err := d.push(d.frame(items...))
	if err != nil {
		d.s.t.Fatal(err)
	}
	return answer
}

// moved fails unless an answer moves the marks of so many grants to its head.
func moved(t *testing.T, what string, h protocol.Hub, want int) {
	t.Helper()
	if len(h.Marks) != want || slices.ContainsFunc(h.Marks, func(m protocol.Mark) bool { return m.Seq != h.Head.Seq }) {
		t.Errorf("%s: %+v of head %d, want %d", what, h.Marks, h.Head.Seq, want)
	}
}

func TestWhoPushesIsNotToldAgainOfWhatItPushed(t *testing.T) {
	s := newFamily(t)
	ana, bia := s.caught(shopA), s.caught(shopA)
	answer := ana.pushed(ana.item(deal, rid(1), map[record.Key]string{fieldShop: "a"}))
	moved(t, "nobody else wrote", answer.Hub, 2)
	row := answer.Verdicts[0].Row
	if row == nil || len(row.State) > 0 || !slices.Equal(row.Scopes, []record.ID{shopA}) {
		t.Errorf("what the hub has as it was told travels without it: %+v", row)
	}
	answer = bia.pushed(bia.item(deal, rid(2), map[record.Key]string{fieldShop: "a"}))
	moved(t, "something of the shop wasn't pulled", answer.Hub, 1)
	ana.ask.Marks = nil
	answer = ana.pushed(ana.item(deal, rid(3), map[record.Key]string{fieldShop: "a"}))
	moved(t, "no marks were told", answer.Hub, 0)
}

func TestAPushTellsWhatElseItChanged(t *testing.T) {
	s := newFamily(t)
	ana := s.caught(shopA)
	first := ana.pushed(ana.item(person, rid(1), map[record.Key]string{fieldText: "Rita"}))
	ana.ask.Marks = first.Hub.Marks
	ana.ask.Marks = ana.pushed(ana.item(person, rid(3), map[record.Key]string{fieldText: "Zé"}), ana.item(deal, rid(4), map[record.Key]string{fieldShop: "a", fieldParent: string(ridBytes(3))})).Hub.Marks
	answer := ana.pushed(ana.item(deal, rid(2), map[record.Key]string{fieldShop: "a", fieldParent: string(ridBytes(1))}), ana.deletion(deal, rid(4)))
	moved(t, "all was told", answer.Hub, 2)
	ana.ask.Marks = answer.Hub.Marks
	answer = ana.pushed(ana.deletion(person, rid(1)), ana.item(call, rid(5), map[record.Key]string{fieldParent: string(ridBytes(4))}))
	if ids := idsIn(answer.Rows); !slices.Equal(ids, []record.ID{rid(4)}) {
		t.Errorf("beside what was pushed %x changed, want the deal that the call revived", ids)
	}
	moved(t, "all was told", answer.Hub, 2)
	ana.ask.Marks = answer.Hub.Marks
	page := ana.pageOf(ana.ask.Marks[1])
	if len(page.Rows) > 0 {
		t.Errorf("told again: %x", idsIn(page.Rows))
	}
}

func TestWhatAPushTakesFromItsSendersSightIsPulled(t *testing.T) {
	s := newFamily(t)
	eva := s.caught(shopA, shopB)
	eva.ask.Marks = eva.pushed(eva.item(person, rid(1), map[record.Key]string{fieldText: "Zé"}), eva.item(deal, rid(2), map[record.Key]string{fieldShop: "a", fieldParent: string(ridBytes(1))})).Hub.Marks
	if err := s.Grant(t.Context(), s.ws, eva.ask.Replica, []record.ID{shopA}); err != nil {
		t.Fatal(err)
	}
	answer := eva.pushed(eva.item(deal, rid(2), map[record.Key]string{fieldShop: "b"}))
	moved(t, "the person left, too", answer.Hub, 0)
	if len(answer.Rows) > 0 {
		t.Errorf("%+v", answer.Rows)
	}
}

func TestOnePullServesAllGrants(t *testing.T) {
	s := newFamily(t)
	ana, bia := s.caught(shopA, shopB), s.caught(shopB)
	bia.pushed(bia.item(deal, rid(1), map[record.Key]string{fieldShop: "b"}))
	page := ana.pageOf(ana.ask.Marks[0])
	if len(page.Rows) != 1 || page.Rows[0].ID != rid(1) || page.Mark.Grant != ana.ask.Marks[2].Grant || page.Mark.Seq != page.Hub.Head.Seq {
		t.Errorf("%+v", page)
	}
	moved(t, "the workspace and the other shop", page.Hub, 2)
	ana.ask.Marks = append(page.Hub.Marks, page.Mark)
	page = ana.pageOf(ana.ask.Marks[0])
	moved(t, "nothing anywhere", page.Hub, 3)
	if len(page.Rows) > 0 || page.More {
		t.Errorf("%+v", page)
	}
	if err := s.Erase(t.Context(), s.ws, []record.ID{rid(1)}); err != nil {
		t.Fatal(err)
	}
	page = ana.pageOf(ana.ask.Marks[0])
	moved(t, "what was erased is news everywhere", page.Hub, 0)
	if !slices.Equal(page.Erased, []record.ID{rid(1)}) {
		t.Errorf("%+v", page)
	}
}

func ridBytes(b byte) []byte { id := rid(b); return id[:] }

func idsIn(rows []protocol.Row) (out []record.ID) {
	for _, row := range rows {
		out = append(out, row.ID)
	}
	return out
}
