package store

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patio/backend/crm"
)

// filters draws any filter a window could send.
func (w *world) filters() *rapid.Generator[crm.Filter] {
	some := func(ids []string) *rapid.Generator[[]string] {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{""}, ids...)), 0, 3, rapid.ID[string])
	}
	stages := make([]string, len(w.stages))
	for i, st := range w.stages {
		stages[i] = st.ID
	}
	days := []string{"", "", "2026-11-01", "2026-11-20", "2026-11-22"}
	one := func() *rapid.Generator[crm.Filter] { return w.conjunctions(some, stages, days) }
	return rapid.Custom(func(t *rapid.T) crm.Filter {
		f := one().Draw(t, "all")
		for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "alternatives") {
			f.Or = append(f.Or, one().Draw(t, "or"))
		}
		return f
	})
}

// conjunctions draws filters without alternatives.
func (w *world) conjunctions(some func([]string) *rapid.Generator[[]string], stages, days []string) *rapid.Generator[crm.Filter] {
	return rapid.Custom(func(t *rapid.T) crm.Filter {
		f := crm.Filter{
			PipelineID:  rapid.SampledFrom([]string{"", crm.PipelineReadySales, crm.PipelineReadyQualification}).Draw(t, "pipeline"),
			OwnerIDs:    some(w.users).Draw(t, "owners"),
			SourceIDs:   some(w.sources).Draw(t, "sources"),
			CreatedFrom: rapid.SampledFrom(days).Draw(t, "from"),
			CreatedTo:   rapid.SampledFrom(days).Draw(t, "to"),
			Unread:      rapid.IntRange(0, 3).Draw(t, "unread") == 0,
			Quiet:       rapid.IntRange(0, 4).Draw(t, "quiet") == 0,
			Activity:    rapid.SampledFrom([]string{"", "", "", "overdue", "today", "later", "none"}).Draw(t, "activity"),
			Archived:    rapid.IntRange(0, 5).Draw(t, "archived") == 0,
			Winback:     rapid.IntRange(0, 6).Draw(t, "winback") == 0,
		}
		if rapid.IntRange(0, 2).Draw(t, "has timeframes") == 0 {
			f.Timeframes = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{crm.TimeframeNow, crm.TimeframeSoon, crm.TimeframeLater}), 1, 2, rapid.ID[string]).Draw(t, "timeframes")
		}
		if rapid.IntRange(0, 2).Draw(t, "has levels") == 0 {
			f.Qualifications = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{crm.QualificationSuspect, crm.QualificationMarketing, crm.QualificationSales}), 1, 2, rapid.ID[string]).Draw(t, "levels")
		}
		if rapid.Bool().Draw(t, "has tags") {
			f.TagIDs = rapid.SliceOfNDistinct(rapid.SampledFrom(w.tags), 1, 3, rapid.ID[string]).Draw(t, "tags")
		}
		if rapid.Bool().Draw(t, "has stages") {
			f.StageIDs = rapid.SliceOfNDistinct(rapid.SampledFrom(stages), 1, 4, rapid.ID[string]).Draw(t, "stages")
		}
		switch rapid.IntRange(0, 8).Draw(t, "standard") {
		case 0:
			f.Fields = append(f.Fields, crm.FieldFilter{FieldID: "valueCents", From: rapid.SampledFrom([]string{"", "100"}).Draw(t, "least"), To: rapid.SampledFrom([]string{"", "5000000"}).Draw(t, "most")})
		case 1:
			f.Fields = append(f.Fields, crm.FieldFilter{FieldID: "vehicle", Text: rapid.SampledFrom([]string{"FORD", " skoda", "1.0", "t-c", "nada"}).Draw(t, "vehicle")})
		case 2:
			f.Fields = append(f.Fields, crm.FieldFilter{FieldID: "name", Text: rapid.SampledFrom([]string{"conceicao", "A", "ç"}).Draw(t, "name")})
		case 3:
			f.Fields = append(f.Fields, crm.FieldFilter{FieldID: "lastContact", From: rapid.SampledFrom(days).Draw(t, "since"), To: rapid.SampledFrom(days).Draw(t, "until")})
		}
		for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "fields") {
			field := rapid.SampledFrom(w.fields).Draw(t, "field")
			one := crm.FieldFilter{FieldID: field.ID}
			switch values := rapid.SampledFrom(worldValues[field.Type]); field.Type {
			case crm.FieldText:
				one.Text = rapid.SampledFrom([]string{"", "ITAU", " unibanco", "2.5", "nada"}).Draw(t, "text")
			case crm.FieldPhone:
				one.Text = rapid.SampledFrom([]string{"", "9333", "62"}).Draw(t, "digits")
			case crm.FieldNumber, crm.FieldDate:
				one.From, one.To = values.Draw(t, "from"), values.Draw(t, "to")
			case crm.FieldMulti:
				one.Any = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"", worldChoices[0].Key, worldChoices[1].Key}), 0, 2, rapid.ID[string]).Draw(t, "any")
			default:
				one.Any = rapid.SliceOfNDistinct(values, 0, 3, rapid.ID[string]).Draw(t, "any")
			}
			f.Fields = append(f.Fields, one)
		}
		return f
	})
}

