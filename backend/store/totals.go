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
func (s *Store) stageTotals(ctx context.Context, m *match) (map[int64]crm.Totals, error) {
	query, args, ok := m.counterSQL()
	if !ok {
		var where string
		where, args = m.where(nil, m.driver()...)
		query = "SELECT l.stage, count(*), sum(l.value_cents) FROM leads l WHERE " + where + " GROUP BY l.stage"
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

// counterSQL asks the counters; ok is false for what they don't tell apart.
func (m *match) counterSQL() (query string, args []any, ok bool) {
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
	return "SELECT t.stage, sum(t.n), sum(t.cents) FROM lead_totals t WHERE " + where + " GROUP BY t.stage", args, true
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

func (s *Store) count(ctx context.Context, m *match) (all crm.Totals, err error) {
	totals, err := s.stageTotals(ctx, m)
	for _, t := range totals {
		all.Count, all.SumCents = all.Count+t.Count, all.SumCents+t.SumCents
	}
	return all, err
}
