package store

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"patio/backend/crm"
)

// plans gives the world's leads shops and activities, some of them done.
func (w *world) plans(shops []string) {
	for _, l := range w.leads {
		w.transact("activity.plan", func(tx *Tx) error {
			lead, err := Get[crm.Lead](tx, l.ID)
			if err != nil {
				return err
			}
			lead.ShopID = w.maybe(shops)
			if err := Put(tx, lead); err != nil {
				return err
			}
			for range w.r.IntN(4) {
				at := w.now.Add(time.Duration(w.r.IntN(40*48)-20*48) * 30 * time.Minute)
				a := crm.Activity{LeadID: l.ID, Kind: pick(w.r, crm.ActivityKinds), UserID: w.maybe(w.users), DueAt: at.UnixMilli(), Remind: pick(w.r, []int64{0, crm.RemindThen, 15, 60, 24 * 60})}
				if w.r.IntN(3) == 0 {
					a.DueAt, a.DueDay = 0, at.Format(time.DateOnly)
				}
				if w.r.IntN(3) == 0 {
					a.DoneAt = w.now.UnixMilli()
				}
				if err := Put(tx, &a); err != nil {
					return err
				}
			}
			return nil
		})
	}
	w.read()
}

// agenda is what Agenda must answer, read off the entities.
func (w *world) agenda(r crm.AgendaRequest) (days map[string][]string, overdue []string) {
	days = map[string][]string{}
	list, err := readAll(context.Background(), w.s, w.s.tables[crm.KindActivity], "deleted=0")
	if err != nil {
		w.t.Fatal(err)
	}
	oneOf := func(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }
	for _, f := range list {
		a := f.v.Interface().(crm.Activity)
		i := slices.IndexFunc(w.leads, func(l naive) bool { return l.ID == a.LeadID })
		if i < 0 || w.leads[i].ArchivedAt > 0 || !oneOf(r.UserIDs, a.UserID) || !oneOf(r.Kinds, a.Kind) || !oneOf(r.ShopIDs, w.leads[i].ShopID) {
			continue
		}
		day := a.DueDay
		if a.DueAt > 0 {
			day = time.UnixMilli(a.DueAt).In(w.s.Zone()).Format(time.DateOnly)
		}
		if day != "" {
			days[day] = append(days[day], a.ID)
		}
		if a.Due > 0 && a.Due < w.now.UnixMilli() {
			overdue = append(overdue, a.ID)
		}
	}
	return days, overdue
}

func (w *world) agendas(shops []string) *rapid.Generator[crm.AgendaRequest] {
	some := func(ids []string) *rapid.Generator[[]string] {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(append([]string{"", crm.PipelineReadySubject}, ids...)), 0, 3, rapid.ID[string])
	}
	return rapid.Custom(func(t *rapid.T) crm.AgendaRequest {
		return crm.AgendaRequest{
			From: w.now.AddDate(0, 0, rapid.IntRange(-30, 25).Draw(t, "from")).Format(time.DateOnly), Days: rapid.IntRange(1, crm.MaxAgendaDays).Draw(t, "days"),
			UserIDs: some(w.users).Draw(t, "users"), ShopIDs: some(shops).Draw(t, "shops"), PerDay: rapid.IntRange(1, 6).Draw(t, "per day"),
			Kinds: rapid.SliceOfNDistinct(rapid.SampledFrom(crm.ActivityKinds), 0, 3, rapid.ID[string]).Draw(t, "kinds"),
		}
	})
}

func idsOf(entries []crm.AgendaEntry) []string {
	out := []string{}
	for _, e := range entries {
		out = append(out, e.ID)
	}
	return out
}

