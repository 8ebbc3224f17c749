package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"patio/backend/crm"
)

// reminders is what Reminders must answer, read off the entities.
func (w *world) reminders(user string, dueAfter, until int64) (list []crm.Reminder, next int64) {
	found, err := readAll(context.Background(), w.s, w.s.tables[crm.KindActivity], "deleted=0")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range found {
		a := f.v.Interface().(crm.Activity)
		i := slices.IndexFunc(w.leads, func(l naive) bool { return l.ID == a.LeadID })
		if i < 0 || w.leads[i].ArchivedAt > 0 || a.UserID != user {
			continue
		}
		switch at := a.RemindAt(w.s.Zone(), w.workspace().Morning()); {
		case at == 0:
		case at > until:
			if next == 0 || at < next {
				next = at
			}
		case a.Due > dueAfter:
			list = append(list, crm.Reminder{ActivityID: a.ID, At: at, Due: a.Due})
		}
	}
	slices.SortFunc(list, func(a, b crm.Reminder) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ActivityID, b.ActivityID))
	})
	return list, next
}

func TestRemindersAreThoseOfWhatIsDueWithLeadsOnTheBoards(t *testing.T) {
	w := newWorld(t, seeded(t), 60)
	w.plans([]string{crm.ReadyShop})
	found := 0
	check := func(t *rapid.T) {
		user := rapid.SampledFrom(w.users).Draw(t, "user")
		until := w.now.Add(time.Duration(rapid.IntRange(-25*48, 25*48).Draw(t, "until")) * 30 * time.Minute)
		after := until.Add(-time.Duration(rapid.IntRange(0, 30*48).Draw(t, "after")) * 30 * time.Minute)
		got, next, err := w.s.Reminders(context.Background(), user, after.UnixMilli(), until.UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		want, wantNext := w.reminders(user, after.UnixMilli(), until.UnixMilli())
		if d := gocmp.Diff(want, got); d != "" || next != wantNext {
			t.Fatalf("%s\nnext %d, want %d", d, next, wantNext)
		}
		found += len(want)
	}
	rapid.Check(t, check)
	for _, l := range w.leads[:20] { // some leave the boards, some come back
		w.transact("lead.archive", func(tx *Tx) error {
			lead, err := Get[crm.Lead](tx, l.ID)
			if err != nil {
				return err
			}
			lead.ArchivedAt = tx.Now - lead.ArchivedAt
			return Put(tx, lead)
		})
	}
	w.read()
	rapid.Check(t, check)
	if found == 0 {
		t.Error("there was nobody to remind")
	}
	if list, next, err := w.s.Reminders(context.Background(), crm.ReadyShop, 0, w.now.UnixMilli()); err != nil || len(list) > 0 || next != 0 {
		t.Errorf("who is nobody: %v, %d, %v", list, next, err)
	}
}

func TestRemindersGoByTheirIndexes(t *testing.T) {
	w := newWorld(t, seeded(t), 5)
	for query, c := range map[string]struct {
		index string
		args  []any
	}{
		remindersSQL:    {"activities_remind", []any{1, 2, 3, 4, 5}},
		nextReminderSQL: {"activities_remind", []any{1, 2}},
		dayRemindersSQL: {"activities_user", []any{1, 2, 3}},
	} {
		got := plan(t, w.s, query, c.args)
		if !strings.Contains(got, c.index) || strings.Contains(got, "TEMP B-TREE") || strings.Contains(got, "SCAN") {
			t.Errorf("%s\n%s", query, got)
		}
	}
}

func TestOnlyWhatIsStillDueForAPersonIsTold(t *testing.T) {
	w := newWorld(t, seeded(t), 40)
	w.plans([]string{crm.ReadyShop})
	list, _ := w.reminders(w.users[0], w.now.AddDate(0, 0, -30).UnixMilli(), w.now.AddDate(0, 0, 60).UnixMilli())
	var ids []string
	for _, r := range list {
		ids = append(ids, r.ActivityID)
	}
	got, err := w.s.Due(context.Background(), w.users[0], append(ids, w.s.NewID()))
	if err != nil || len(got) != len(ids) || len(ids) == 0 {
		t.Errorf("%d of %d: %v", len(got), len(ids), err)
	}
	for _, none := range [][]string{nil, {w.s.NewID()}} {
		if got, err := w.s.Due(context.Background(), w.users[0], none); err != nil || len(got) != 0 {
			t.Errorf("%v: %v, %v", none, got, err)
		}
	}
	if got, err := w.s.Due(context.Background(), w.users[1], ids); err != nil || len(got) != 0 {
		t.Errorf("another person: %v, %v", got, err)
	}
}
