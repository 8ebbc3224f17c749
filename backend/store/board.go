package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"patio/backend/crm"
)

// Cards of a stage stand by freshness, then rank, then id: replies and new
// leads lie on top and write no rank.
var placeOrder = newOrder("l.fresh DESC", "l.rank", "l.id")

// convertedOrder is that of a stage that lists leads which left its pipeline.
var convertedOrder = newOrder("l.stage_since DESC", "l.rid DESC")

// MaxPage is the most cards or rows that one request answers.
const MaxPage = 200

// Board answers every stage of a pipeline: its count, its sum and its first
// cards, and the totals of all. A stage of kind converted lists the leads that
// this pipeline converted; they count in the pipeline where they stand. Leads
// that stand there all the same, because another device put them in before the
// stage was of that kind, are shown first: until they were moved on it is a
// stage as any other. One of kind discarded lists what lies in the archive.
// Neither is in the totals.
func (s *Store) Board(ctx context.Context, pipelineID string, f crm.Filter, limit int) ([]crm.StageView, crm.Totals, error) {
	var all crm.Totals
	f.PipelineID = pipelineID
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, all, err
	}
	q, err := s.stageQuery(ctx, f, s.refsOf(stagesOf(w, f)))
	if err != nil {
		return nil, all, err
	}
	views := []crm.StageView{}
	for _, st := range w.Stages {
		if st.PipelineID != pipelineID {
			continue
		}
		view, err := q.view(ctx, st, 0, limit)
		if err != nil {
			return nil, all, s.fail("read board", err)
		}
		ref, _ := s.findRef(st.ID)
		if st.Kind != crm.StageDiscarded && (st.Kind != crm.StageConverted || q.among[ref].Count > 0) {
			all.Count, all.SumCents = all.Count+view.Count, all.SumCents+view.SumCents
		}
		views = append(views, view)
	}
	return views, all, nil
}

// StageWindow answers the cards [offset, offset+limit) of one stage, and its
// count and sum. A deleted one without leads is empty: a window may still show
// it that hasn't heard of its end.
func (s *Store) StageWindow(ctx context.Context, stageID string, f crm.Filter, offset, limit int) (crm.StageView, error) {
	st, err := s.stage(ctx, stageID)
	if err != nil {
		return crm.StageView{}, err
	}
	f.PipelineID = st.PipelineID
	q, err := s.stageQuery(ctx, f, s.refsOf([]string{stageID}))
	if err != nil {
		return crm.StageView{}, err
	}
	view, err := q.view(ctx, st, offset, limit)
	return view, s.fail("read stage", err)
}

func (s *Store) stage(ctx context.Context, id string) (crm.Stage, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Stage{}, err
	}
	for _, st := range slices.Concat(w.Stages, w.Former) {
		if st.ID == id {
			return st, nil
		}
	}
	return crm.Stage{}, crm.NewError(crm.CodeNotFound, "stageId", "id", id)
}

// stageQuery is a filter made ready to be asked of stage after stage.
type stageQuery struct {
	s      *Store
	f      crm.Filter
	m      *match // without a term on the stage
	totals map[int64]crm.Totals
	among  map[int64]crm.Totals // without the filter, to weigh the ways
	all    int                  // leads in every stage
	fields []crm.Field          // custom ones that a card shows
	few    *few                 // all that match, where they are few
}

