package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// TestFailures tells each way in which agreement is known to be lost as a short
// story, and holds the end to the same oracle as the simulation.
func TestFailures(t *testing.T) {
	for _, f := range []struct {
		name string
		test func(*testing.T)
	}{
		{"1 restored database reuses dots", restoredDatabase},
		{"2 one database on two machines", twoMachines},
		{"3 gap between sequence and commit order", gap},
		{"4 partial state with the full vector", partialState},
		{"5 edits pushed one by one with one context", oneContext},
		{"6 answer lost, and edit during flight", answerLost},
		{"7 kill at every write point", killedAnywhere},
		{"8 delete against edit against undelete", lives},
		{"9 purged, and an old device returns", purged},
		{"10 empty or truncated page, wiped hub", badPages},
		{"11 clocks ten years off, and backwards", clocks},
		{"12 scope moved, revoked, granted again", movedScopes},
		{"13 forged or buggy client", forgers},
		{"14 refused write", refusedWrite},
		{"15 mixed versions", versions},
		{"16 two lone PCs join", loners},
		{"12 out of sight and back with one batch", backInSight},
		{"17 hub restored, and rolled back in silence", restoredHub},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			f.test(t)
		})
	}
}

// story is a world that does what it is told.
type story struct {
	*world
	t *testing.T
}

