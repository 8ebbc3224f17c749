package store

import (
	"context"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// sorted by an index: a page is walked to.
var walkSorts = map[string][]string{
	crm.SortName:        {"l.sort_name", "l.rid"},
	crm.SortValue:       {"l.value_cents", "l.rid"},
	crm.SortCreated:     {"l.created_at", "l.rid"},
	crm.SortStageSince:  {"l.stage_since", "l.rid"},
	crm.SortLastContact: {"l.last_contact", "l.rid"},
	crm.SortVehicle:     {"l.vehicle COLLATE NOCASE", "l.rid"},
	crm.SortNextDue:     {"(l.next_due = 0)", "l.next_due", "l.rid"}, // nothing planned comes last
}

// List answers a page of the leads that match, in order, and the totals of
// all that match. Limit is at most MaxPage; 0 asks for the totals only.
func (s *Store) List(ctx context.Context, r crm.ListRequest) ([]crm.Card, crm.Totals, error) {
	m, err := s.filter(ctx, r.Filter)
	if err != nil {
		return nil, crm.Totals{}, err
	}
	rids, all, err := s.counted(ctx, m, r)
	if err != nil {
		return nil, all, s.fail("read list", err)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, all, err
	}
	cards, err := s.cards(ctx, rids, crm.ShownFields(w.Fields))
	return cards, all, s.fail("read list", err)
}

// counted finds the rowids of a page, and counts all that match.
func (s *Store) counted(ctx context.Context, m *match, r crm.ListRequest) ([]int64, crm.Totals, error) {
	offset, limit := max(r.Offset, 0), min(max(r.Limit, 0), MaxPage)
	if m.counts() && !m.ranges() {
		f, err := s.few(ctx, m)
		if err != nil {
			return nil, crm.Totals{}, err
		}
		if f != nil {
			keys, _, args, err := s.sortKeys(ctx, r.Sort)
			if err != nil || limit == 0 || offset >= f.all.Count {
				return nil, f.all, err
			}
			rids, err := s.pageAmong(ctx, f.every(), listOrder(keys, r.Desc), args, offset, limit)
			return rids, f.all, err
		}
	}
	all, err := s.count(ctx, m)
	if err != nil {
		return nil, all, err
	}
	rids, err := s.listed(ctx, m, r, all.Count, offset, limit)
	return rids, all, err
}

// listed finds the rowids of a page of n leads that match.
func (s *Store) listed(ctx context.Context, m *match, r crm.ListRequest, n, offset, limit int) ([]int64, error) {
	keys, indexed, lead, err := s.sortKeys(ctx, r.Sort)
	if err != nil {
		return nil, err
	}
	if limit = min(limit, n-offset); limit <= 0 {
		return nil, nil
	}
	o := listOrder(keys, r.Desc)
	gather := true
	if indexed && len(m.terms) == 0 {
		gather = false
	} else if indexed && !r.Filter.Archived {
		all, err := s.count(ctx, &match{live: m.live})
		if err != nil {
			return nil, err
		}
		gather = !m.walks(n, all.Count, all.Count, offset, limit)
	}
	query, args := m.pageSQL(o, gather, nil, offset, limit)
	// Parameters of the order stand after those of the conditions.
	at := len(args) - 2
	return s.ints(ctx, query, slices.Insert(args, at, lead...)...)
}

// sortKeys answers the keys of a sort, whether an index yields them, and the
// parameters that they take.
func (s *Store) sortKeys(ctx context.Context, sort string) (keys []string, indexed bool, args []any, err error) {
	if sort == "" {
		sort = crm.SortCreated
	}
	if keys, ok := walkSorts[sort]; ok {
		return keys, true, nil, nil
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, false, nil, err
	}
	var ids []string
	switch sort {
	case crm.SortStage:
		for _, p := range w.Pipelines {
			for _, st := range w.Stages {
				if st.PipelineID == p.ID {
					ids = append(ids, st.ID)
				}
			}
		}
	case crm.SortSource:
		for _, e := range w.Sources {
			ids = append(ids, e.ID)
		}
	case crm.SortOwner:
		users := slices.Clone(w.Users)
		slices.SortStableFunc(users, func(a, b crm.User) int { return strings.Compare(format.Fold(a.Name), format.Fold(b.Name)) })
		for _, e := range users {
			ids = append(ids, e.ID)
		}
	default:
		return nil, false, nil, crm.NewError(crm.CodeInvalid, "sort", "value", sort)
	}
	var b strings.Builder
	b.WriteString("CASE l." + sort)
	for _, ref := range s.refsOf(ids) {
		b.WriteString(" WHEN ? THEN ?")
		args = append(args, ref, len(args)/2)
	}
	if len(ids) == 0 {
		return []string{"l.rid"}, false, nil, nil
	}
	b.WriteString(" ELSE ? END")
	return []string{b.String(), "l.rid"}, false, append(args, len(ids)), nil
}

// SelectIDs answers the ids of all leads that a bulk action is about, in the
// board's order.
func (s *Store) SelectIDs(ctx context.Context, sel crm.Selection) ([]string, error) {
	if len(sel.IDs) > 0 || sel.Filter == nil {
		for _, id := range sel.IDs {
			if err := CheckID("ids", id); err != nil {
				return nil, err
			}
		}
		return sel.IDs, nil
	}
	m, err := s.filter(ctx, *sel.Filter)
	if err != nil {
		return nil, err
	}
	where, args := m.where(nil, m.driver().columns...)
	return s.ids(ctx, "SELECT l.id FROM "+m.from(m.driver().columns...)+" WHERE "+where+" ORDER BY l.stage, "+placeOrder.walk, args...)
}

// EachCard calls f with every lead that matches, in order, with all that it
// holds of custom fields; Offset and Limit don't count. The set is that of the start; what is deleted meanwhile is left out.
func (s *Store) EachCard(ctx context.Context, r crm.ListRequest, f func(crm.Card) error) error {
	m, err := s.filter(ctx, r.Filter)
	if err != nil {
		return err
	}
	all, err := s.count(ctx, m)
	if err != nil {
		return s.fail("count leads", err)
	}
	rids, err := s.listed(ctx, m, r, all.Count, 0, all.Count)
	if err != nil {
		return s.fail("read leads", err)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(rids, 500) {
		cards, err := s.cards(ctx, chunk, w.Fields)
		if err != nil {
			return s.fail("read cards", err)
		}
		for _, c := range cards {
			if err := f(c); err != nil {
				return err
			}
		}
	}
	return nil
}