var sorts = []string{crm.SortName, crm.SortValue, crm.SortCreated, crm.SortStageSince, crm.SortLastContact, crm.SortNextDue,
	crm.SortStage, crm.SortOwner, crm.SortSource, crm.SortVehicle}

func TestAListHoldsWhatMatchesInOrder(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 150)
	filters := w.filters()
	rapid.Check(t, func(rt *rapid.T) {
		r := crm.ListRequest{Filter: filters.Draw(rt, "filter"), Sort: rapid.SampledFrom(sorts).Draw(rt, "sort"), Desc: rapid.Bool().Draw(rt, "desc"), Limit: MaxPage}
		sign := 1
		if r.Desc {
			sign = -1
		}
		want := w.wanted(r.Filter, func(a, b naive) int {
			at, an := w.sortKey(a, r.Sort)
			bt, bn := w.sortKey(b, r.Sort)
			switch {
			case at < bt || at == bt && an < bn:
				return -sign
			case at == bt && an == bn:
				return 0
			}
			return sign
		})
		rows, totals, err := w.s.List(ctx, r)
		if err != nil {
			rt.Fatal(err)
		}
		if totals != totalsOf(want) || len(rows) != len(want) {
			rt.Fatalf("totals %+v and %d rows, want %+v", totals, len(rows), totalsOf(want))
		}
		byID := map[string]naive{}
		for _, l := range want {
			byID[l.ID] = l
		}
		for i, row := range rows {
			l, ok := byID[row.ID]
			if !ok {
				rt.Fatalf("row %d, %s, doesn't match", i, row.Name)
			}
			gt, gn := w.sortKey(l, r.Sort)
			if wt, wn := w.sortKey(want[i], r.Sort); gt != wt || gn != wn {
				rt.Fatalf("row %d is %s (%s %d), want %s (%s %d)", i, l.describe(), gt, gn, want[i].describe(), wt, wn)
			}
			delete(byID, row.ID)
		}
		w.checkPages(rt, r, rows)
	})
}

// checkPages asks for the same list page by page, and by both ways to a page.
func (w *world) checkPages(rt *rapid.T, r crm.ListRequest, all []crm.Card) {
	ctx := context.Background()
	var paged []string
	size := rapid.IntRange(1, 40).Draw(rt, "page")
	for r.Offset, r.Limit = 0, size; r.Offset < len(all); r.Offset += size {
		rows, _, err := w.s.List(ctx, r)
		if err != nil {
			rt.Fatal(err)
		}
		for _, row := range rows {
			paged = append(paged, row.ID)
		}
	}
	want := make([]string, len(all))
	for i, c := range all {
		want[i] = c.ID
	}
	if !slices.Equal(paged, want) {
		rt.Fatalf("in pages of %d: %v, at once: %v", size, paged, want)
	}
	m, err := w.s.filter(ctx, r.Filter)
	if err != nil {
		rt.Fatal(err)
	}
	keys, _, lead, err := w.s.sortKeys(ctx, r.Sort)
	if err != nil {
		rt.Fatal(err)
	}
	var ways [2][]int64
	for i, gather := range []bool{false, true} {
		query, args := m.pageSQL(newOrder(keys...), gather, nil, 0, len(all)+1)
		if ways[i], err = w.s.ints(ctx, query, slices.Insert(args, len(args)-2, lead...)...); err != nil {
			rt.Fatal(err)
		}
	}
	if !slices.Equal(ways[0], ways[1]) {
		rt.Fatalf("walked %v, gathered %v", ways[0], ways[1])
	}
}