func newStory(t *testing.T, mix Mix) *story {
	t.Helper()
	w, err := newWorld(t.Context(), mix, 1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.calm = true
	t.Cleanup(func() {
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &story{w, t}
}

func (s *story) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// put writes a field of the i-th record.
func (s *story) put(d *device, i int, field uint16, value string) {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	s.must(d.put(s.ids[i], s.mix.kind(i), record.Key{ID: field}, value))
}

func (s *story) sync(devices ...*device) {
	s.t.Helper()
	for _, d := range devices {
		_, err := client.New(d.db, d.wire(), d.clock).Sync(s.t.Context())
		s.must(err)
	}
}

// settled lets all sync, and asks whether every rule holds.
func (s *story) settled() {
	s.t.Helper()
	s.must(s.settle(s.t.Context()))
}

// want says which values of a field are live in the hub.
func (s *story) want(i int, field uint16, values ...string) {
	s.t.Helper()
	m, err := s.look(s.t.Context())
	s.must(err)
	var got []string
	if state := m.states[s.ids[i]]; state != nil {
		for _, f := range state.Fields {
			if f.Key.ID == field {
				got = append(got, f.Value)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, values) {
		s.t.Errorf("record %d, field %d: %q, want %q", i, field, got, values)
	}
}

// through is a client of a device whose requests go through a hand of the test's.
func (d *device) through(hand func(*http.Request) (*http.Response, error)) *client.Client {
	wire := d.wire()
	wire.Client = &http.Client{Transport: carrier(hand)}
	return client.New(d.db, wire, d.clock)
}

type carrier func(*http.Request) (*http.Response, error)

func (c carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

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

func twoMachines(t *testing.T) {
	s := newStory(t, Mix{Devices: 1, Records: 1})
	a := s.devices[0]
	s.put(a, 0, 1, "first")
	s.sync(a)
	twin := a.copied()
	s.put(a, 0, 1, "here")
	s.put(twin, 0, 1, "there")
	s.settled()
	s.want(0, 1, "here", "there")
	if a.db.meta.Replica == twin.db.meta.Replica {
		t.Error("both have one number")
	}
}

// Many push at once while one pulls along: it never goes past what it hasn't seen.
func gap(t *testing.T) {
	const writers, each = 6, 15
	s := newStory(t, Mix{Devices: writers + 1})
	reader := s.devices[writers]
	// Straight to the door: what the world notes of a request it notes for one.
	direct := func(d *device) *client.Client {
		return d.through(func(r *http.Request) (*http.Response, error) {
			answer := httptest.NewRecorder()
			s.door.ServeHTTP(answer, r)
			return answer.Result(), nil
		})
	}
	var wait sync.WaitGroup
	failed := make(chan error, writers)
	for i, d := range s.devices[:writers] {
		wait.Go(func() {
			c := direct(d)
			for n := range each {
				err := d.db.write(record.ID{0: byte(i), 1: byte(n), 15: 2}, deal, func(s *record.State, dot vv.Dot) record.Key {
					s.Put(record.Key{ID: 1}, dot, record.Clock(1))
					return record.Key{ID: 1}
				})
				if err == nil {
					_, err = c.Sync(t.Context())
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wait.Wait(); close(done) }()
	c := direct(reader)
	for last := false; !last; {
		select {
		case <-done:
			last = true
		case err := <-failed:
			t.Fatal(err)
		default:
		}
		_, err := c.Sync(t.Context())
		s.must(err)
	}
	if len(reader.db.held) != writers*each {
		t.Errorf("whoever pulled along has %d of %d records", len(reader.db.held), writers*each)
	}
}

// The hub lost a write that it had answered, and hears of the next one only.
func partialState(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 1})
	a := s.devices[0]
	s.put(a, 0, 1, "first")
	s.sync(a)
	s.put(a, 0, 2, "lost")
	h := a.db.held[s.ids[0]]
	h.Hub, h.Waits = slices.Clone(h.State.Seen), nil
	s.put(a, 0, 1, "second")
	s.settled()
	s.want(0, 1, "second")
	s.want(0, 2, "lost")
}

// Several edits of two people wait when they meet: what each replaced knowingly
// is gone, what neither saw of the other stays.
func oneContext(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 1})
	a, b := s.devices[0], s.devices[1]
	s.put(a, 0, 1, "a1")
	s.sync(a, b)
	s.put(a, 0, 1, "a2")
	s.put(a, 0, 2, "a3")
	s.put(b, 0, 1, "b1")
	s.put(b, 0, 3, "b2")
	s.put(b, 0, 1, "b3")
	s.put(a, 0, 1, "a4")
	s.settled()
	s.want(0, 1, "a4", "b3")
	s.want(0, 2, "a3")
	s.want(0, 3, "b2")
}

func answerLost(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 1})
	a := s.devices[0]
	s.sync(a) // the first one pulls before it pushes
	s.put(a, 0, 1, "told")
	_, err := a.through(func(r *http.Request) (*http.Response, error) {
		s.put(a, 0, 1, "meanwhile")
		s.put(a, 0, 2, "and more")
		if _, err := (cable{a}).RoundTrip(r); err != nil {
			return nil, err
		}
		return nil, errLost
	}).Sync(t.Context())
	if !errors.Is(err, errLost) {
		t.Fatal(err)
	}
	s.want(0, 1, "told")
	s.settled()
	s.want(0, 1, "meanwhile")
	s.want(0, 2, "and more")
	s.must(s.store.Read(t.Context(), s.workspace, func(v hub.View) error {
		d, err := v.Device(a.db.meta.Replica)
		if err == nil && d.Batch != 2 {
			t.Errorf("%d batches were taken, want 2", d.Batch)
		}
		return err
	}))
}

// A device is killed before and after each of its commits, one run each.
func killedAnywhere(t *testing.T) {
	for n, fired := 1, true; fired; n++ {
		s := newStory(t, Mix{Devices: 2, Records: 3})
		a, b := s.devices[0], s.devices[1]
		for i := range s.ids {
			s.put(a, i, 1, fmt.Sprint("a", i))
			s.put(b, i, 1, fmt.Sprint("b", i))
			s.put(b, i, 2, fmt.Sprint("no", i))
		}
		commits := 0
		fired = false
		b.db.fail = func(bool) error {
			if commits++; commits == n {
				fired = true
				return errKilled
			}
			return nil
		}
		s.must(a.sync(t.Context()))
		s.must(b.sync(t.Context()))
		b.db.fail = nil
		s.settled()
		for i := range s.ids {
			s.want(i, 1, fmt.Sprint("a", i), fmt.Sprint("b", i))
		}
		if !fired && n < 8 {
			t.Fatalf("it commits %d times only", n-1)
		}
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

func clocks(t *testing.T) {
	const decade = 87_600 * time.Hour
	s := newStory(t, Mix{Devices: 2, Records: 1})
	a, b := s.devices[0], s.devices[1]
	a.skew, b.skew = decade, -decade
	s.put(a, 0, 1, "in ten years")
	s.sync(a, b)
	s.put(b, 0, 1, "ten years ago, knowing it")
	s.settled()
	s.want(0, 1, "ten years ago, knowing it")
	s.put(a, 0, 2, "a")
	s.put(b, 0, 2, "b, a second later")
	s.settled()
	s.want(0, 2, "a", "b, a second later")
	if f, _ := a.db.held[s.ids[0]].State.Live(record.Key{ID: 2}); f.Value != "b, a second later" {
		t.Errorf("%q is shown: clocks are not corrected", f.Value)
	}
	a.skew, b.skew = -decade, decade
	s.put(a, 0, 2, "backwards")
	s.settled()
	s.want(0, 2, "backwards")
}

func movedScopes(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 2, Scopes: 2})
	boss, seller := s.devices[0], s.devices[1]
	north, south := record.ID{0: 1}, record.ID{0: 2}
	grant := func(d *device, scopes ...record.ID) {
		t.Helper()
		s.must(s.hub.Grant(t.Context(), s.workspace, d.db.meta.Replica, scopes))
	}
	holds := func(what string, want bool) {
		t.Helper()
		s.sync(boss, seller)
		if (seller.db.held[s.ids[0]] != nil) != want {
			t.Fatalf("%s: held %v", what, !want)
		}
	}
	grant(boss, north, south)
	grant(seller, north)
	s.put(boss, 0, scopeKey.ID, "1 north")
	s.put(boss, 0, 1, "Rui")
	holds("in sight", true)
	s.put(boss, 0, scopeKey.ID, "2 south")
	holds("moved away", false)
	s.put(boss, 0, scopeKey.ID, "1 north again")
	holds("moved back", true)
	s.put(seller, 0, 1, "written as it goes")
	grant(seller)
	holds("revoked", false)
	if len(seller.db.filed) != 1 || seller.db.filed[0].Value != "written as it goes" {
		t.Errorf("filed: %+v", seller.db.filed)
	}
	grant(seller, north, south)
	holds("granted again", true)
	s.settled()
	s.want(0, 1, "Rui")
}

// beforePull is a wire on which something happens before the first pull.
type beforePull struct {
	client.Hub
	first func()
}

func (b *beforePull) Pull(ctx context.Context, p *protocol.Pull) (*protocol.Page, error) {
	if b.first != nil {
		b.first()
		b.first = nil
	}
	return b.Hub.Pull(ctx, p)
}

// A person is where its deals are. The seller edits one that went elsewhere
// meanwhile, and in the same batch makes a deal that brings it back.
func backInSight(t *testing.T) {
	s := newStory(t, Mix{Devices: 2, Records: 6, Scopes: 2, Family: true})
	boss, seller := s.devices[0], s.devices[1]
	north, south := record.ID{0: 1}, record.ID{0: 2}
	s.must(s.hub.Grant(t.Context(), s.workspace, boss.db.meta.Replica, []record.ID{north, south}))
	s.must(s.hub.Grant(t.Context(), s.workspace, seller.db.meta.Replica, []record.ID{north}))
	s.put(boss, 0, 1, "Rui")
	s.put(boss, 1, scopeKey.ID, "1 north")
	s.put(boss, 1, parentKey.ID, "0 Rui's")
	s.sync(boss, seller)
	s.put(boss, 1, scopeKey.ID, "2 south")
	s.sync(boss)
	_, err := client.New(seller.db, &beforePull{seller.wire(), func() { s.put(seller, 0, 1, "Rui Lima") }}, seller.clock).Sync(t.Context())
	s.must(err) // it knows by now that the person went, and keeps it for the edit
	s.put(seller, 4, scopeKey.ID, "1 north too")
	s.put(seller, 4, parentKey.ID, "0 Rui's too")
	s.sync(seller)
	if seller.db.held[s.ids[0]] == nil {
		t.Error("the person of a deal in sight is not there")
	}
	if len(seller.db.filed) != 1 || seller.db.filed[0].Value != "Rui Lima" {
		t.Errorf("filed: %+v", seller.db.filed)
	}
	s.settled()
	s.want(0, 1, "Rui")
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

// Two that worked alone under one number, by chance, with a record in common.
func loners(t *testing.T) {
	s := newStory(t, Mix{Records: 3})
	const number = vv.FirstDevice + 7
	for _, name := range []string{"a", "b"} {
		d := s.add(name, newMemory(s.workspace, number), nil)
		s.put(d, 0, 1, name+" of both")
	}
	a, b := s.devices[0], s.devices[1]
	s.put(a, 1, 1, "a alone")
	s.put(b, 2, 1, "b alone")
	for _, d := range s.devices {
		s.must(d.rejoin(t.Context()))
	}
	s.settled()
	s.want(0, 1, "a of both", "b of both")
	s.want(1, 1, "a alone")
	s.want(2, 1, "b alone")
	if a.db.meta.Replica == b.db.meta.Replica {
		t.Error("both have one number")
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

// lives tries all short histories of three replicas that delete, bring back and
// edit a record and hear of each other, against sets of operations that know no
// vectors.
func lives(t *testing.T) {
	const steps = 6
	heard := 0
	var walk func(h histories, left int)
	walk = func(h histories, left int) {
		if left == 0 {
			return
		}
		for r := range h {
			for _, kind := range []byte{'e', 'l'} {
				next := h
				next[r] = h[r].clone()
				next[r].act(kind, steps-left)
				walk(next, left-1)
			}
			for from := range h {
				if from == r || len(h[from].ops) == 0 {
					continue
				}
				next := h
				next[r] = h[r].clone()
				next[r].hear(h[from])
				heard++
				if next[r].state.Dead() != next[r].dead() {
					t.Fatalf("%v: dead %v", next[r].ops, next[r].state.Dead())
				}
				walk(next, left-1)
			}
		}
	}
	var h histories
	for i := range h {
		h[i] = &history{me: vv.FirstDevice + vv.Replica(i), state: &record.State{}}
	}
	walk(h, steps)
	t.Logf("%d states", heard)
}

type histories [3]*history

// history is a replica, and the operations that it knows.
type history struct {
	me    vv.Replica
	state *record.State
	ops   []op // by dot
}

func (h *history) clone() *history {
	return &history{me: h.me, state: h.state.Clone(), ops: slices.Clone(h.ops)}
}

// op is what somebody did, knowing what.
type op struct {
	dot  vv.Dot
	what byte // edit, delete, revive
	knew []vv.Dot
}

func (h *history) act(kind byte, at int) {
	d := vv.Dot{Replica: h.me, N: uint64(at + 1)}
	o := op{dot: d, what: kind}
	for _, x := range h.ops {
		o.knew = append(o.knew, x.dot)
	}
	clock := record.Clock(int64(at))
	switch {
	case kind == 'e':
		h.state.Put(record.Key{ID: 1}, d, clock)
	case h.state.Dead():
		o.what = 'r'
		h.state.Revive(d, clock)
	default:
		o.what = 'd'
		h.state.Delete(d, clock)
	}
	h.ops = append(h.ops, o)
}

func (h *history) hear(other *history) {
	h.state.Merge(other.state.Whole(), other.me)
	for _, o := range other.ops {
		if !slices.ContainsFunc(h.ops, func(x op) bool { return x.dot == o.dot }) {
			h.ops = append(h.ops, o)
		}
	}
}

// dead says so from the operations alone: a deletion stands that no life write
// knew, and those that stand together knew of everything.
func (h *history) dead() bool {
	known := map[vv.Dot]bool{}
	stands := false
	for _, o := range h.ops {
		if o.what != 'd' || slices.ContainsFunc(h.ops, func(x op) bool { return x.what != 'e' && slices.Contains(x.knew, o.dot) }) {
			continue
		}
		stands = true
		known[o.dot] = true
		for _, d := range o.knew {
			known[d] = true
		}
	}
	return stands && !slices.ContainsFunc(h.ops, func(o op) bool { return !known[o.dot] })
}
