package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
)

// indexes answers the names of the indexes of indexes.sql that exist.
func indexes(t *testing.T, s *Store) []string {
	t.Helper()
	names, err := readColumn(context.Background(), s.readDB, "SELECT name FROM sqlite_schema WHERE type='index' AND sql IS NOT NULL AND tbl_name IN ('leads','activities','events','marks') ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// bulkLeads makes leads in one bulk operation.
func bulkLeads(s *Store, n int) error {
	_, err := s.Transact(context.Background(), Op{Label: "sheet.import", Bulk: true, Quiet: true}, func(tx *Tx) error {
		for i := range n {
			c := crm.Contact{Name: fmt.Sprintf("Vanessa %d", i), Phones: []crm.Entry{{Key: "+5511985270593"}}}
			if err := Put(tx, &c); err != nil {
				return err
			}
			if err := Put(tx, &crm.Lead{ContactID: c.ID, StageID: firstStage, Rank: fmt.Sprintf("a%03d", i)}); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// waitIndexed waits until the search knows all leads.
func waitIndexed(t *testing.T, s *Store) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for tick := time.NewTicker(time.Millisecond); ; {
		n, err := s.SearchPending(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d leads are still not indexed", n)
		}
	}
}

func wantFound(t *testing.T, s *Store, text string, want int) {
	t.Helper()
	hits, err := s.Find(context.Background(), text, MaxPage)
	if err != nil || len(hits) != want {
		t.Errorf("%q: %d hits, %v; want %d", text, len(hits), err, want)
	}
}

func TestALoadIntoAnEmptyDatabaseBuildsItsIndexesAfterwards(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	all := indexes(t, s)
	var during []string
	if err := s.Load(ctx, func() error {
		during = indexes(t, s)
		if err := bulkLeads(s, 100); err != nil {
			return err
		}
		if n, err := s.SearchPending(ctx); err != nil || n != 100 {
			t.Errorf("%d leads wait for the search, %v; it is filled after the load", n, err)
		}
		wantFound(t, s, "vanessa 4", 11) // by name, without an index
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(during, "leads_name") || !slices.Contains(during, "leads_person") {
		t.Errorf("during the load: %v", during)
	}
	if got := indexes(t, s); !slices.Equal(got, all) {
		t.Errorf("after the load: %v, want %v", got, all)
	}
	waitIndexed(t, s)
	wantFound(t, s, "98527", 100)
	if err := s.Load(ctx, func() error { during = indexes(t, s); return nil }); err != nil || !slices.Equal(during, all) {
		t.Errorf("a load beside leads: %v, %v", during, err)
	}
}

func TestALoadThatFailsLeavesTheIndexes(t *testing.T) {
	s := open(t)
	all := indexes(t, s)
	failure := errors.New("unreadable row")
	if err := s.Load(context.Background(), func() error { return failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
	if got := indexes(t, s); !slices.Equal(got, all) {
		t.Errorf("%v, want %v", got, all)
	}
}

func TestWhatAKillLeftOfALoadIsMadeUpForAtTheNextStart(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := openDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := indexes(t, s)
	s.indexer.loads.Add(1) // a load that never ends
	if err := s.runEach(ctx, dropSQL(orderSQL())); err != nil {
		t.Fatal(err)
	}
	if err := bulkLeads(s, 30); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "98527", 0)
	closeStore(t, s)
	s = openAt(t, dir)
	if got := indexes(t, s); !slices.Equal(got, all) {
		t.Errorf("%v, want %v", got, all)
	}
	waitIndexed(t, s)
	wantFound(t, s, "98527", 30)
}

func TestALargeChangeReachesTheSearchAtOnce(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	if err := bulkLeads(s, 250); err != nil {
		t.Fatal(err)
	}
	waitIndexed(t, s)
	ids, err := s.SelectIDs(ctx, crm.Selection{Filter: &crm.Filter{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Transact(ctx, Op{Label: "lead.delete"}, func(tx *Tx) error {
		for _, id := range ids[:201] {
			if err := Delete[crm.Lead](tx, id); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "98527", 49)
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "98527", 200)
	_, totals, err := s.List(ctx, crm.ListRequest{})
	if err != nil || totals.Count != 250 {
		t.Error(totals, err)
	}
}

func TestSavesAreFoundBeforeAndAfterTheyAreIndexed(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	queued := func() (n int) {
		t.Helper()
		if err := s.one(ctx, "SELECT count(*) FROM search_queue", nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i := range indexAt - 1 {
		makeLead(t, s, fmt.Sprintf("Lívia %d", i))
	}
	if n := queued(); n != indexAt-1 {
		t.Errorf("%d texts are queued", n)
	}
	wantFound(t, s, "98527", indexAt-1)
	last := makeLead(t, s, "Lívia última")
	for deadline := time.Now().Add(30 * time.Second); queued() > 0; {
		if time.Now().After(deadline) {
			t.Fatal("the texts still wait to be indexed")
		}
	}
	wantFound(t, s, "98527", indexAt)
	wantFound(t, s, "ultima", 1)
	if _, err := s.Transact(ctx, Op{Label: "lead.update"}, func(tx *Tx) error {
		l, err := Get[crm.Lead](tx, last)
		if err != nil {
			return err
		}
		l.Vehicle = "Ford Ka"
		return Put(tx, l)
	}); err != nil {
		t.Fatal(err)
	}
	wantFound(t, s, "98527", indexAt) // once, though it stands in index and queue
	wantFound(t, s, "ka", 1)
}
