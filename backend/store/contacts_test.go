package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patio/backend/crm"
	"patio/backend/format"
)

// people are the contacts of a world's leads, by id.
func (w *world) people() map[string]crm.ContactRow {
	out := map[string]crm.ContactRow{}
	for _, l := range w.leads {
		r := out[l.ContactID]
		r.ID, r.Name = l.ContactID, l.contact.Name
		r.Leads++
		if i := slices.IndexFunc(w.stages, func(st crm.Stage) bool { return st.ID == l.StageID }); w.stages[i].Kind == crm.StageWon {
			r.Sold++
			r.SoldCents += l.ValueCents
		}
		r.LastContact = max(r.LastContact, l.LastContact)
		out[l.ContactID] = r
	}
	return out
}

func TestContactsAreWalkedByNameEachOnce(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 60)
	for range 20 { // further leads of contacts that are there
		w.transact("lead.create", func(tx *Tx) error {
			l := crm.Lead{ContactID: pick(w.r, w.leads).ContactID, StageID: pick(w.r, w.places), Rank: "a0", CreatedAt: 1, ValueCents: 700}
			return Put(tx, &l)
		})
	}
	w.read()
	want := w.people()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.IntRange(1, 90).Draw(rt, "page")
		var all []crm.ContactRow
		for after, first := "", true; first || after != ""; first = false {
			rows, next, err := w.s.ContactsByName(ctx, after, size)
			if err != nil {
				rt.Fatal(err)
			}
			all, after = append(all, rows...), next
		}
		if len(all) != len(want) {
			rt.Fatalf("%d contacts, want %d", len(all), len(want))
		}
		seen := map[string]bool{}
		for i, r := range all {
			n := want[r.ID]
			if seen[r.ID] || r.Leads != n.Leads || r.Sold != n.Sold || r.SoldCents != n.SoldCents || r.LastContact != n.LastContact || r.Name != n.Name {
				rt.Fatalf("%+v, want %+v", r, n)
			}
			seen[r.ID] = true
			if i > 0 && format.Fold(all[i-1].Name) > format.Fold(r.Name) {
				rt.Fatalf("%q stands before %q", all[i-1].Name, r.Name)
			}
		}
	})
	if _, _, err := w.s.ContactsByName(ctx, "x ana", 10); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("a key that is none: %v", err)
	}
	wantPlan(t, "by name", plan(t, w.s, nameOrderSQL, []any{"", 0, 10}), "leads_name", false)
}

func TestBirthdaysStandByDayAndThoseOf29FebruaryOnThe28th(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 0)
	born := map[string]string{"Ana": "1990-12-30", "Bia": "1985-01-02", "Caio": "2000-02-29", "Davi": "1970-02-28", "Eva": "0000-12-31", "Fábio": "", "Gil": "1999-03-01"}
	for name, day := range born {
		w.transact("lead.create", func(tx *Tx) error {
			c := crm.Contact{Name: name, Birthday: day, Phones: []crm.Entry{{Key: "+5511985270593"}}}
			if err := Put(tx, &c); err != nil {
				return err
			}
			return Put(tx, &crm.Lead{ContactID: c.ID, StageID: firstStage, Rank: "a0", CreatedAt: 1})
		})
	}
	w.transact("contact", func(tx *Tx) error { return Put(tx, &crm.Contact{Name: "Sem lead", Birthday: "1990-12-30"}) })
	for _, c := range []struct {
		from string
		days int
		want string
	}{
		{"2026-12-29", 7, "Ana 2026-12-30 36, Eva 2026-12-31 0, Bia 2027-01-02 42"},
		{"2026-12-30", 1, "Ana 2026-12-30 36"},
		{"2027-02-28", 1, "Caio 2027-02-28 27, Davi 2027-02-28 57"},
		{"2028-02-28", 1, "Davi 2028-02-28 58"},
		{"2028-02-28", 3, "Davi 2028-02-28 58, Caio 2028-02-29 28, Gil 2028-03-01 29"},
		{"2027-03-02", 30, ""},
	} {
		got, err := w.s.Birthdays(ctx, c.from, c.days)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, b := range got {
			said = append(said, fmt.Sprint(b.Contact.Name, " ", b.Day, " ", b.Age))
		}
		if text := strings.Join(said, ", "); text != c.want {
			t.Errorf("%d days from %s: %s, want %s", c.days, c.from, text, c.want)
		}
	}
	if _, err := w.s.Birthdays(ctx, "amanhã", 3); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("no day: %v", err)
	}
}

func TestReferralsAreCountedByWhoBroughtThem(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 40)
	referrers := []string{w.leads[0].ContactID, w.leads[1].ContactID, w.leads[2].ContactID}
	for _, l := range w.leads {
		w.transact("lead.update", func(tx *Tx) error {
			lead, err := Get[crm.Lead](tx, l.ID)
			if err != nil {
				return err
			}
			lead.ReferredBy = w.maybe(referrers)
			return Put(tx, lead)
		})
	}
	w.read()
	for _, from := range []string{"", "2026-11-10"} {
		want := map[string]crm.Referrer{}
		for _, l := range w.leads {
			if l.ReferredBy == "" || from != "" && l.CreatedAt < time.Date(2026, 11, 10, 0, 0, 0, 0, w.s.Zone()).UnixMilli() {
				continue
			}
			r := want[l.ReferredBy]
			r.Leads++
			if i := slices.IndexFunc(w.stages, func(st crm.Stage) bool { return st.ID == l.StageID }); w.stages[i].Kind == crm.StageWon {
				r.Sold++
				r.SoldCents += l.ValueCents
			}
			want[l.ReferredBy] = r
		}
		got, err := w.s.Referrers(ctx, from, "")
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d, want %d, %v", len(got), len(want), err)
		}
		for i, r := range got {
			n := want[r.Contact.ID]
			if r.Leads != n.Leads || r.Sold != n.Sold || r.SoldCents != n.SoldCents || i > 0 && got[i-1].Leads < r.Leads {
				t.Errorf("from %q: %+v, want %+v", from, r, n)
			}
		}
	}
	for _, id := range referrers {
		ids, err := w.s.ReferredBy(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, lead := range ids {
			if l := must(Read[crm.Lead](ctx, w.s, lead)); l.ReferredBy != id {
				t.Errorf("%+v", l)
			}
		}
	}
	if _, err := w.s.Referrers(ctx, "ontem", ""); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("no day: %v", err)
	}
}
