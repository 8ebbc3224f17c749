package sim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

func restoredDatabase(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 1})
	a, b := s.devices[0], s.devices[1]
	s.put(a, 0, 1, "first")
	s.sync(a, b)
	old, number := a.saved(), a.db.meta.Replica
	s.put(a, 0, 1, "before")
	s.sync(a, b)
	a.restore(old)
	s.put(a, 0, 1, "after")
	s.settled()
	s.want(0, 1, "after", "before")
	if a.db.meta.Replica == number {
		t.Error("it goes on under its old number")
	}
}

func purged(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 2})
	a, b := s.devices[0], s.devices[1]
	for i := range s.ids {
		s.put(a, i, 1, fmt.Sprint("a", i))
		s.put(b, i, 2, fmt.Sprint("no", i))
	}
	s.sync(a, b)
	if len(b.db.filed) != 2 {
		t.Fatalf("filed: %+v", b.db.filed)
	}
	s.put(b, 0, 1, "written offline")
	s.erased[s.ids[0]], s.ledger[s.ids[0]] = true, true
	s.must(s.eraseAgain(t.Context()))
	s.settled()
	if h := b.db.held[s.ids[0]]; h != nil || len(b.db.filed) != 1 || b.db.filed[0].ID == s.ids[0] {
		t.Errorf("held: %+v, filed: %+v", h, b.db.filed)
	}
	s.put(a, 1, 3, "others go on")
	s.settled()
	s.want(0, 1)
	s.want(1, 3, "others go on")
}

func badPages(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 3})
	a, b := s.devices[0], s.devices[1]
	for i := range s.ids {
		s.put(a, i, 1, fmt.Sprint("a", i))
	}
	s.sync(a, b)
	s.put(a, 0, 1, "new")
	s.put(b, 1, 1, "waits")
	s.sync(a)
	kept := func(what string) {
		t.Helper()
		if len(b.db.held) != len(s.ids) || !b.holds(s.ids[1], "waits") {
			t.Fatalf("%s: %d records are held", what, len(b.db.held))
		}
	}
	for at, whole := 0, false; !whole; at++ {
		_, err := b.through(func(r *http.Request) (*http.Response, error) {
			answer, err := (cable{b}).RoundTrip(r)
			if err != nil || r.URL.Path != protocol.PathPull {
				return answer, err
			}
			body, err := io.ReadAll(answer.Body)
			whole = at >= len(body)
			answer.Body = io.NopCloser(bytes.NewReader(body[:min(at, len(body))]))
			return answer, err
		}).Sync(t.Context())
		kept(fmt.Sprint("cut at ", at))
		if whole != (err == nil) {
			t.Fatalf("cut at %d: %v", at, err)
		}
	}
	_, err := b.through(func(r *http.Request) (*http.Response, error) {
		answer, err := (cable{b}).RoundTrip(r)
		if err != nil || r.URL.Path != protocol.PathPull {
			return answer, err
		}
		var page protocol.Page
		body, err := io.ReadAll(answer.Body)
		if err = errors.Join(err, protocol.Decode(body, &page)); err != nil {
			return nil, err
		}
		page.Rows, page.Erased = nil, nil
		empty, err := protocol.Encode(&page)
		answer.Body = io.NopCloser(bytes.NewReader(empty))
		return answer, err
	}).Sync(t.Context())
	s.must(err)
	kept("an empty page")

	s.put(b, 2, 1, "while it is gone")
	s.must(errors.Join(s.store.Close(), s.openHub(t.Context(), "wiped")))
	_, err = client.New(b.db, b.wire(), b.clock).Sync(t.Context())
	var refusal *protocol.Error
	if !errors.As(err, &refusal) || refusal.Code != protocol.CodeUnknown {
		t.Errorf("a wiped hub: %v", err)
	}
	kept("a wiped hub")
	if !b.holds(s.ids[2], "while it is gone") || !waits(b.db.held[s.ids[2]]) {
		t.Error("what waits is gone")
	}
}

