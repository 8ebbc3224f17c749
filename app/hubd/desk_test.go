package hubd

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/hub"
	"patio/sync/record"
)

// The desk does its duties at once, by the clock, and after something moved,
// but not more often than it rests.
func TestTheDeskDoesItsDutiesOnAClockAndAfterTheHeadMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := record.ID{1}, record.ID{2}
		there := []record.ID{a}
		moved := map[record.ID]chan struct{}{a: make(chan struct{}), b: make(chan struct{})}
		begin := time.Now()
		var mu sync.Mutex
		var done []string
		note := func(what string, fail error) duty {
			return duty{what, func(_ context.Context, ws record.ID) error {
				mu.Lock()
				defer mu.Unlock()
				done = append(done, what+" "+string('`'+rune(ws[0]))+" "+time.Since(begin).String())
				return fail
			}}
		}
		did := func(what string, want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(done, want) {
				t.Errorf("%s: %v, want %v", what, done, want)
			}
			done = nil
		}
		d := &desk{
			log: zerolog.Nop(), workspaces: func(context.Context) ([]record.ID, error) {
				mu.Lock()
				defer mu.Unlock()
				return slices.Clone(there), nil
			},
			moved: func(ws record.ID) <-chan struct{} {
				mu.Lock()
				defer mu.Unlock()
				return moved[ws]
			},
			begin: []duty{note("begin", nil)}, duties: []duty{note("fails", errors.New("wanted")), note("goes on", nil)},
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := d.start(ctx)
		did("at first", "begin a 0s", "fails a 0s", "goes on a 0s")
		move := func(ws record.ID) {
			mu.Lock()
			defer mu.Unlock()
			old := moved[ws]
			moved[ws] = make(chan struct{})
			close(old)
		}
		time.Sleep(10 * time.Second)
		move(a)
		did("while it rests")
		time.Sleep(20 * time.Second)
		did("after its rest", "fails a 30s", "goes on a 30s")
		time.Sleep(10 * time.Minute)
		did("while nothing moves")
		move(a)
		did("after something moved", "fails a 10m30s", "goes on a 10m30s")
		time.Sleep(dutyClock)
		did("by the clock", "fails a 1h10m30s", "goes on a 1h10m30s")
		mu.Lock()
		there = append(there, b)
		mu.Unlock()
		time.Sleep(deskList)
		did("a new workspace", "begin b 1h11m0s", "fails b 1h11m0s", "goes on b 1h11m0s")
		stop()
		<-ended
		did("afterwards")
	})
}

func TestTheDeskSeesToFilesAndRanks(t *testing.T) {
	c := newClock()
	cfg := at(t.TempDir(), c)
	var log bytes.Buffer
	cfg.Log = zerolog.New(&log)
	s := open(t, cfg)
	defer closed(t, s)
	w, _ := stocked(t, s)
	ws := record.ID(uuid.MustParse(w.ID))
	d := joined(t, s, ws)
	spare := d.put([]byte("nobody names it"))
	lead, place := record.ID{1}, record.Key{ID: 2}
	long := store.Packed([]string{crm.ReadyShop, "a0" + strings.Repeat("V", 100), "1795000000000"})
	if err := s.hub.Write(t.Context(), ws, uint32(crm.KindLead), lead, map[record.Key]string{place: long}); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(31 * 24 * time.Hour)
	at := s.desk()
	at.do(t.Context(), ws, at.begin)
	at.do(t.Context(), ws, at.duties)
	if _, there, err := s.blobs.Size(ws, spare); there || err != nil {
		t.Errorf("the file is there: %v", err)
	}
	if err := s.store.Read(t.Context(), ws, func(v hub.View) error {
		rows, err := v.Records([]record.ID{lead})
		if err != nil {
			return err
		}
		state, err := record.Decode(rows[lead].State)
		if err != nil {
			return err
		}
		f, _ := state.Live(place)
		if texts, ok := store.Unpacked(f.Value, 3); !ok || len(texts[1]) > 16 || texts[0] != crm.ReadyShop || !f.Dot.Replica.Arranges() || f.At.Millis() != newClock().now.UnixMilli() {
			t.Errorf("%+v", f)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"cards":1`) {
		t.Errorf("%s", &log)
	}
	// What can't be done is told, and the rest is done.
	at.do(t.Context(), record.ID{9}, at.duties)
	if !strings.Contains(log.String(), "sweep files") || !strings.Contains(log.String(), "tidy ranks") {
		t.Errorf("%s", &log)
	}
}
