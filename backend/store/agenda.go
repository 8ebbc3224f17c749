package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
)

// maxOverdue is how many overdue activities are answered beside the days.
const maxOverdue = 50

// agendaQuery is an agenda's filter, by the index that serves it: one
// person's activities are found in an order of their own.
type agendaQuery struct {
	sql  string
	args []any
	one  bool // person
}

func (s *Store) agendaQuery(r crm.AgendaRequest) agendaQuery {
	q := agendaQuery{sql: "a.agenda <> 0", one: len(r.UserIDs) == 1}
	refs := func(column string, ids []string) {
		if len(ids) > 0 {
			q.sql += " AND " + column + oneOf(len(ids))
			q.args = append(q.args, anys(s.refsOf(ids))...)
		}
	}
	if q.one {
		refs("a.user", r.UserIDs)
	} else {
		refs("+a.user", r.UserIDs)
	}
	refs("+a.shop", r.ShopIDs)
	if len(r.Kinds) > 0 {
		q.sql += " AND +a.kind" + oneOf(len(r.Kinds))
		q.args = append(q.args, anys(r.Kinds)...)
	}
	return q
}

// What the agenda asks for: a range of agendaKey, and what is overdue. The
// latter's literal is what its partial index says.
const (
	inRange = " AND a.agenda >= ? AND a.agenda < ?"
	overdue = " AND a.due > 0 AND a.due < ?"
)

// first finds the rowids of the first, in the order of the index.
func (q agendaQuery) first(rest, by string, limit int, args ...any) (string, []any) {
	keys := []string{"a." + by, "a.user", "a.kind", "a.shop", "a.rid"}
	if q.one {
		keys = slices.Delete(keys, 1, 2)
	}
	return "SELECT a.rid FROM activities a WHERE " + q.sql + rest + " ORDER BY " + strings.Join(keys, ", ") + " LIMIT ?", slices.Concat(q.args, args, []any{limit})
}

// count counts as far as a limit: the next after that is asked in vain.
func (q agendaQuery) count(rest string, limit int, args ...any) (string, []any) {
	return "SELECT count(*) FROM (SELECT 1 FROM activities a WHERE " + q.sql + rest + " LIMIT ?)", slices.Concat(q.args, args, []any{limit})
}

// agendaSQL reads the entries that a list of rowids names.
const agendaSQL = `SELECT a.id,a.lead_id,a.kind,a.title,a.due_at,a.due_day,a.done_at,a.outcome,a.user,a.due,coalesce(a.remind,0),
	c.name,c.company,c.phone,l.vehicle,l.plate,l.subject,l.stage,l.shop FROM json_each(?) j CROSS JOIN activities a ON a.rid = j.value
	CROSS JOIN leads l ON l.id = a.lead_id CROSS JOIN contacts c ON c.id = l.person`

// Agenda answers what is due on some days, and what is overdue now. Errors:
// invalid (from, days).
func (s *Store) Agenda(ctx context.Context, r crm.AgendaRequest) (crm.Agenda, error) {
	days, begins, err := s.agendaDays(r)
	if err != nil {
		return crm.Agenda{}, err
	}
	q := s.agendaQuery(r)
	limit := min(max(r.PerDay, 1), MaxPage)
	var rids []int64
	for i := range days {
		found, err := s.agendaDay(ctx, q, &days[i], begins[i], begins[i+1], limit)
		if err != nil {
			return crm.Agenda{}, s.fail("read agenda", err)
		}
		rids = append(rids, found...)
	}
	entries, err := s.agendaEntries(ctx, rids)
	if err != nil {
		return crm.Agenda{}, s.fail("read agenda", err)
	}
	zone := s.Zone()
	for _, e := range entries {
		i, there := slices.BinarySearchFunc(days, e.Day(zone), func(d crm.AgendaDay, day string) int { return cmp.Compare(d.Day, day) })
		if there && len(days[i].Entries) < limit {
			days[i].Entries = append(days[i].Entries, e)
		}
	}
	out := crm.Agenda{Days: days}
	out.Overdue, out.OverdueCount, err = s.overdue(ctx, q)
	return out, s.fail("read overdue", err)
}