// Leads come and go, change shops and are brought back; the agenda holds what
// is due with those on the boards, day by day.
func TestTheAgendaHoldsWhatIsDueWithLeadsOnTheBoards(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 60)
	shops := []string{crm.ReadyShop}
	w.transact("shop.save", func(tx *Tx) error {
		sh := crm.Shop{Name: "Centro"}
		err := Put(tx, &sh)
		shops = append(shops, sh.ID)
		return err
	})
	w.plans(shops)
	gen := w.agendas(shops)
	rapid.Check(t, func(rt *rapid.T) {
		then := []string{"archive", "shop", "activity", "undo"}
		if len(w.leads) > 1 {
			then = append(then, "delete")
		}
		l := rapid.SampledFrom(w.leads).Draw(rt, "lead")
		switch rapid.SampledFrom(then).Draw(rt, "then") {
		case "undo":
			if _, err := w.s.Undo(ctx, func(int, int) {}); err != nil && crm.CodeOf(err) != crm.CodeNothingToUndo {
				rt.Fatal(err)
			}
		case "delete":
			w.transact("lead.delete", func(tx *Tx) error { return Delete[crm.Lead](tx, l.ID) })
		case "activity":
			w.transact("activity.delete", func(tx *Tx) error {
				list, err := tx.loadAll(w.s.tables[crm.KindActivity], "lead_id=?", blob(l.ID))
				for _, a := range list {
					if err == nil {
						err = Delete[crm.Activity](tx, a.id)
					}
				}
				return err
			})
		default:
			archive := rapid.Bool().Draw(rt, "archive")
			w.transact("lead.update", func(tx *Tx) error {
				lead, err := Get[crm.Lead](tx, l.ID)
				if err != nil {
					return err
				}
				if archive {
					lead.ArchivedAt = w.now.UnixMilli() - lead.ArchivedAt
				} else {
					lead.ShopID = w.maybe(shops)
				}
				return Put(tx, lead)
			})
		}
		w.read()
		r := gen.Draw(rt, "agenda")
		got, err := w.s.Agenda(ctx, r)
		if err != nil {
			rt.Fatal(err)
		}
		want, overdue := w.agenda(r)
		from, _ := time.Parse(time.DateOnly, r.From)
		for i, d := range got.Days {
			day := from.AddDate(0, 0, i).Format(time.DateOnly)
			if d.Day != day || d.Count != min(len(want[day]), crm.MaxAgendaCount) || len(d.Entries) != min(d.Count, r.PerDay) {
				rt.Fatalf("%s: %d entries of %d on %s, want %d", day, len(d.Entries), d.Count, d.Day, len(want[day]))
			}
			for j, e := range d.Entries {
				if !slices.Contains(want[day], e.ID) || j > 0 && e.DueAt < d.Entries[j-1].DueAt {
					rt.Fatalf("%s: %d, %+v", day, j, e)
				}
			}
			if len(want[day]) <= r.PerDay {
				ids := idsOf(d.Entries)
				slices.Sort(ids)
				slices.Sort(want[day])
				if diff := cmp.Diff(want[day], ids); diff != "" && len(ids) > 0 {
					rt.Fatal(diff)
				}
			}
		}
		if got.OverdueCount != min(len(overdue), crm.MaxAgendaCount) || len(got.Overdue) != min(len(overdue), maxOverdue) {
			rt.Fatalf("%d overdue, want %d", got.OverdueCount, len(overdue))
		}
	})
	wantWhole(t, w.s)
}

// Where clocks go forward at midnight the day begins at one; the hour before
// is the day before's.
func TestADayBeginsWhenItsZoneSays(t *testing.T) {
	for name, test := range map[string]struct {
		zone, day string
		want      time.Time
	}{
		"an ordinary day":              {"America/Sao_Paulo", "2026-11-23", time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)},
		"summer time from midnight on": {"America/Sao_Paulo", "2018-11-04", time.Date(2018, 11, 4, 3, 0, 0, 0, time.UTC)},
		"its end at midnight":          {"America/Sao_Paulo", "2019-02-17", time.Date(2019, 2, 17, 3, 0, 0, 0, time.UTC)},
		"a change at two":              {"America/New_York", "2027-03-14", time.Date(2027, 3, 14, 5, 0, 0, 0, time.UTC)},
		"another one at midnight":      {"America/Santiago", "2027-09-05", time.Date(2027, 9, 5, 4, 0, 0, 0, time.UTC)},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, _ := time.Parse(time.DateOnly, test.day)
		if got := crm.DayBegin(day, zone); !got.Equal(test.want) {
			t.Errorf("%s begins at %s, want %s", name, got.UTC(), test.want)
		}
	}
}

func TestAnAgendaThatNobodyCanShowIsRefused(t *testing.T) {
	s := openAt(t, t.TempDir())
	defer closeStore(t, s)
	for _, r := range []crm.AgendaRequest{{From: "2026-11-23"}, {From: "2026-11-23", Days: crm.MaxAgendaDays + 1}, {From: "23/11/2026", Days: 7}, {Days: 7}} {
		_, err := s.Agenda(context.Background(), r)
		wantCode(t, err, crm.CodeInvalid)
	}
}

