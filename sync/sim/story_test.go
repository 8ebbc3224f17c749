package sim

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/record"
)

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
