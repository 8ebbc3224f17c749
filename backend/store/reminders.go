package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"patio/backend/crm"
)

// MaxReminders is how many Reminders answers at most.
const MaxReminders = 500

// remindAt is when one is reminded of what has an hour, as its index has it.
const remindAt = "due_at - max(remind, 0) * 60000"

const (
	remindersSQL = "SELECT id, " + remindAt + ", due FROM activities WHERE remind <> 0 AND agenda > 0 AND due > 0 AND user = ? AND " +
		remindAt + " > ? AND " + remindAt + " <= ? AND due > ? ORDER BY " + remindAt + " LIMIT ?"
	nextReminderSQL = "SELECT coalesce(min(" + remindAt + "), 0) FROM activities WHERE remind <> 0 AND agenda > 0 AND due > 0 AND user = ? AND " + remindAt + " > ?"
	// Days are few, and their morning may move: it is no column.
	dayRemindersSQL = "SELECT id, due_day, remind, due FROM activities WHERE agenda <> 0 AND user = ? AND agenda >= ? AND agenda < ? AND due > 0 AND remind <> 0"
)

// Reminders answers what a person was to be reminded of by a moment, and was not
// yet due at another, in the order of the former, and when the next reminder is;
// 0 for never. All are ms UTC. Done ones, and those of leads that are off the
// boards, don't count.
func (s *Store) Reminders(ctx context.Context, userID string, dueAfter, until int64) (list []crm.Reminder, next int64, err error) {
	ref, known := s.findRef(userID)
	if !known {
		return nil, 0, nil
	}
	if list, err = s.hourReminders(ctx, ref, dueAfter, until); err != nil {
		return nil, 0, s.fail("read reminders", err)
	}
	if err = s.one(ctx, nextReminderSQL, []any{ref, until}, &next); err != nil {
		return nil, 0, s.fail("read next reminder", err)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, 0, err
	}
	zone := zoneOf(w.Settings[SettingZone])
	// Reminders are up to four weeks ahead of the day.
	first, last := time.UnixMilli(dueAfter).In(zone), time.UnixMilli(until).In(zone).AddDate(0, 0, crm.MaxRemind/(24*60)+1)
	rows, err := s.query(ctx, dayRemindersSQL, ref, -dayOf(last), min(-dayOf(first)+1, 0))
	if err != nil {
		return nil, 0, s.fail("read reminders", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a crm.Activity
		var id []byte
		if err := rows.Scan(&id, &a.DueDay, &a.Remind, &a.Due); err != nil {
			return nil, 0, s.fail("read reminders", err)
		}
		switch at := a.RemindAt(zone, w.Morning()); {
		case a.Due <= dueAfter:
		case at <= until:
			list = append(list, crm.Reminder{ActivityID: text(id), At: at, Due: a.Due})
		case next == 0 || at < next:
			next = at
		}
	}
	slices.SortFunc(list, func(a, b crm.Reminder) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ActivityID, b.ActivityID))
	})
	return list[:min(len(list), MaxReminders)], next, s.fail("read reminders", rows.Err())
}

func (s *Store) hourReminders(ctx context.Context, user, dueAfter, until int64) ([]crm.Reminder, error) {
	rows, err := s.query(ctx, remindersSQL, user, dueAfter-crm.MaxRemind*time.Minute.Milliseconds(), until, dueAfter, MaxReminders)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []crm.Reminder
	for rows.Next() {
		var r crm.Reminder
		var id []byte
		if err := rows.Scan(&id, &r.At, &r.Due); err != nil {
			return nil, err
		}
		r.ActivityID = text(id)
		list = append(list, r)
	}
	return list, rows.Err()
}

// dayOf is the number of a moment's calendar day.
func dayOf(t time.Time) int64 {
	return dayNumber(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC))
}

// Due answers those of some activities that are planned still, for a person,
// with leads on the boards, as the agenda shows them.
func (s *Store) Due(ctx context.Context, userID string, ids []string) ([]crm.AgendaEntry, error) {
	ref, known := s.findRef(userID)
	if !known || len(ids) == 0 {
		return nil, nil
	}
	var rids []int64
	for chunk := range slices.Chunk(ids, atOnce) {
		in, args := someOf(chunk, func(id string) any { return blob(id) })
		found, err := s.ints(ctx, "SELECT rid FROM activities WHERE id"+in+" AND user = ? AND due > 0 AND agenda <> 0", append(args, ref)...)
		if err != nil {
			return nil, s.fail("find activities", err)
		}
		rids = append(rids, found...)
	}
	entries, err := s.agendaEntries(ctx, rids)
	return entries, s.fail("read activities", err)
}