func TestTheAgendaGoesByItsIndexes(t *testing.T) {
	w := newWorld(t, seeded(t), 5)
	for _, r := range []crm.AgendaRequest{{}, {UserIDs: w.users[:1]}, {UserIDs: w.users[:2], ShopIDs: []string{crm.ReadyShop}, Kinds: []string{crm.ActivityVisit}}} {
		q := w.s.agendaQuery(r)
		byTime, byDue := "activities_all", "activities_due"
		if q.one {
			byTime, byDue = "activities_user", "activities_late"
		}
		for _, way := range []struct {
			rest, by, index string
			args            []any
		}{{inRange, "agenda", byTime, []any{1, 2}}, {overdue, "due", byDue, []any{1}}} {
			name := fmt.Sprintf("%s %+v", way.index, r)
			query, args := q.count(way.rest, 100, way.args...)
			got := strings.ReplaceAll(plan(t, w.s, query, args), "SCAN (subquery-1)", "")
			wantPlan(t, "count by "+name, got, way.index, false)
			if way.by == "agenda" && !strings.Contains(got, "COVERING") {
				t.Errorf("count by %s reads the activities:\n%s", name, got)
			}
			query, args = q.first(way.rest, way.by, 3, way.args...)
			wantPlan(t, "first by "+name, plan(t, w.s, query, args), way.index, false)
		}
	}
	got := plan(t, w.s, agendaSQL, []any{"[1,2]"})
	if want := "SCAN j VIRTUAL TABLE INDEX 1:\nSEARCH a USING INTEGER PRIMARY KEY (rowid=?)\nSEARCH l USING INDEX sqlite_autoindex_leads_1 (id=?)\nSEARCH c USING INDEX sqlite_autoindex_contacts_1 (id=?)"; got != want {
		t.Errorf("entries:\n%s", got)
	}
}

// A day with more than anybody counts is told as "or more", and asking for it
// takes no longer.
func TestAFullDayIsCountedAsFarAsItIsRead(t *testing.T) {
	w := newWorld(t, seeded(t), 1)
	at := w.now.Add(-24 * time.Hour)
	w.transact("activity.plan", func(tx *Tx) error {
		l := crm.Lead{ContactID: w.leads[0].ContactID, StageID: w.places[0], Rank: "a0", CreatedVia: crm.ViaManual}
		if err := Put(tx, &l); err != nil {
			return err
		}
		for range crm.MaxAgendaCount + 20 {
			a := crm.Activity{LeadID: l.ID, Kind: crm.ActivityCall, DueAt: at.UnixMilli()}
			if err := Put(tx, &a); err != nil {
				return err
			}
		}
		return nil
	})
	for perDay, want := range map[int]int{3: crm.MaxAgendaCount, crm.MaxAgendaCount: crm.MaxAgendaCount, MaxPage: crm.MaxAgendaCount + 20} {
		a, err := w.s.Agenda(context.Background(), crm.AgendaRequest{From: at.In(w.s.Zone()).Format(time.DateOnly), Days: 1, PerDay: perDay})
		if err != nil {
			t.Fatal(err)
		}
		if d := a.Days[0]; d.Count < want || d.Count > want+3 || len(d.Entries) != min(perDay, d.Count) || a.OverdueCount != crm.MaxAgendaCount || len(a.Overdue) != maxOverdue {
			t.Errorf("%d a day: %d of %d, %d of %d overdue", perDay, len(d.Entries), d.Count, len(a.Overdue), a.OverdueCount)
		}
	}
}

// A database of before the agenda gets its columns filled as Transact would.
func TestTheMigrationFillsTheAgenda(t *testing.T) {
	w := newWorld(t, seeded(t), 40)
	w.plans([]string{crm.ReadyShop})
	text, err := fs.ReadFile(w.s.migrations, "00004_agenda.sql")
	if err != nil {
		t.Fatal(err)
	}
	fill := regexp.MustCompile(`(?s)UPDATE activities SET.*?;`).FindAllString(string(text), -1)
	if len(fill) == 0 {
		t.Fatal("it fills nothing")
	}
	spoil(t, w.s, "UPDATE activities SET agenda=NULL, shop=NULL")
	r, err := w.s.Verify(context.Background())
	if err != nil || r.Count == 0 {
		t.Fatalf("%+v: %v", r, err)
	}
	spoil(t, w.s, strings.Join(fill, "\n"))
	wantWhole(t, w.s)
}
