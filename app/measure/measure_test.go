package measure

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/sample"
	"patio/backend/store"
)

func openStore(t *testing.T, leads int) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if leads > 0 {
		if err := sample.Seed(t.Context(), s, leads, sample.Activities, 3, nil); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func count(t *testing.T, s *store.Store) int {
	t.Helper()
	_, totals, err := s.List(t.Context(), crm.ListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return totals.Count
}

func TestReadsWriteNothingAndSavesStay(t *testing.T) {
	s := openStore(t, 150)
	timings, err := Reads(t.Context(), s, 20)
	if err != nil {
		t.Fatal(err)
	}
	if len(timings) != 10+len(sorts) || count(t, s) != 150 {
		t.Errorf("%+v, %d leads", timings, count(t, s))
	}
	const times = 7
	save, err := Saves(t.Context(), s, times)
	if err != nil || save.Name != Save || save.Times != times {
		t.Fatalf("%+v: %v", save, err)
	}
	if n := count(t, s); n != 150+warm+times {
		t.Errorf("%d leads", n)
	}
	for _, m := range append(timings, save) {
		if m.P50 <= 0 || m.P50 > m.P95 || m.P95 > m.Max {
			t.Errorf("%+v", m)
		}
	}
}

func TestWhatIsAskedForIsThere(t *testing.T) {
	s := openStore(t, 150)
	d, err := newDesk(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.leads.Query(crm.ListRequest{Filter: d.narrow})
	if err != nil || v.Count == 0 || len(d.narrow.TagIDs) != 1 || d.count == 0 {
		t.Errorf("%d leads under %+v, %d under %+v: %v", v.Count, d.narrow, d.count, d.two, err)
	}
	for range 50 {
		for _, text := range []string{prefix(d.pick(d.names)), middle(d.pick(d.names)), tail(d.pick(d.phones))} {
			if strings.TrimSpace(text) == "" {
				t.Error("asked for nothing")
			}
		}
		text := prefix(d.pick(d.names))
		found, err := d.search.Find(text, 20)
		if err != nil || len(found.Hits) == 0 {
			t.Errorf("%q found nothing: %v", text, err)
		}
	}
}

func TestEverySaveHasAPhoneOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for i := range 12_000 {
		p, err := format.ParsePhone(phone(i), format.DefaultRegion)
		if err != nil || seen[p.E164] || !regexp.MustCompile(`^\+55119\d{8}$`).MatchString(p.E164) {
			t.Fatalf("%d: %q, seen %v: %v", i, phone(i), seen[p.E164], err)
		}
		seen[p.E164] = true
	}
}

func TestAnEmptyBoardAndAnInterruptAreTold(t *testing.T) {
	if _, err := Reads(t.Context(), openStore(t, 0), 3); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("an empty board: %v", err)
	}
	s := openStore(t, 20)
	ctx, cancel := context.WithCancel(t.Context())
	d, err := newDesk(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := timed(ctx, Board, 3, func(int) error { return d.load(crm.Filter{}) }); crm.CodeOf(err) != crm.CodeCancelled {
		t.Errorf("an interrupt: %v", err)
	}
}
