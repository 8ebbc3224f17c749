package store

import (
	"context"
	"strings"
	"testing"

	"patio/backend/crm"
)

// plan answers how SQLite will go about a query, a line a step.
func plan(t *testing.T, s *Store, query string, args []any) string {
	t.Helper()
	rows, err := s.query(context.Background(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, detail)
	}
	return strings.Join(lines, "\n")
}

// wantPlan fails unless the plan goes by an index, sorts only where it may,
// and reads no table from end to end.
func wantPlan(t *testing.T, name, got, index string, sorts bool) {
	t.Helper()
	if !strings.Contains(got, "INDEX "+index+" ") && !strings.HasSuffix(got, "INDEX "+index) && !strings.Contains(got, "INDEX "+index+"\n") {
		t.Errorf("%s doesn't go by %s:\n%s", name, index, got)
	}
	for line := range strings.SplitSeq(got, "\n") {
		if strings.HasPrefix(line, "SCAN ") && !strings.Contains(line, "INDEX") && !strings.Contains(line, "VIRTUAL TABLE") {
			t.Errorf("%s reads a whole table:\n%s", name, got)
		}
	}
	if !sorts && strings.Contains(got, "TEMP B-TREE") {
		t.Errorf("%s sorts:\n%s", name, got)
	}
}

// everyFilter names a filter for each column that one can ask.
func (w *world) everyFilter() map[string]crm.Filter {
	return map[string]crm.Filter{
		"":        {},
		"owner":   {OwnerIDs: w.users[:1]},
		"owners":  {OwnerIDs: w.users[:2]},
		"source":  {SourceIDs: w.sources[:1]},
		"both":    {OwnerIDs: w.users[:1], SourceIDs: w.sources[:1]},
		"tag":     {TagIDs: w.tags[:1]},
		"tags":    {TagIDs: w.tags[:2]},
		"unread":  {Unread: true},
		"overdue": {Activity: "overdue"},
		"later":   {Activity: "later"},
		"created": {CreatedFrom: "2026-11-01", CreatedTo: "2026-11-20"},
		"quiet":   {Quiet: true},
		"hot":     {Timeframes: []string{crm.TimeframeNow}},
		"warmer":  {Timeframes: []string{crm.TimeframeNow, crm.TimeframeSoon}},
		"level":   {Qualifications: []string{crm.QualificationSales}},
		"import":  {ImportID: crm.ReadyShop},
		"text":    {Fields: []crm.FieldFilter{{FieldID: NamedID(crm.KindField, crm.TargetLead+crm.FieldText), Text: "itau"}}},
		"number":  {Fields: []crm.FieldFilter{{FieldID: NamedID(crm.KindField, crm.TargetLead+crm.FieldNumber), From: "1"}, {FieldID: NamedID(crm.KindField, crm.TargetLead+crm.FieldBool), Any: []string{"1"}}}},
		"person":  {Fields: []crm.FieldFilter{{FieldID: NamedID(crm.KindField, crm.TargetContact+crm.FieldMulti), Any: []string{worldChoices[0].Key}}}},
	}
}

func TestPagesAreWalkedToThroughTheirIndex(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 5)
	for name, f := range w.everyFilter() {
		m, err := w.s.filter(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		query, args := m.and("stage", 1).pageSQL(placeOrder, false, []string{"stage"}, 50, 50)
		wantPlan(t, "board "+name, plan(t, w.s, query, args), "leads_place", false)
		for sort, index := range map[string]string{
			crm.SortName: "leads_name", crm.SortValue: "leads_value", crm.SortCreated: "leads_created", crm.SortStageSince: "leads_since",
			crm.SortLastContact: "leads_last", crm.SortNextDue: "leads_due", crm.SortVehicle: "leads_vehicle",
		} {
			for _, desc := range []string{"", " DESC"} {
				var keys []string
				for _, key := range walkSorts[sort] {
					keys = append(keys, key+desc)
				}
				query, args := m.pageSQL(newOrder(keys...), false, nil, 50, 50)
				wantPlan(t, "list "+name+" by "+sort+desc, plan(t, w.s, query, args), index, false)
			}
		}
	}
}

func TestRareMatchesAreGatheredThroughAnIndex(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 5)
	indexes := map[string]string{"owner": "leads_owner", "owners": "leads_owner", "source": "leads_source", "both": "leads_owner", "unread": "leads_fresh",
		"overdue": "leads_due", "later": "leads_due", "created": "leads_created", "quiet": "leads_quiet", "hot": "leads_timeframe", "warmer": "leads_timeframe", "level": "leads_level", "tag": "PRIMARY KEY", "tags": "PRIMARY KEY"}
	for name, f := range w.everyFilter() {
		index, ok := indexes[name]
		if !ok {
			continue
		}
		m, err := w.s.filter(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		check := func(what, query string, args []any) {
			t.Helper()
			got := plan(t, w.s, query, args)
			if index == "PRIMARY KEY" {
				if !strings.Contains(got, "SEARCH t USING PRIMARY KEY (tag=?") || !strings.Contains(got, "SEARCH l USING INTEGER PRIMARY KEY (rowid=?)") {
					t.Errorf("%s %s:\n%s", what, name, got)
				}
				return
			}
			wantPlan(t, what+" "+name, got, index, true)
		}
		query, args := m.pageSQL(newOrder(walkSorts[crm.SortName]...), true, nil, 0, 50)
		check("list", query, args)
		query, args = m.and("stage", 1).pageSQL(placeOrder, true, []string{"stage"}, 0, 50)
		check("board", query, args)
		query, args = m.countSQL("", "")
		check("count", query, args)
		if column := m.driver().columns[0]; column == "timeframe" || column == "qualification" {
			query, args = m.and("stage", 1).countSQL("", "")
			if got := plan(t, w.s, query, args); !strings.Contains(got, "("+column+"=? AND stage=?)") || !strings.Contains(got, "COVERING") {
				t.Errorf("count of a stage, %s:\n%s", name, got)
			}
		}
	}
}

func TestCardsHistoryAndSearchGoByKeys(t *testing.T) {
	w := newWorld(t, seeded(t), 5)
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"cards":      {cardSQL, []any{"[1,2]"}},
		"names":      {namedSQL, []any{"a", "b", 20}},
		"candidates": {candidateSQL, []any{`"abc"`, 100, 20}},
		"planned":    {w.s.tables[crm.KindActivity].selectSQL + " WHERE lead_id=? AND done_at=0 AND deleted=0", []any{blob(crm.ReadyShop)}},
	} {
		got := plan(t, w.s, q.sql, q.args)
		for line := range strings.SplitSeq(got, "\n") {
			if strings.HasPrefix(line, "SCAN ") && !strings.Contains(line, "VIRTUAL TABLE") {
				t.Errorf("%s:\n%s", name, got)
			}
		}
	}
}
