package store

import (
	"context"
	"slices"
	"strings"

	"patio/backend/crm"
)

// A filter that counters and narrow indexes know nothing of costs a look at
// each lead, and to count all that match looks at all of them. So that a page
// stands on the screen at once, it is answered before it is counted: where the
// first leads of the order hold a page of matches already, nothing else is
// looked at. Where they don't, matches are few, and looking for them once both
// counts them and finds the page.

// firstLooks are how many leads of an order are looked at for its first page:
// some, then more.
var firstLooks = [2]int{250, 1750}

// maxFew is how many matches count as few.
const maxFew = 5000

// counts says whether counting the matches looks at each of them.
func (m *match) counts() bool {
	_, _, ok := m.counterSQL("", "")
	return !ok && len(m.terms) > 0
}

// first finds the first matches of an order by looking at its first leads.
type first struct {
	m     *match
	among string // the leads of the order
	args  []any
	o     order
	limit int
	seen  int
	rids  []int64
}

func (f *first) full() bool { return len(f.rids) >= f.limit }

// look looks at so many leads more.
func (f *first) look(ctx context.Context, s *Store, leads int) error {
	if f.full() {
		return nil
	}
	where, args := f.m.where(append(slices.Clone(f.args), leads, f.seen))
	found, err := s.ints(ctx, "SELECT l.rid FROM (SELECT l.rid FROM leads l WHERE "+f.among+" ORDER BY "+f.o.walk+" LIMIT ? OFFSET ?) p CROSS JOIN leads l ON l.rid = p.rid WHERE "+where+
		" ORDER BY "+f.o.gather+" LIMIT ?", append(args, f.limit-len(f.rids))...)
	f.seen, f.rids = f.seen+leads, append(f.rids, found...)
	return err
}

// FirstPage answers the first page of a list without counting; ok is false
// where counting is no work, or is needed to find the page.
func (s *Store) FirstPage(ctx context.Context, r crm.ListRequest) (cards []crm.Card, ok bool, err error) {
	keys, indexed, _, err := s.sortKeys(ctx, r.Sort)
	if err != nil || !indexed || r.Filter.Archived {
		return nil, false, err
	}
	m, err := s.filter(ctx, r.Filter)
	if err != nil || !m.counts() {
		return nil, false, err
	}
	f := &first{m: m, among: m.live, o: listOrder(keys, r.Desc), limit: min(max(r.Limit, 1), MaxPage)}
	for _, leads := range firstLooks {
		if err := f.look(ctx, s, leads); err != nil {
			return nil, false, s.fail("read first page", err)
		}
	}
	if !f.full() {
		return nil, false, nil
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, false, err
	}
	cards, err = s.cards(ctx, f.rids, crm.ShownFields(w.Fields))
	return cards, true, s.fail("read first page", err)
}

// FirstBoard answers first cards of a pipeline's stages without counting them: a
// stage's count is that of its cards, and one whose matches lie deep has fewer
// than it could. ok is false as with FirstPage. Stages that list leads of other
// pipelines, or of the archive, come with the counts.
func (s *Store) FirstBoard(ctx context.Context, pipelineID string, f crm.Filter, limit int) (views []crm.StageView, ok bool, err error) {
	f.PipelineID = pipelineID
	w, err := s.Workspace(ctx)
	if err != nil || f.Archived {
		return nil, false, err
	}
	m, err := s.filter(ctx, f)
	if err != nil {
		return nil, false, err
	}
	if m = m.without("stage"); !m.counts() {
		return nil, false, nil
	}
	var stages []*first
	for _, st := range w.StagesOf(pipelineID) {
		one := &first{m: m, among: living + " AND l.stage = ?", o: placeOrder, limit: min(max(limit, 1), MaxPage)}
		if ref, known := s.findRef(st.ID); known && (len(f.StageIDs) == 0 || contains(f.StageIDs, st.ID)) {
			one.args = []any{ref}
			if err := one.look(ctx, s, firstLooks[0]); err != nil {
				return nil, false, s.fail("read first cards", err)
			}
		}
		stages, ok = append(stages, one), ok || one.full()
		views = append(views, crm.StageView{StageID: st.ID})
	}
	for i, one := range stages {
		if !ok {
			return nil, false, nil // few match: all of them are found as fast
		}
		if one.args != nil {
			if err := one.look(ctx, s, firstLooks[1]); err != nil {
				return nil, false, s.fail("read first cards", err)
			}
		}
		if views[i].Cards, err = s.cards(ctx, one.rids, crm.CardFields(w.Fields)); err != nil {
			return nil, false, s.fail("read first cards", err)
		}
		views[i].Count = len(one.rids)
	}
	return views, ok, nil
}

// few are the leads that match, by stage, in no order.
type few struct {
	totals map[int64]crm.Totals
	rids   map[int64][]int64
	all    crm.Totals
}

// few finds the leads that match by one look through what the driver yields;
// nil when they are more than maxFew.
func (s *Store) few(ctx context.Context, m *match) (*few, error) {
	plain := m.driver().columns
	where, args := m.where(nil, plain...)
	rows, err := s.query(ctx, "SELECT l.stage, l.rid, l.value_cents FROM "+m.from(plain...)+" WHERE "+where+" LIMIT ?", append(args, maxFew+1)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	f := &few{totals: map[int64]crm.Totals{}, rids: map[int64][]int64{}}
	for rows.Next() {
		var stage, rid, cents int64
		if err := rows.Scan(&stage, &rid, &cents); err != nil {
			return nil, err
		}
		t := f.totals[stage]
		f.totals[stage] = crm.Totals{Count: t.Count + 1, SumCents: t.SumCents + cents}
		f.rids[stage] = append(f.rids[stage], rid)
		f.all.Count, f.all.SumCents = f.all.Count+1, f.all.SumCents+cents
	}
	if f.all.Count > maxFew {
		f = nil
	}
	return f, rows.Err()
}

// every answers all of them.
func (f *few) every() []int64 {
	out := make([]int64, 0, f.all.Count)
	for _, rids := range f.rids {
		out = append(out, rids...)
	}
	return out
}

// pageAmong finds a page of leads that are known by their rowids, in an order
// with its parameters.
func (s *Store) pageAmong(ctx context.Context, rids []int64, o order, args []any, offset, limit int) ([]int64, error) {
	query := "SELECT l.rid FROM json_each(?) j CROSS JOIN leads l ON l.rid = j.value ORDER BY " + o.gather + " LIMIT ? OFFSET ?"
	return s.ints(ctx, query, append(append([]any{ridList(rids)}, args...), limit, offset)...)
}

// listOrder is the order of a list by some keys.
func listOrder(keys []string, desc bool) order {
	if !desc {
		return newOrder(keys...)
	}
	return newOrder(strings.Split(strings.Join(keys, " DESC\x00")+" DESC", "\x00")...)
}
