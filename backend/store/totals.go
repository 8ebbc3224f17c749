package store

import (
	"context"

	"patio/backend/crm"
)

// stageTotals counts the leads that match, and adds up their values, by stage
// ref. Without a filter the counters answer, which Transact keeps.
func (s *Store) stageTotals(ctx context.Context, m *match) (map[int64]crm.Totals, error) {
	query, args := "SELECT stage,n,cents FROM stage_totals", []any(nil)
	stages := m.without("stage")
	if len(stages.terms) > 0 || m.live != "l.live = 1" {
		var where string
		where, args = m.where(nil, m.driver()...)
		query = "SELECT l.stage,count(*),sum(l.value_cents) FROM leads l WHERE " + where + " GROUP BY l.stage"
	}
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]crm.Totals{}
	for rows.Next() {
		var stage int64
		var t crm.Totals
		if err := rows.Scan(&stage, &t.Count, &t.SumCents); err != nil {
			return nil, err
		}
		out[stage] = t
	}
	return out, rows.Err()
}

// Count answers how many leads match and the sum of their values.
func (s *Store) Count(ctx context.Context, f crm.Filter) (crm.Totals, error) {
	var all crm.Totals
	m, err := s.filter(ctx, f)
	if err != nil {
		return all, err
	}
	all, err = s.count(ctx, m)
	return all, s.fail("count leads", err)
}

func (s *Store) count(ctx context.Context, m *match) (crm.Totals, error) {
	var all crm.Totals
	totals, err := s.stageTotals(ctx, m)
	if err != nil {
		return all, err
	}
	shown := func(int64) bool { return true }
	for _, t := range m.terms {
		if t.column == "stage" {
			shown = func(ref int64) bool {
				for _, arg := range t.args {
					if arg == ref {
						return true
					}
				}
				return false
			}
		}
	}
	for ref, t := range totals {
		if shown(ref) {
			all.Count, all.SumCents = all.Count+t.Count, all.SumCents+t.SumCents
		}
	}
	return all, nil
}