// agendaDays answers the days asked for, and when each begins and the last ends.
func (s *Store) agendaDays(r crm.AgendaRequest) ([]crm.AgendaDay, []int64, error) {
	if r.Days < 1 || r.Days > crm.MaxAgendaDays {
		return nil, nil, crm.NewError(crm.CodeInvalid, "days")
	}
	first, err := time.Parse(time.DateOnly, r.From)
	if err != nil {
		return nil, nil, crm.NewError(crm.CodeInvalid, "from", "value", r.From).Because(err)
	}
	zone := s.Zone()
	days, begins := make([]crm.AgendaDay, r.Days), make([]int64, r.Days+1)
	for i := range begins {
		day := first.AddDate(0, 0, i)
		begins[i] = crm.DayBegin(day, zone).UnixMilli()
		if i < r.Days {
			days[i] = crm.AgendaDay{Day: day.Format(time.DateOnly), Entries: []crm.AgendaEntry{}}
		}
	}
	return days, begins, nil
}

// agendaDay counts what falls on a day, and finds the first of it.
func (s *Store) agendaDay(ctx context.Context, q agendaQuery, d *crm.AgendaDay, begin, end int64, limit int) ([]int64, error) {
	day, err := time.Parse(time.DateOnly, d.Day)
	if err != nil {
		return nil, err
	}
	var rids []int64
	most := max(limit+1, crm.MaxAgendaCount)
	for _, span := range [][2]int64{{-dayNumber(day), -dayNumber(day) + 1}, {begin, end}} {
		query, args := q.first(inRange, "agenda", limit-len(rids)+1, span[0], span[1])
		found, err := s.ints(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		n := len(found)
		if n > limit-len(rids) {
			query, args = q.count(inRange, most, span[0], span[1])
			if err := s.one(ctx, query, args, &n); err != nil {
				return nil, err
			}
			found = found[:limit-len(rids)]
		}
		d.Count = min(d.Count+n, most)
		rids = append(rids, found...)
	}
	return rids, nil
}

func (s *Store) overdue(ctx context.Context, q agendaQuery) (entries []crm.AgendaEntry, n int, err error) {
	now := s.now().UnixMilli()
	query, args := q.count(overdue, crm.MaxAgendaCount, now)
	if err := s.one(ctx, query, args, &n); err != nil {
		return nil, 0, err
	}
	query, args = q.first(overdue, "due", maxOverdue, now)
	rids, err := s.ints(ctx, query, args...)
	if err != nil {
		return nil, 0, err
	}
	entries, err = s.agendaEntries(ctx, rids)
	slices.SortStableFunc(entries, func(a, b crm.AgendaEntry) int { return cmp.Compare(a.Due, b.Due) })
	return entries, n, err
}

// agendaEntries reads entries: those without an hour first, then by hour.
func (s *Store) agendaEntries(ctx context.Context, rids []int64) ([]crm.AgendaEntry, error) {
	out := []crm.AgendaEntry{}
	if len(rids) == 0 {
		return out, nil
	}
	rows, err := s.query(ctx, agendaSQL, ridList(rids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e crm.AgendaEntry
		var id, lead []byte
		var user, stage, shop int64
		if err := rows.Scan(&id, &lead, &e.Kind, &e.Title, &e.DueAt, &e.DueDay, &e.DoneAt, &e.Outcome, &user, &e.Due, &e.Remind,
			&e.Name, &e.Company, &e.Phone, &e.Vehicle, &e.Plate, &e.Subject, &stage, &shop); err != nil {
			return nil, err
		}
		e.ID, e.LeadID = text(id), text(lead)
		e.UserID, e.StageID, e.ShopID = s.refID(user), s.refID(stage), s.refID(shop)
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b crm.AgendaEntry) int {
		return cmp.Or(cmp.Compare(a.DueAt, b.DueAt), cmp.Compare(a.DueDay, b.DueDay), cmp.Compare(a.ID, b.ID))
	})
	return out, rows.Err()
}

// AgendaEntry answers one activity as the agenda shows it, whether it is on the
// agenda or not. Errors: not_found when there is none, or it has no date.
func (s *Store) AgendaEntry(ctx context.Context, id string) (crm.AgendaEntry, error) {
	if err := CheckID("id", id); err != nil {
		return crm.AgendaEntry{}, err
	}
	rids, err := s.ints(ctx, "SELECT rid FROM activities WHERE id = ? AND deleted = 0 AND (due_at > 0 OR due_day <> '')", blob(id))
	if err != nil {
		return crm.AgendaEntry{}, s.fail("find activity", err)
	}
	entries, err := s.agendaEntries(ctx, rids)
	if err != nil {
		return crm.AgendaEntry{}, s.fail("read activity", err)
	}
	if len(entries) == 0 {
		return crm.AgendaEntry{}, crm.NewError(crm.CodeNotFound, "id", "id", id)
	}
	return entries[0], nil
}