func TestABoardHoldsWhatMatchesByPlace(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 150)
	filters := w.filters()
	rapid.Check(t, func(rt *rapid.T) {
		f := filters.Draw(rt, "filter")
		pipeline := rapid.SampledFrom([]string{crm.PipelineReadySales, crm.PipelineReadyQualification}).Draw(rt, "board")
		limit := rapid.IntRange(0, 30).Draw(rt, "limit")
		views, totals, err := w.s.Board(ctx, pipeline, f, limit)
		if err != nil {
			rt.Fatal(err)
		}
		f.PipelineID = ""
		var all crm.Totals
		i := 0
		for _, st := range w.stages {
			if st.PipelineID != pipeline {
				continue
			}
			want := w.stageOf(st, f)
			t := totalsOf(want)
			if st.Kind != crm.StageConverted && st.Kind != crm.StageDiscarded {
				all.Count, all.SumCents = all.Count+t.Count, all.SumCents+t.SumCents
			}
			w.checkStage(rt, views[i], st, t, want[:min(limit, len(want))])
			offset := rapid.IntRange(0, 20).Draw(rt, "offset")
			window, err := w.s.StageWindow(ctx, st.ID, f, offset, limit)
			if err != nil {
				rt.Fatal(err)
			}
			w.checkStage(rt, window, st, t, want[min(offset, len(want)):min(offset+limit, len(want))])
			i++
		}
		if i != len(views) || totals != all {
			rt.Fatalf("%d stages and %+v, want %d and %+v", len(views), totals, i, all)
		}
	})
}

// stageOf answers what a stage of the board shows.
func (w *world) stageOf(st crm.Stage, f crm.Filter) []naive {
	if len(f.StageIDs) > 0 && !slices.Contains(f.StageIDs, st.ID) {
		return nil
	}
	if st.Kind == crm.StageConverted || (f.Quiet || f.Activity == "none") && st.Kind != crm.StageOpen && len(f.StageIDs) == 0 || f.Winback && st.Kind != crm.StageLost && len(f.StageIDs) == 0 {
		return nil
	}
	f.StageIDs = []string{st.ID}
	if st.Kind == crm.StageDiscarded && !f.Archived {
		away := f
		away.Archived = true
		all := slices.Concat(w.wanted(f, byPlace), w.wanted(away, byPlace))
		slices.SortFunc(all, func(a, b naive) int { return cmp.Or(cmp.Compare(b.StageSince, a.StageSince), cmp.Compare(b.ID, a.ID)) })
		return all
	}
	return w.wanted(f, byPlace)
}

func (w *world) checkStage(rt *rapid.T, view crm.StageView, st crm.Stage, totals crm.Totals, cards []naive) {
	if st.Kind == crm.StageConverted {
		return // has a test of its own
	}
	got := make([]string, len(view.Cards))
	for i, c := range view.Cards {
		got[i] = c.ID
	}
	want := make([]string, len(cards))
	for i, l := range cards {
		want[i] = l.ID
	}
	if view.StageID != st.ID || view.Count != totals.Count || view.SumCents != totals.SumCents || !slices.Equal(got, want) {
		rt.Fatalf("%s: %d, %d, %v; want %+v, %v", st.Name, view.Count, view.SumCents, got, totals, want)
	}
}

func TestAConvertedStageListsWhatLeftItsPipeline(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 60)
	st := w.stages[slices.IndexFunc(w.stages, func(st crm.Stage) bool { return st.Kind == crm.StageConverted })]
	var want []naive
	for _, l := range w.leads {
		here := slices.ContainsFunc(w.stages, func(o crm.Stage) bool { return o.ID == l.StageID && o.PipelineID == st.PipelineID })
		if l.ConvertedFrom == st.PipelineID && !here && l.ArchivedAt == 0 && l.OwnerID == w.users[0] {
			want = append(want, l)
		}
	}
	f := crm.Filter{OwnerIDs: w.users[:1]}
	view, err := w.s.StageWindow(ctx, st.ID, f, 0, MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	if got := (crm.Totals{Count: view.Count, SumCents: view.SumCents}); got != totalsOf(want) || len(view.Cards) != len(want) {
		t.Errorf("%+v and %d cards, want %+v", got, len(view.Cards), totalsOf(want))
	}
	for i, c := range view.Cards {
		if !slices.ContainsFunc(want, func(l naive) bool { return l.ID == c.ID }) {
			t.Errorf("%s was not converted here", c.Name)
		}
		if i > 0 && c.StageSince > view.Cards[i-1].StageSince {
			t.Errorf("card %d is later than the one above", i)
		}
	}
	_, totals, err := w.s.Board(ctx, st.PipelineID, f, 1)
	if err != nil {
		t.Fatal(err)
	}
	var open []string
	for _, o := range w.stages {
		if o.PipelineID == st.PipelineID && o.Kind != crm.StageDiscarded {
			open = append(open, o.ID)
		}
	}
	inPipeline := totalsOf(w.wanted(crm.Filter{StageIDs: open, OwnerIDs: f.OwnerIDs}, byPlace))
	if totals != inPipeline {
		t.Errorf("the board counts %+v, its own leads are %+v", totals, inPipeline)
	}
}

