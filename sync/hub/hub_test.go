package hub_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/hub/sqlitestore"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// open is a policy that lets everybody write everything, into the scope that a
// record's field 9 names.
type open struct{}

func (open) Place(_ uint32, s *record.State) (p hub.Place) {
	if f, ok := s.Live(record.Key{ID: 9}); ok {
		p.Scope[0] = f.Value[0]
	}
	return p
}

func (open) Refuse(hub.View, hub.Device, uint32, record.ID, *record.State, record.Delta) ([]record.Key, string, error) {
	return nil, "", nil
}

func (open) Manages(_ hub.View, d hub.Device) (bool, error) { return d.User == admin, nil }

// admin is the user whose devices may revoke others.
var admin = record.ID{0: 0xad}

// shop is a hub with one workspace, at a moment that the test sets.
type shop struct {
	*hub.Hub
	t     *testing.T
	store hub.Store
	ws    record.ID
	now   time.Time
}

func newShop(t *testing.T) *shop {
	t.Helper()
	store, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &shop{t: t, store: store, now: time.UnixMilli(1_795_000_000_000)}
	s.Hub = hub.New(store, open{}, func() time.Time { return s.now })
	if s.ws, err = s.Create(t.Context(), "Dois Irmãos"); err != nil {
		t.Fatal(err)
	}
	return s
}

// desk is a device with what it says of itself.
type desk struct {
	s   *shop
	key []byte
	ask protocol.Ask
	n   uint64 // its last write
}

func (s *shop) join(scopes ...record.ID) *desk {
	s.t.Helper()
	secret, err := s.Invite(s.t.Context(), s.ws, record.ID{}, scopes, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	d, key, err := s.Join(s.t.Context(), s.ws, secret, "Balcão", hub.Past{})
	if err != nil {
		s.t.Fatal(err)
	}
	return &desk{s: s, key: key, ask: protocol.Ask{Protocol: protocol.Newest, Workspace: s.ws, Replica: d.Replica}}
}

// heard is what the device says of itself that listens.
func (d *desk) heard() client.Meta {
	return client.Meta{Workspace: d.ask.Workspace, Replica: d.ask.Replica, Epoch: d.ask.Epoch, Head: d.ask.Head}
}

// state is a record with one field of a writer.
func state(r vv.Replica, n uint64, key uint16, value string) *record.State {
	s := &record.State{}
	s.Put(record.Key{ID: key}, vv.Dot{Replica: r, N: n}, record.Clock(1_795_000_000_000))
	s.Fields[0].Value = value
	return s
}

func (d *desk) frame(items ...protocol.Item) []byte {
	d.s.t.Helper()
	frame, err := protocol.Encode(&protocol.Push{Ask: d.ask, Batch: d.ask.Answered + 1, Items: items})
	if err != nil {
		d.s.t.Fatal(err)
	}
	return frame
}

// push sends a frame; what is answered counts as heard.
func (d *desk) push(frame []byte) (*protocol.Pushed, error) {
	answer, err := d.s.Push(context.Background(), d.key, frame)
	if err == nil {
		d.ask.Answered++
		d.ask.Hash = sha256.Sum256(frame)
		d.ask.Epoch, d.ask.Head = answer.Hub.Epoch, answer.Hub.Head
	}
	return answer, err
}

// mustPush answers the verdict on one item.
func (d *desk) mustPush(item protocol.Item) protocol.Verdict {
	d.s.t.Helper()
	answer, err := d.push(d.frame(item))
	if err != nil {
		d.s.t.Fatal(err)
	}
	return answer.Verdicts[0]
}

func wantCode(t *testing.T, what string, err error, code protocol.Code) {
	t.Helper()
	var refusal *protocol.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

var one = record.ID{0: 1}

func whole(id record.ID, s *record.State) protocol.Item {
	return protocol.NewItem(id, 21, s.Whole())
}

func TestWhoAsksIsCheckedBeforeAnythingIsAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *shop, d *desk)
		code   protocol.Code
	}{
		"another secret":         {func(_ *shop, d *desk) { d.key = make([]byte, 32) }, protocol.CodeUnknown},
		"no secret":              {func(_ *shop, d *desk) { d.key = nil }, protocol.CodeUnknown},
		"a number of nobody":     {func(_ *shop, d *desk) { d.ask.Replica++ }, protocol.CodeUnknown},
		"a program too old":      {func(_ *shop, d *desk) { d.ask.Protocol = protocol.Oldest - 1 }, protocol.CodeClientOld},
		"a program too new":      {func(_ *shop, d *desk) { d.ask.Protocol = protocol.Newest + 1 }, protocol.CodeHubOld},
		"another copy's batches": {func(_ *shop, d *desk) { d.ask.Answered = 5 }, protocol.CodeForked},
		"another copy's bytes":   {func(_ *shop, d *desk) { d.ask.Hash[0]++ }, protocol.CodeForked},
		"a generation of no hub": {func(_ *shop, d *desk) { d.ask.Epoch = record.ID{0: 9} }, protocol.CodeEpoch},
		"a commit of no hub":     {func(_ *shop, d *desk) { d.ask.Head = protocol.Head{Seq: 99, Token: 1} }, protocol.CodeEpoch},
		"revoked": {func(s *shop, d *desk) {
			if err := s.Revoke(t.Context(), s.ws, d.ask.Replica); err != nil {
				t.Fatal(err)
			}
		}, protocol.CodeRevoked},
		"given up": {func(s *shop, d *desk) {
			if _, err := s.Renew(t.Context(), s.ws, d.ask.Replica, d.key); err != nil {
				t.Fatal(err)
			}
		}, protocol.CodeRetired},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			d := s.join()
			d.mustPush(whole(one, state(d.ask.Replica, 1, 1, "Ana")))
			c.change(s, d)
			_, err := s.Pull(t.Context(), d.key, &protocol.Pull{Ask: d.ask})
			wantCode(t, "pull", err, c.code)
		})
		t.Run(name+", pushing", func(t *testing.T) {
			s := newShop(t)
			d := s.join()
			d.mustPush(whole(one, state(d.ask.Replica, 1, 1, "Ana")))
			c.change(s, d)
			_, err := s.Push(t.Context(), d.key, d.frame(whole(one, state(d.ask.Replica, 2, 1, "Bia"))))
			wantCode(t, "push", err, c.code)
		})
	}
}

