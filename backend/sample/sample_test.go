package sample

import (
	"context"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
)

var ctx = context.Background()

func started(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, store.Config{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := setup.Start(ctx, s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func count(t *testing.T, s *store.Store) int {
	t.Helper()
	c, err := s.Count(ctx, crm.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return c.Count
}

func TestTheSampleFillsEveryStageAndLeavesInOneStep(t *testing.T) {
	s := started(t)
	mine, err := leads.Create(ctx, s, leads.New{Name: "Ana", Phone: "11985270593"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Add(ctx, s); err != nil {
		t.Fatal(err)
	}
	stages, totals, err := s.Board(ctx, crm.PipelineReadySales, crm.Filter{}, 50)
	if err != nil || totals.Count != Size+1 {
		t.Fatalf("%d leads, %v", totals.Count, err)
	}
	for _, st := range stages {
		if st.Count == 0 {
			t.Errorf("stage %s is empty", st.StageID)
		}
	}
	if _, err := Add(ctx, s); crm.CodeOf(err) != crm.CodeConflict {
		t.Errorf("a second sample: %v", err)
	}
	if _, err := Clear(ctx, s); err != nil {
		t.Fatal(err)
	}
	if left, err := s.SelectIDs(ctx, crm.Selection{Filter: &crm.Filter{}}); err != nil || len(left) != 1 || left[0] != mine.IDs[0] {
		t.Errorf("left %v, %v", left, err)
	}
	w, err := s.Workspace(ctx)
	if err != nil || len(w.Users) != 1 || len(w.Tags) != 0 {
		t.Errorf("people %+v, tags %+v, %v", w.Users, w.Tags, err)
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if n := count(t, s); n != Size+1 {
		t.Errorf("undo brought %d back", n-1)
	}
}

func TestTheSameSeedMakesTheSameLeads(t *testing.T) {
	names := func() (out []string) {
		s := started(t)
		if err := Seed(ctx, s, 500, Activities, 7, nil); err != nil {
			t.Fatal(err)
		}
		rows, totals, err := s.List(ctx, crm.ListRequest{Sort: crm.SortName, Limit: 200})
		if err != nil || totals.Count != 500 {
			t.Fatal(totals, err)
		}
		for _, c := range rows {
			out = append(out, c.Name+c.Vehicle)
		}
		return out
	}
	a, b := names(), names()
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("row %d: %q, %q", i, a[i], b[i])
		}
	}
}