func TestACardIsLocatedWhereItStands(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 80)
	filters := w.filters()
	rapid.Check(t, func(rt *rapid.T) {
		f := filters.Draw(rt, "filter")
		f.PipelineID = ""
		l := rapid.SampledFrom(w.leads).Draw(rt, "lead")
		st := w.stages[slices.IndexFunc(w.stages, func(st crm.Stage) bool { return st.ID == l.StageID })]
		want := slices.IndexFunc(w.stageOf(st, f), func(o naive) bool { return o.ID == l.ID })
		stage, index, err := w.s.Locate(ctx, l.ID, f)
		if err != nil || stage != l.StageID || index != want {
			rt.Fatalf("%s %d %v, want %s %d", stage, index, err, l.StageID, want)
		}
	})
	if _, index, err := w.s.Locate(ctx, w.s.NewID(), crm.Filter{}); index != -1 || crm.CodeOf(err) != crm.CodeNotFound {
		t.Error(index, err)
	}
}

func TestBulkActionsAndExportsMeetAllThatMatch(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 80)
	filters := w.filters()
	rapid.Check(t, func(rt *rapid.T) {
		f := filters.Draw(rt, "filter")
		want := w.wanted(f, byPlace)
		ids, err := w.s.SelectIDs(ctx, crm.Selection{Filter: &f})
		if err != nil {
			rt.Fatal(err)
		}
		var exported []string
		err = w.s.EachCard(ctx, crm.ListRequest{Filter: f, Sort: crm.SortName}, func(c crm.Card) error {
			exported = append(exported, c.ID)
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		for name, got := range map[string][]string{"selected": ids, "exported": exported} {
			if len(got) != len(want) || slices.ContainsFunc(want, func(l naive) bool { return !slices.Contains(got, l.ID) }) {
				rt.Fatalf("%s %d, want %d", name, len(got), len(want))
			}
		}
	})
}

func TestTabsPromiseWhatTheirFiltersShow(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 80)
	if err := w.s.ActAs(ctx, w.users[2]); err != nil {
		t.Fatal(err)
	}
	mine, overdue, none, unread, err := w.s.Tabs(ctx, crm.PipelineReadySales)
	if err != nil {
		t.Fatal(err)
	}
	for _, tab := range []struct {
		name string
		got  int
		f    crm.Filter
	}{
		{"mine", mine, crm.Filter{OwnerIDs: w.users[2:3]}}, {"overdue", overdue, crm.Filter{Activity: "overdue"}},
		{"none", none, crm.Filter{Activity: "none"}}, {"unread", unread, crm.Filter{Unread: true}},
	} {
		tab.f.PipelineID = crm.PipelineReadySales
		if want := len(w.wanted(tab.f, byPlace)); tab.got != want || want == 0 {
			t.Errorf("%s: %d, want %d", tab.name, tab.got, want)
		}
	}
}

func TestWhatNobodyKnowsIsRefused(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	for name, r := range map[string]crm.ListRequest{
		"sort":        {Sort: "rid; DROP TABLE leads"},
		"activity":    {Filter: crm.Filter{Activity: "x"}},
		"createdFrom": {Filter: crm.Filter{CreatedFrom: "22/11/2026"}},
		"importId":    {Filter: crm.Filter{ImportID: "1"}},
	} {
		r.Limit = 1
		_, _, err := s.List(ctx, r)
		wantCode(t, err, crm.CodeInvalid)
		if e, ok := err.(*crm.Error); !ok || e.Field != name {
			t.Errorf("%v names no field %s", err, name)
		}
	}
	_, err := s.StageWindow(ctx, s.NewID(), crm.Filter{}, 0, 10)
	wantCode(t, err, crm.CodeNotFound)
	_, totals, err := s.List(ctx, crm.ListRequest{Filter: crm.Filter{OwnerIDs: []string{s.NewID()}}, Limit: 10})
	if err != nil || totals.Count != 0 {
		t.Error(totals, err)
	}
}