func TestAForeignWorkspaceIsNotThere(t *testing.T) {
	s := newShop(t)
	d := s.join()
	d.ask.Workspace = record.ID{0: 7}
	if _, err := s.Pull(t.Context(), d.key, &protocol.Pull{Ask: d.ask}); !errors.Is(err, hub.ErrNoWorkspace) {
		t.Error(err)
	}
	if _, err := s.Push(t.Context(), d.key, d.frame(whole(one, state(d.ask.Replica, 1, 1, "Ana")))); !errors.Is(err, hub.ErrNoWorkspace) {
		t.Error(err)
	}
}

func TestNobodyWritesInAnothersName(t *testing.T) {
	s := newShop(t)
	ana, bia := s.join(), s.join()
	ana.mustPush(whole(one, state(ana.ask.Replica, 4, 1, "Ana")))
	me, other := bia.ask.Replica, ana.ask.Replica
	for name, item := range map[string]protocol.Item{
		"another's write":      whole(one, state(other, 5, 1, "x")),
		"a write of nobody":    whole(record.ID{0: 2}, state(vv.FirstDevice+3, 1, 1, "x")),
		"a write of the hub's": whole(record.ID{0: 2}, state(1, 1, 1, "x")),
		"knowledge of what nobody wrote": func() protocol.Item {
			st := state(me, 1, 1, "x")
			st.Seen = st.Seen.With(vv.Dot{Replica: other, N: 9})
			return whole(one, st)
		}(),
		"a write beyond its own vector": func() protocol.Item {
			st := state(me, 2, 1, "x")
			st.Seen = vv.Vector{{Replica: me, N: 1}}
			return whole(one, st)
		}(),
		"a deletion that saw more than its record": func() protocol.Item {
			st := state(me, 1, 1, "x")
			st.Delete(vv.Dot{Replica: me, N: 2}, record.Clock(1))
			st.Life[0].Seen = st.Life[0].Seen.With(vv.Dot{Replica: other, N: 9})
			return whole(record.ID{0: 2}, st)
		}(),
	} {
		_, err := s.Push(t.Context(), bia.key, bia.frame(item))
		wantCode(t, name, err, protocol.CodeForged)
	}
	if v := ana.mustPush(whole(one, func() *record.State { st := state(other, 4, 1, "Ana"); return st }())); v.Status != protocol.Accepted || v.Row.Seq != 1 {
		t.Errorf("what is known already moved the record: %+v", v)
	}
}

