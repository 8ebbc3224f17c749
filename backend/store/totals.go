package store

import (
	"context"
	"slices"

	"patio/backend/crm"
)

// totalKey is a cell of the counters; tag 0 counts whatever the tags.
type totalKey struct {
	tag, stage, owner int64
	fresh             bool // new or with an unread reply
	idle              bool // with nothing planned
}

// counted is what a cell holds, or what an operation adds to it.
type counted struct{ n, cents int64 }

// countLead adds a living lead to the counters, or takes it off.
func (tx *Tx) countLead(l *crm.Lead, sign int64) error {
	key := totalKey{fresh: l.Fresh > 0, idle: l.NextDue == 0}
	var err error
	if key.stage, err = tx.s.ref(tx.ctx, l.StageID); err != nil {
		return err
	}
	if key.owner, err = tx.s.ref(tx.ctx, l.OwnerID); err != nil {
		return err
	}
	add := func() {
		c := tx.totals[key]
		tx.totals[key] = counted{c.n + sign, c.cents + sign*l.ValueCents}
	}
	add()
	for i, tag := range l.Tags {
		if slices.Contains(l.Tags[:i], tag) {
			continue
		}
		if key.tag, err = tx.s.ref(tx.ctx, tag); err != nil {
			return err
		}
		add()
	}
	return nil
}

func (tx *Tx) writeTotals() error {
	for key, c := range tx.totals {
		if c == (counted{}) {
			continue
		}
		if _, err := tx.s.exec(tx.ctx, `INSERT INTO lead_totals(tag,stage,owner,fresh,idle,n,cents) VALUES (?,?,?,?,?,?,?)
			ON CONFLICT(tag,stage,owner,fresh,idle) DO UPDATE SET n=n+excluded.n, cents=cents+excluded.cents`,
			key.tag, key.stage, key.owner, key.fresh, key.idle, c.n, c.cents); err != nil {
			return err
		}
	}
	return nil
}

// stageTotals counts the leads that match, and adds up their values, by stage
// ref. The counters answer where they can.
func (s *Store) stageTotals(ctx context.Context, m *match, stages []int64) (map[int64]crm.Totals, error) {
	out := map[int64]crm.Totals{}
	query, args, ok := m.counterSQL("t.stage, ", " GROUP BY t.stage")
	if !ok && m.ranges() {
		for _, ref := range stages {
			var err error
			if out[ref], err = s.count(ctx, m.and("stage", ref)); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if !ok {
		query, args = m.countSQL("l.stage, ", " GROUP BY l.stage")
	}
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
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

// ranges says whether the leads that match are gathered from a range of an
// index: grouping them by stage would sort them all, which takes longer than
// to go through the range once a stage.
func (m *match) ranges() bool {
	column := append(m.driver().columns, "")[0]
	switch column {
	case "due", "created", "quiet", "timeframe", "qualification":
		return true
	}
	return false
}

// Breakdown counts the leads that match by temperature and by level.
func (s *Store) Breakdown(ctx context.Context, f crm.Filter) (crm.Breakdown, error) {
	out := crm.Breakdown{Timeframes: map[string]crm.Totals{}, Qualifications: map[string]crm.Totals{}}
	m, err := s.filter(ctx, f)
	if err != nil {
		return out, err
	}
	for column, of := range map[string]map[string]crm.Totals{"timeframe": out.Timeframes, "qualification": out.Qualifications} {
		if err := s.breakdown(ctx, m, column, of); err != nil {
			return out, s.fail("break leads down", err)
		}
	}
	return out, nil
}

func (s *Store) breakdown(ctx context.Context, m *match, column string, out map[string]crm.Totals) error {
	query, args := m.breakdownSQL(column)
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		var t crm.Totals
		if err := rows.Scan(&value, &t.Count, &t.SumCents); err != nil {
			return err
		}
		out[value] = t
	}
	return rows.Err()
}

// breakdownSQL goes once through the index of the column, which yields the groups.
func (m *match) breakdownSQL(column string) (query string, args []any) {
	where, args := m.where(nil)
	return "SELECT l." + column + ", count(*), coalesce(sum(l.value_cents), 0) FROM leads l WHERE " + where +
		" AND l." + column + " <> '' GROUP BY l." + column, args
}

func (m *match) countSQL(key, group string) (query string, args []any) {
	where, args := m.where(nil, m.driver().columns...)
	return "SELECT " + key + "count(*), coalesce(sum(l.value_cents), 0) FROM " + m.from(m.driver().columns...) + " WHERE " + where + group, args
}

// counterSQL asks the counters; ok is false for what they don't tell apart.
func (m *match) counterSQL(key, group string) (query string, args []any, ok bool) {
	if m.live != living {
		return "", nil, false
	}
	where, args := "t.tag = ?", []any{int64(0)}
	for _, t := range m.terms {
		switch {
		case t.column == "tag" && len(t.args) == 1:
			args[0] = t.args[0]
		case t.counter != "":
			where += " AND " + t.counter
			args = append(args, t.args...)
		default:
			return "", nil, false
		}
	}
	return "SELECT " + key + "coalesce(sum(t.n), 0), coalesce(sum(t.cents), 0) FROM lead_totals t WHERE " + where + group, args, true
}

// Count answers how many leads match and the sum of their values.
func (s *Store) Count(ctx context.Context, f crm.Filter) (crm.Totals, error) {
	m, err := s.filter(ctx, f)
	if err != nil {
		return crm.Totals{}, err
	}
	all, err := s.count(ctx, m)
	return all, s.fail("count leads", err)
}

func (s *Store) count(ctx context.Context, m *match) (t crm.Totals, err error) {
	query, args, ok := m.counterSQL("", "")
	if !ok {
		query, args = m.countSQL("", "")
	}
	err = s.one(ctx, query, args, &t.Count, &t.SumCents)
	return t, err
}
