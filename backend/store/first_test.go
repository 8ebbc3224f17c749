package store

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patio/backend/crm"
)

// What is answered before it is counted is what is there after it was.
func TestAFirstPageIsTheCountedOnesBeginning(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 150)
	gen := w.filters()
	sorts := rapid.SampledFrom([]string{crm.SortName, crm.SortValue, crm.SortCreated, crm.SortStageSince, crm.SortLastContact, crm.SortNextDue, crm.SortVehicle})
	pages, boards := 0, 0
	ids := func(cards []crm.Card) (out []string) {
		for _, c := range cards {
			out = append(out, c.ID)
		}
		return out
	}
	rapid.Check(t, func(rt *rapid.T) {
		filter := crm.Filter{Fields: []crm.FieldFilter{{FieldID: "name", Text: "a"}}} // which many match
		if rapid.Bool().Draw(rt, "any") {
			filter = gen.Draw(rt, "filter")
		}
		r := crm.ListRequest{Filter: filter, Sort: sorts.Draw(rt, "sort"), Desc: rapid.Bool().Draw(rt, "desc"), Limit: rapid.IntRange(1, 12).Draw(rt, "limit")}
		cards, ok, err := w.s.FirstPage(ctx, r)
		if err != nil {
			rt.Fatal(err)
		}
		if ok {
			pages++
			all, _, err := w.s.List(ctx, r)
			if err != nil {
				rt.Fatal(err)
			}
			if !slices.Equal(ids(cards), ids(all)) {
				rt.Fatalf("first %v, counted %v", ids(cards), ids(all))
			}
		}
		views, ok, err := w.s.FirstBoard(ctx, crm.PipelineReadySales, r.Filter, r.Limit)
		if err != nil {
			rt.Fatal(err)
		}
		if !ok {
			return
		}
		boards++
		whole, _, err := w.s.Board(ctx, crm.PipelineReadySales, r.Filter, r.Limit)
		if err != nil || len(whole) != len(views) {
			rt.Fatalf("%d stages, %d counted, %v", len(views), len(whole), err)
		}
		for i, v := range views {
			first, all := ids(v.Cards), ids(whole[i].Cards)
			if v.StageID != whole[i].StageID || len(first) > len(all) || !slices.Equal(first, all[:len(first)]) {
				rt.Fatalf("stage %s: first %v, counted %v", v.StageID, first, all)
			}
		}
	})
	if pages == 0 || boards == 0 {
		t.Errorf("%d pages and %d boards were answered before they were counted: this proves nothing", pages, boards)
	}
}