func TestABatchIsAnsweredOnceHoweverOftenItComes(t *testing.T) {
	s := newShop(t)
	ana, bia := s.join(), s.join()
	item := whole(one, state(ana.ask.Replica, 1, 1, "Ana"))
	frame := ana.frame(item)
	first, err := s.Push(t.Context(), ana.key, frame)
	if err != nil {
		t.Fatal(err)
	}
	// Meanwhile another writes: the answer tells the record as it is now.
	st, err := record.Decode(first.Verdicts[0].Told(&item).State)
	if err != nil {
		t.Fatal(err)
	}
	st.Put(record.Key{ID: 2}, vv.Dot{Replica: bia.ask.Replica, N: 1}, record.Clock(1))
	bia.mustPush(whole(one, st))
	again, err := s.Push(t.Context(), ana.key, frame)
	if err != nil || again.Verdicts[0].Status != protocol.Accepted || again.Verdicts[0].Row.Seq != 2 {
		t.Errorf("%+v %v", again, err)
	}
	_, err = s.Push(t.Context(), ana.key, ana.frame(whole(one, state(ana.ask.Replica, 2, 1, "Bia"))))
	wantCode(t, "another batch of the same number", err, protocol.CodeForked)
}

func TestBatchesThatBreakARuleAreRefusedWhole(t *testing.T) {
	s := newShop(t)
	d := s.join()
	item := whole(one, state(d.ask.Replica, 1, 1, "Ana"))
	for name, c := range map[string]struct {
		frame []byte
		code  protocol.Code
	}{
		"no bytes":             {nil, protocol.CodeMalformed},
		"no message":           {[]byte("POST / HTTP/1.1"), protocol.CodeMalformed},
		"no items":             {d.frame(), protocol.CodeTooLarge},
		"too many items":       {d.frame(slices.Repeat([]protocol.Item{item}, protocol.MaxRecords+1)...), protocol.CodeTooLarge},
		"a record twice":       {d.frame(item, item), protocol.CodeMalformed},
		"a state of no record": {d.frame(protocol.Item{ID: one, Kind: 21, Complete: true, State: []byte{9}}), protocol.CodeMalformed},
	} {
		_, err := s.Push(t.Context(), d.key, c.frame)
		wantCode(t, name, err, c.code)
	}
	page, err := s.Pull(t.Context(), d.key, &protocol.Pull{Ask: d.ask, Mark: protocol.Mark{Grant: 1}})
	if err != nil || len(page.Rows) > 0 {
		t.Errorf("something of it was kept: %+v %v", page, err)
	}
}

func TestACodeLetsOneDeviceInOnceAndForAWhile(t *testing.T) {
	s := newShop(t)
	secret, err := s.Invite(t.Context(), s.ws, record.ID{}, nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = s.Join(t.Context(), s.ws, append([]byte{1}, secret...), "x", hub.Past{})
	wantCode(t, "a wrong code", err, protocol.CodeInvite)
	if _, _, err := s.Join(t.Context(), s.ws, secret, "x", hub.Past{}); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.Join(t.Context(), s.ws, secret, "x", hub.Past{})
	wantCode(t, "a used code", err, protocol.CodeInvite)
	late, err := s.Invite(t.Context(), s.ws, record.ID{}, nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(61 * time.Minute)
	_, _, err = s.Join(t.Context(), s.ws, late, "x", hub.Past{})
	wantCode(t, "an expired code", err, protocol.CodeInvite)
}

func TestAPageHoldsNoMoreThanItsLimits(t *testing.T) {
	s := newShop(t)
	d := s.join()
	const n = protocol.MaxRecords + 20
	for from := 0; from < n; from += 260 {
		var items []protocol.Item
		for i := from; i < from+260 && i < n; i++ {
			items = append(items, whole(record.ID{0: byte(i >> 8), 1: byte(i), 2: 1}, state(d.ask.Replica, uint64(i+1), 1, string(make([]byte, 4096)))))
		}
		if _, err := d.push(d.frame(items...)); err != nil {
			t.Fatal(err)
		}
	}
	ask, seen, pages := protocol.Pull{Ask: d.ask, Mark: protocol.Mark{Grant: 1}}, map[record.ID]bool{}, 0
	for more := true; more; {
		page, err := s.Pull(t.Context(), d.key, &ask)
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, r := range page.Rows {
			size += len(r.State)
			seen[r.ID] = true
		}
		if len(page.Rows) > protocol.MaxRecords || size > protocol.MaxBytes+5000 {
			t.Errorf("a page of %d rows, %d bytes", len(page.Rows), size)
		}
		ask.Mark, more = page.Mark, page.More
		pages++
	}
	if len(seen) != n || pages < 3 {
		t.Errorf("%d records in %d pages", len(seen), pages)
	}
}

func TestWhoWaitsHearsThatTheHeadMoved(t *testing.T) {
	s := newShop(t)
	d := s.join()
	moved := s.Moved(s.ws)
	select {
	case <-moved:
		t.Fatal("nothing moved yet")
	default:
	}
	d.mustPush(whole(one, state(d.ask.Replica, 1, 1, "Ana")))
	select {
	case <-moved:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told")
	}
}
