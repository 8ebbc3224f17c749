package sim

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
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
