package store

import (
	"time"

	"patio/backend/crm"
)

func (m *match) created(f crm.Filter, zone *time.Location) error {
	day := func(field, text string, plus int) (int64, error) {
		t, err := time.ParseInLocation(time.DateOnly, text, zone)
		if err != nil {
			return 0, crm.NewError(crm.CodeInvalid, field, "value", text)
		}
		return t.AddDate(0, 0, plus).UnixMilli(), nil
	}
	if f.CreatedFrom != "" {
		from, err := day("createdFrom", f.CreatedFrom, 0)
		if err != nil {
			return err
		}
		m.add("created", "%l.created_at >= ?", from)
	}
	if f.CreatedTo != "" {
		to, err := day("createdTo", f.CreatedTo, 1)
		if err != nil {
			return err
		}
		m.add("created", "%l.created_at < ?", to)
	}
	return nil
}

// activity narrows by the next planned activity. A sold lead has nothing to
// plan, so "none" asks for open stages unless the filter names its own.
func (m *match) activity(f crm.Filter, w *Workspace, s *Store) error {
	now := s.now().In(s.Zone())
	tonight := time.Date(now.Year(), now.Month(), now.Day()+1, 0, 0, 0, 0, now.Location()).UnixMilli() - 1
	const planned = "%(l.next_due = 0) = 0" // as the index has it
	switch f.Activity {
	case "":
	case "overdue":
		m.add("due", planned)
		m.add("due", "%l.next_due < ?", now.UnixMilli())
	case "today":
		m.add("due", planned)
		m.add("due", "%l.next_due >= ?", now.UnixMilli())
		m.add("due", "%l.next_due <= ?", tonight)
	case "later":
		m.add("due", planned)
		m.add("due", "%l.next_due > ?", tonight)
	case "none":
		m.terms = append(m.terms, term{column: "due", sql: "%(l.next_due = 0) = 1", counter: "t.idle = 1"})
		if len(f.StageIDs) == 0 {
			m.in("stage", s.refsOf(stagesOfKind(w, crm.StageOpen)))
			m.terms[len(m.terms)-1].column = "open" // stays when stages are asked one by one
		}
	default:
		return crm.NewError(crm.CodeInvalid, "activity", "value", f.Activity)
	}
	return nil
}

// quiet narrows to leads that nobody has been in contact with for some days: a
// new one counts from when it came. As with what isn't planned, it asks for open
// stages unless the filter names its own.
func (m *match) quiet(f crm.Filter, w *Workspace, s *Store) {
	before := s.now().Add(-time.Duration(w.Days(SettingIdleDays)) * 24 * time.Hour).UnixMilli()
	m.add("quiet", "%l.last_contact < ?", before)
	m.add("uncontacted", "(%l.last_contact > 0 OR l.created_at < ?)", before)
	if len(f.StageIDs) == 0 {
		m.in("stage", s.refsOf(stagesOfKind(w, crm.StageOpen)))
		m.terms[len(m.terms)-1].column = "open"
	}
}

// winback narrows to leads that were not sold and whose customers may want to
// buy by now: as long ago as their timeframe says. It asks for lost stages
// unless the filter names its own.
func (m *match) winback(f crm.Filter, w *Workspace, s *Store) {
	sql, args := "l.stage_since < CASE l.timeframe", []any{}
	for _, t := range crm.Timeframes {
		sql, args = sql+" WHEN ? THEN ?", append(args, t, s.now().AddDate(0, 0, -crm.TimeframeDays(t)).UnixMilli())
	}
	m.add("winback", sql+" END", args...)
	if len(f.StageIDs) == 0 {
		m.in("stage", s.refsOf(stagesOfKind(w, crm.StageLost)))
		m.terms[len(m.terms)-1].column = "open"
	}
}

func stagesOfKind(w *Workspace, kind string) []string {
	var ids []string
	for _, st := range w.Stages {
		if st.Kind == kind {
			ids = append(ids, st.ID)
		}
	}
	return ids
}