func forgers(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 2})
	a, b := s.devices[0], s.devices[1]
	s.put(a, 0, 1, "honest")
	s.sync(a, b)
	before, err := s.look(t.Context())
	s.must(err)
	me, other := a.db.meta.Replica, b.db.meta.Replica
	state := func(d vv.Dot, seen ...vv.Dot) *record.State {
		r := &record.State{}
		for _, dot := range seen {
			r.Seen = r.Seen.With(dot)
		}
		r.Put(record.Key{ID: 1}, d, record.Clock(1))
		r.Fields[0].Value = "forged"
		return r
	}
	huge := make([]vv.Dot, 20_000)
	for i := range huge {
		huge[i] = vv.Dot{Replica: vv.FirstDevice + vv.Replica(i), N: 9}
	}
	frame := func(ask protocol.Ask, states ...*record.State) []byte {
		p := &protocol.Push{Ask: ask, Batch: ask.Answered + 1}
		for i, r := range states {
			p.Items = append(p.Items, protocol.NewItem(s.ids[i], deal, r.Whole()))
		}
		b, err := protocol.Encode(p)
		s.must(err)
		return b
	}
	m := a.db.meta
	ask := protocol.Ask{Protocol: protocol.Newest, Workspace: m.Workspace, Replica: me, Epoch: m.Epoch, Head: m.Head, Answered: m.Answered, Hash: m.Hash}
	elsewhere := ask
	elsewhere.Workspace[3]++
	push := func(what string, frame []byte) {
		t.Helper()
		if answer, err := s.hub.Push(t.Context(), a.key, frame); err == nil {
			t.Errorf("%s is taken: %+v", what, answer.Verdicts)
		}
	}
	push("another's write", frame(ask, state(vv.Dot{Replica: other, N: 900})))
	push("the hub's write", frame(ask, state(vv.Dot{Replica: 1, N: 900})))
	push("knowledge that nobody has", frame(ask, state(vv.Dot{Replica: me, N: 900}, vv.Dot{Replica: other, N: 900})))
	push("a huge vector", frame(ask, state(vv.Dot{Replica: me, N: 900}, huge...)))
	push("a forged record among honest ones", frame(ask, state(vv.Dot{Replica: me, N: 900}), state(vv.Dot{Replica: other, N: 901})))
	push("another workspace", frame(elsewhere, state(vv.Dot{Replica: me, N: 900})))
	honest := frame(ask, state(vv.Dot{Replica: me, N: 900}))
	for at := range honest {
		push(fmt.Sprint("a frame cut at ", at), honest[:at])
	}
	after, err := s.look(t.Context())
	s.must(err)
	for id, r := range before.rows {
		if !bytes.Equal(after.rows[id].State, r.State) || after.rows[id].Seq != r.Seq {
			t.Errorf("record %x changed", id)
		}
	}
	if len(after.rows) != len(before.rows) {
		t.Errorf("%d records, were %d", len(after.rows), len(before.rows))
	}
	s.put(a, 0, 1, "goes on")
	s.settled()
	s.want(0, 1, "goes on")
}

func refusedWrite(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 2})
	a := s.devices[0]
	s.put(a, 0, 1, "stands")
	s.sync(a)
	s.put(a, 0, 1, "no, never")
	s.put(a, 0, 2, "goes through")
	s.put(a, 1, 1, "no such record")
	s.settled()
	s.want(0, 1, "stands")
	s.want(0, 2, "goes through")
	s.want(1, 1)
	var texts []string
	for _, f := range a.db.filed {
		texts = append(texts, f.Value)
	}
	slices.Sort(texts)
	if !slices.Equal(texts, []string{"no such record", "no, never"}) {
		t.Errorf("filed: %q", texts)
	}
	// A deletion that isn't taken: the record is back, and its writer is told.
	s.put(a, 0, keepKey.ID, "for ever")
	s.sync(a)
	s.must(a.turn(s.ids[0], deal))
	s.settled()
	last := a.db.filed[len(a.db.filed)-1]
	if a.db.held[s.ids[0]].State.Dead() || last.Key != hub.LifeKey || last.Value != client.ValueDead || last.ID != s.ids[0] {
		t.Errorf("filed: %+v", last)
	}
}

func versions(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 1})
	a, b := s.devices[0], s.devices[1]
	// What only a newer program knows goes round all the same.
	strange := record.Key{ID: 60_000, Sub: "of a later year"}
	s.must(a.put(record.ID{0: 200}, 9999, strange, "kept"))
	s.sync(a, b)
	if !b.holds(record.ID{0: 200}, "kept") {
		t.Error("a kind that nobody knows is not passed on")
	}
	for version, code := range map[uint]protocol.Code{protocol.Oldest - 1: protocol.CodeClientOld, protocol.Newest + 1: protocol.CodeHubOld} {
		s.put(a, 0, 1, string(code))
		_, err := a.through(func(r *http.Request) (*http.Response, error) {
			var p protocol.Push
			body, err := io.ReadAll(r.Body)
			if err = errors.Join(err, protocol.Decode(body, &p)); err != nil {
				return nil, err
			}
			p.Ask.Protocol = version
			body, err = protocol.Encode(&p)
			r.Body = io.NopCloser(bytes.NewReader(body))
			return s.ask(r, body).Result(), err
		}).Sync(t.Context())
		var refusal *protocol.Error
		if !errors.As(err, &refusal) || refusal.Code != code {
			t.Errorf("version %d: %v", version, err)
		}
		if !a.holds(s.ids[0], string(code)) || !waits(a.db.held[s.ids[0]]) {
			t.Errorf("version %d: what waits is gone", version)
		}
	}
}

func restoredHub(t *testing.T) {
	for _, said := range []bool{true, false} {
		s := newStory(t, Mix{Devices: 2, Records: 2, HubRestore: 1})
		a, b := s.devices[0], s.devices[1]
		s.put(a, 0, 1, "in the backup")
		s.sync(a, b)
		s.must(s.restoreHub(t.Context(), said)) // makes the backup
		s.put(a, 0, 1, "since then")
		s.put(b, 1, 1, "a record since then")
		s.sync(a, b, a)
		s.put(b, 0, 2, "still untold")
		s.must(s.restoreHub(t.Context(), said))
		s.want(0, 1, "in the backup")
		s.settled()
		s.want(0, 1, "since then")
		s.want(0, 2, "still untold")
		s.want(1, 1, "a record since then")
	}
}