// stageQuery makes a filter ready for some stages, by ref.
func (s *Store) stageQuery(ctx context.Context, f crm.Filter, stages []int64) (*stageQuery, error) {
	m, err := s.filter(ctx, f)
	if err != nil {
		return nil, err
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	q := &stageQuery{s: s, f: f, m: m.without("stage"), fields: crm.CardFields(w.Fields)}
	if q.m.counts() && !q.m.ranges() {
		if q.few, err = s.few(ctx, q.m); err != nil {
			return nil, s.fail("count stages", err)
		}
	}
	if q.few != nil {
		q.totals = q.few.totals
	} else if q.totals, err = s.stageTotals(ctx, q.m, stages); err != nil {
		return nil, s.fail("count stages", err)
	}
	q.among = q.totals
	if len(q.m.terms) > 0 {
		if q.among, err = s.stageTotals(ctx, &match{live: m.live}, stages); err != nil {
			return nil, s.fail("count stages", err)
		}
	}
	for _, t := range q.among {
		q.all += t.Count
	}
	return q, nil
}

func (q *stageQuery) view(ctx context.Context, st crm.Stage, offset, limit int) (crm.StageView, error) {
	view := crm.StageView{StageID: st.ID, Cards: []crm.Card{}}
	if len(q.f.StageIDs) > 0 && !contains(q.f.StageIDs, st.ID) {
		return view, nil
	}
	limit, offset = min(max(limit, 0), MaxPage), max(offset, 0)
	ref, ok := q.s.findRef(st.ID)
	switch {
	case st.Kind == crm.StageConverted && q.among[ref].Count == 0:
		return q.converted(ctx, view, st, offset, limit)
	case st.Kind == crm.StageDiscarded && q.m.live == living:
		return q.discarded(ctx, view, st, offset, limit)
	}
	if !ok {
		return view, nil // nobody has stood there yet
	}
	t := q.totals[ref]
	view.Count, view.SumCents = t.Count, t.SumCents
	if limit = min(limit, t.Count-offset); limit <= 0 {
		return view, nil
	}
	if q.few != nil {
		rids, err := q.s.pageAmong(ctx, q.few.rids[ref], placeOrder, nil, offset, limit)
		if err == nil {
			view.Cards, err = q.s.cards(ctx, rids, q.fields)
		}
		return view, err
	}
	m := q.m.and("stage", ref)
	gather := !m.walks(t.Count, q.among[ref].Count, q.all, offset, limit)
	query, args := m.pageSQL(placeOrder, gather, []string{"stage"}, offset, limit)
	return q.fill(ctx, view, query, args)
}

// converted lists the leads that a pipeline converted, the latest first.
func (q *stageQuery) converted(ctx context.Context, view crm.StageView, st crm.Stage, offset, limit int) (crm.StageView, error) {
	pipeline, ok := q.s.findRef(st.PipelineID)
	if !ok {
		return view, nil
	}
	m := &match{live: q.m.live}
	// Where PCs disagreed about its place, one may be converted and back at once.
	m.add("converted", "l.converted_from = ? AND l.converted_from > 0 AND l.pipeline <> ?", pipeline, pipeline)
	m.terms = append(m.terms, q.m.terms...)
	where, args := m.where(nil, "converted")
	if err := q.s.one(ctx, "SELECT count(*),coalesce(sum(l.value_cents),0) FROM leads l WHERE "+where, args, &view.Count, &view.SumCents); err != nil {
		return view, err
	}
	if limit == 0 || view.Count <= offset {
		return view, nil
	}
	query, args := m.pageSQL(convertedOrder, false, []string{"converted"}, offset, limit)
	return q.fill(ctx, view, query, args)
}

// discarded lists the leads that rest in the archive, the latest first, and
// those that came into the stage by another way, as from a sheet.
func (q *stageQuery) discarded(ctx context.Context, view crm.StageView, st crm.Stage, offset, limit int) (crm.StageView, error) {
	ref, ok := q.s.findRef(st.ID)
	if !ok {
		return view, nil
	}
	away := (&match{live: archived, terms: q.m.terms}).and("stage", ref)
	t, err := q.s.count(ctx, away)
	if err != nil {
		return view, err
	}
	living := q.totals[ref]
	view.Count, view.SumCents = living.Count+t.Count, living.SumCents+t.SumCents
	if limit == 0 || view.Count <= offset {
		return view, nil
	}
	query, args := q.m.and("stage", ref).discardedSQL(away)
	return q.fill(ctx, view, query+" ORDER BY stage_since DESC, rid DESC LIMIT ? OFFSET ?", append(args, limit, offset))
}

// discardedSQL finds the rowids of one match and another, each by its index.
func (m *match) discardedSQL(other *match) (query string, args []any) {
	const columns = "SELECT l.rid, l.stage_since FROM leads l WHERE "
	where, args := m.where(nil, "stage")
	also, args := other.where(args, "stage")
	return "SELECT rid FROM (" + columns + where + " UNION ALL " + columns + also + ")", args
}

func (q *stageQuery) fill(ctx context.Context, view crm.StageView, query string, args []any) (crm.StageView, error) {
	rids, err := q.s.ints(ctx, query, args...)
	if err != nil {
		return view, err
	}
	view.Cards, err = q.s.cards(ctx, rids, q.fields)
	return view, err
}

// Locate says where a card stands now: its stage and its index there under a
// filter; −1 when the filter leaves it out.
func (s *Store) Locate(ctx context.Context, leadID string, f crm.Filter) (stageID string, index int, err error) {
	if err := CheckID("leadId", leadID); err != nil {
		return "", -1, err
	}
	var rid, stage, fresh int64
	var rank string
	err = s.one(ctx, "SELECT rid,stage,fresh,rank FROM leads WHERE id = ? AND live > 0", []any{blob(leadID)}, &rid, &stage, &fresh, &rank)
	if errors.Is(err, sql.ErrNoRows) {
		return "", -1, crm.NewError(crm.CodeNotFound, "leadId", "id", leadID)
	}
	if err != nil {
		return "", -1, s.fail("locate lead", err)
	}
	f.PipelineID = ""
	m, err := s.filter(ctx, f)
	if err != nil {
		return "", -1, err
	}
	stageID = s.refID(stage)
	if st, err := s.stage(ctx, stageID); err == nil && st.Kind == crm.StageDiscarded && m.live == living {
		index, err = s.locateDiscarded(ctx, m.without("stage"), stage, rid)
		return stageID, index, s.fail("locate lead", err)
	}
	if len(f.StageIDs) > 0 && !contains(f.StageIDs, stageID) {
		return stageID, -1, nil
	}
	m = m.without("stage")
	where, args := m.where([]any{rid})
	var shown int
	if err := s.one(ctx, "SELECT count(*) FROM leads l WHERE l.rid = ? AND "+where, args, &shown); err != nil {
		return "", -1, s.fail("locate lead", err)
	}
	if shown == 0 {
		return stageID, -1, nil
	}
	// Two ranges of the board's index: the fresher ones, and the equally fresh
	// ones that stand above.
	where, above := m.where(nil)
	query := "SELECT (SELECT count(*) FROM leads l WHERE l.stage = ? AND l.fresh > ? AND " + where +
		") + (SELECT count(*) FROM leads l WHERE l.stage = ? AND l.fresh = ? AND (l.rank, l.id) < (?, ?) AND " + where + ")"
	args = append([]any{stage, fresh}, above...)
	args = append(append(args, stage, fresh, rank, blob(leadID)), above...)
	err = s.one(ctx, query, args, &index)
	return stageID, index, s.fail("locate lead", err)
}

// locateDiscarded is Locate in a stage that lists the archive.
func (s *Store) locateDiscarded(ctx context.Context, m *match, stage, rid int64) (int, error) {
	away := (&match{live: archived, terms: m.terms}).and("stage", stage)
	query, args := m.and("stage", stage).discardedSQL(away)
	rids, err := s.ints(ctx, query+" ORDER BY stage_since DESC, rid DESC", args...)
	return slices.Index(rids, rid), err
}

// Tabs counts what the board's tabs promise: the acting user's leads, those
// with an overdue activity, those without a planned one, the unread ones.
func (s *Store) Tabs(ctx context.Context, pipelineID string) (mine, overdue, none, unread int, err error) {
	count := func(f crm.Filter) int {
		if err != nil {
			return 0
		}
		var t crm.Totals
		f.PipelineID = pipelineID
		t, err = s.Count(ctx, f)
		return t.Count
	}
	if user := s.ActingUser(); user != "" {
		mine = count(crm.Filter{OwnerIDs: []string{user}})
	}
	overdue = count(crm.Filter{Activity: "overdue"})
	none = count(crm.Filter{Activity: "none"})
	unread = count(crm.Filter{Unread: true})
	return mine, overdue, none, unread, err
}
