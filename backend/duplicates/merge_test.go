package duplicates

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
)

var ctx = context.Background()

// shop is a store with one person who acts.
type shop struct {
	t testing.TB
	s *store.Store
}

func newShop(t testing.TB) *shop {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(ctx, store.Config{Dir: t.TempDir(), Log: zerolog.Nop(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := setup.Start(ctx, s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	return &shop{t: t, s: s}
}

func (sh *shop) must(done crm.Done, err error) crm.Done {
	sh.t.Helper()
	if err != nil {
		sh.t.Fatal(err)
	}
	return done
}

// lead is a new lead of a new contact.
func (sh *shop) lead(n leads.New) *crm.Lead {
	sh.t.Helper()
	return sh.get(sh.must(leads.Create(ctx, sh.s, n)).IDs[0])
}

func (sh *shop) get(id string) *crm.Lead {
	sh.t.Helper()
	return read[crm.Lead](sh, id)
}

func (sh *shop) contact(id string) *crm.Contact {
	sh.t.Helper()
	return read[crm.Contact](sh, id)
}

func read[T any](sh *shop, id string) *T {
	sh.t.Helper()
	v, err := store.Read[T](ctx, sh.s, id)
	if err != nil {
		sh.t.Fatal(err)
	}
	return v
}

// shows answers as whom a lead is shown: its card's name and phone.
func (sh *shop) shows(l *crm.Lead) [2]string {
	sh.t.Helper()
	cards, err := sh.s.Cards(ctx, []string{l.ID})
	if err != nil || len(cards) != 1 {
		sh.t.Fatalf("%v, %v", cards, err)
	}
	return [2]string{cards[0].Name, cards[0].Phone}
}

// finds answers the names of the leads that a search finds.
func (sh *shop) finds(text string) []string {
	sh.t.Helper()
	hits, err := sh.s.Find(ctx, text, 10)
	if err != nil {
		sh.t.Fatal(err)
	}
	out := []string{}
	for _, h := range hits {
		out = append(out, h.Card.ID)
	}
	slices.Sort(out)
	return out
}

func (sh *shop) healthy() {
	sh.t.Helper()
	report, err := sh.s.Verify(ctx)
	if err != nil {
		sh.t.Fatal(err)
	}
	if len(report.Problems) > 0 {
		sh.t.Errorf("%+v", report.Problems)
	}
}

// phones are the keys of a contact's phones.
func phones(c *crm.Contact) []string {
	out := []string{}
	for _, e := range c.Phones {
		out = append(out, e.Key)
	}
	return out
}

const (
	anasPhone  = "+5511985270593"
	otherPhone = "+5562991112222"
)

// twice is Ana, taken in twice: the second time with another phone, too.
func (sh *shop) twice() (ana, again *crm.Lead) {
	sh.t.Helper()
	ana = sh.lead(leads.New{Name: "Ana Prado", Phone: "11 98527-0593", Vehicle: "Onix"})
	again = sh.lead(leads.New{Name: "Ana P.", Phone: "62 99111-2222", Email: "ana@example.com", Vehicle: "Tracker"})
	return ana, again
}

func TestAMergedContactIsShownAsTheOneThatStays(t *testing.T) {
	sh := newShop(t)
	ana, again := sh.twice()
	done := sh.must(Merge(ctx, sh.s, Choice{ContactID: again.ContactID, OtherID: ana.ContactID, Keep: map[string]string{"phones": again.ContactID}}))
	if done.Params["name"] != "Ana Prado" || !done.Undo {
		t.Errorf("said %+v", done)
	}
	for _, l := range []*crm.Lead{ana, again} {
		if got := sh.shows(l); got != [2]string{"Ana Prado", otherPhone} {
			t.Errorf("%s is shown as %v", l.Vehicle, got)
		}
	}
	stays, goes := sh.contact(ana.ContactID), sh.contact(again.ContactID)
	if got := phones(stays); !slices.Equal(got, []string{otherPhone, anasPhone}) || len(stays.Emails) != 1 {
		t.Errorf("has %v, %v", got, stays.Emails)
	}
	if goes.MergedInto != stays.ID || goes.Name != "Ana P." || len(goes.Phones) != 1 {
		t.Errorf("what was merged keeps its own: %+v", goes)
	}
	if ids, err := sh.s.LeadsOf(ctx, stays.ID); err != nil || len(ids) != 2 {
		t.Errorf("leads: %v, %v", ids, err)
	}
	both := []string{ana.ID, again.ID}
	slices.Sort(both)
	for _, text := range []string{"ana prado", "62991112222", "ana@example.com"} {
		if got := sh.finds(text); !slices.Equal(got, both) {
			t.Errorf("%q finds %v", text, got)
		}
	}
	if got := sh.finds("ana p."); !slices.Contains(got, again.ID) {
		t.Errorf("its former name finds %v", got)
	}
	for _, l := range []*crm.Lead{ana, again} {
		items, _, err := sh.s.Timeline(ctx, l.ID, 0, 50)
		if err != nil || len(items) == 0 || items[0].Op != "contact.merge" {
			t.Fatalf("timeline: %+v, %v", items, err)
		}
		if !slices.Contains(items[0].Changes, crm.FieldChange{Field: "contact.merged", Old: "Ana P.", New: "Ana Prado"}) {
			t.Errorf("told %+v", items[0].Changes)
		}
	}
	// What is written to either goes to the one that stays.
	sh.must(leads.UpdateContact(ctx, sh.s, again.ContactID, leads.ContactPatch{City: ptr("Goiânia")}))
	if got := sh.contact(ana.ContactID).City; got != "Goiânia" {
		t.Errorf("city %q", got)
	}
	further := sh.lead(leads.New{ContactID: again.ContactID, OriginLeadID: again.ID, Vehicle: "S10"})
	if further.ContactID != ana.ContactID {
		t.Error("a further lead belongs to the one that stays")
	}
	if _, err := Merge(ctx, sh.s, Choice{ContactID: again.ContactID, OtherID: ana.ContactID}); crm.CodeOf(err) != CodeSame {
		t.Errorf("again: %v", err)
	}
	sh.healthy()
}

func ptr[T any](v T) *T { return &v }

func TestAMergeIsUndone(t *testing.T) {
	sh := newShop(t)
	ana, again := sh.twice()
	before := [2]*crm.Contact{sh.contact(ana.ContactID), sh.contact(again.ContactID)}
	sh.must(Merge(ctx, sh.s, Choice{ContactID: ana.ContactID, OtherID: again.ContactID, Keep: map[string]string{"name": again.ContactID}}))
	for range 2 {
		sh.must(sh.s.Undo(ctx, nil))
		for i, l := range []*crm.Lead{ana, again} {
			if got := sh.shows(l); got[0] != before[i].Name {
				t.Errorf("shown as %v", got)
			}
			if c := sh.contact(l.ContactID); !slices.Equal(phones(c), phones(before[i])) || c.MergedInto != "" {
				t.Errorf("%+v, was %+v", c, before[i])
			}
		}
		sh.must(sh.s.Redo(ctx, nil))
		if got := sh.shows(ana); got[0] != "Ana P." {
			t.Errorf("shown as %v", got)
		}
	}
	sh.healthy()
}

func TestSeparatedContactsHaveTheirOwnBackAsFarAsNobodyChangedIt(t *testing.T) {
	sh := newShop(t)
	ana, again := sh.twice()
	sh.must(leads.UpdateContact(ctx, sh.s, again.ContactID, leads.ContactPatch{Company: ptr("Peres Ltda"), City: ptr("Anápolis")}))
	sh.must(Merge(ctx, sh.s, Choice{ContactID: ana.ContactID, OtherID: again.ContactID, Keep: map[string]string{"name": again.ContactID}}))
	if c := sh.contact(ana.ContactID); c.Name != "Ana P." || c.Company != "Peres Ltda" || c.City != "Anápolis" {
		t.Fatalf("%+v", c)
	}
	// Both work with them for weeks.
	sh.must(leads.UpdateContact(ctx, sh.s, ana.ContactID, leads.ContactPatch{City: ptr("Brasília"), Birthday: ptr("1980-02-01")}))
	done := sh.must(Separate(ctx, sh.s, again.ContactID))
	if done.Params["name"] != "Ana P." {
		t.Errorf("said %+v", done)
	}
	stays, goes := sh.contact(ana.ContactID), sh.contact(again.ContactID)
	if stays.Name != "Ana Prado" || stays.Company != "" || stays.City != "Brasília" || stays.Birthday == "" || !slices.Equal(phones(stays), []string{anasPhone}) || len(stays.Emails) != 0 {
		t.Errorf("the one that stayed: %+v", stays)
	}
	if goes.MergedInto != "" || goes.Name != "Ana P." || goes.City != "Anápolis" || len(goes.Emails) != 1 {
		t.Errorf("the other: %+v", goes)
	}
	if sh.shows(ana)[0] != "Ana Prado" || sh.shows(again)[0] != "Ana P." {
		t.Errorf("shown as %v and %v", sh.shows(ana), sh.shows(again))
	}
	if got := sh.finds("ana prado"); !slices.Equal(got, []string{ana.ID}) {
		t.Errorf("found %v", got)
	}
	if _, err := Separate(ctx, sh.s, again.ContactID); crm.CodeOf(err) != CodeNotMerged {
		t.Errorf("again: %v", err)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if got := sh.shows(again); got != [2]string{"Ana P.", anasPhone} {
		t.Errorf("after undo: %v", got)
	}
	sh.healthy()
}

func TestAShopsOwnFieldsGoWithTheMerge(t *testing.T) {
	sh := newShop(t)
	ana, again := sh.twice()
	done := sh.must(fields.Save(ctx, sh.s, crm.Field{Target: crm.TargetContact, Type: crm.FieldText, Name: "Indicado por"}))
	id := ""
	w, err := sh.s.Workspace(ctx)
	if err != nil || len(w.Fields) != 1 {
		t.Fatalf("%+v, %v, %v", done, w, err)
	}
	id = w.Fields[0].ID
	value := func(l *crm.Lead) string {
		for _, v := range sh.contact(l.ContactID).Values {
			if v.FieldID == id {
				return v.Value
			}
		}
		return ""
	}
	sh.must(leads.UpdateContact(ctx, sh.s, again.ContactID, leads.ContactPatch{Values: []crm.FieldValue{{FieldID: id, Value: "Rui"}}}))
	for field, keep := range map[string]map[string]string{"Rui": nil, "": {"values." + id: ana.ContactID}} {
		sh.must(Merge(ctx, sh.s, Choice{ContactID: ana.ContactID, OtherID: again.ContactID, Keep: keep}))
		if got := value(ana); got != field {
			t.Errorf("merged: %q, want %q", got, field)
		}
		sh.must(Separate(ctx, sh.s, again.ContactID))
		if a, b := value(ana), value(again); a != "" || b != "Rui" {
			t.Errorf("separated: %q and %q", a, b)
		}
	}
	sh.must(leads.UpdateContact(ctx, sh.s, ana.ContactID, leads.ContactPatch{Values: []crm.FieldValue{{FieldID: id, Value: "Bia"}}}))
	sh.must(Merge(ctx, sh.s, Choice{ContactID: ana.ContactID, OtherID: again.ContactID, Keep: map[string]string{"values." + id: again.ContactID}}))
	if got := value(ana); got != "Rui" {
		t.Errorf("chosen: %q", got)
	}
	sh.must(Separate(ctx, sh.s, again.ContactID))
	if got := value(ana); got != "Bia" {
		t.Errorf("separated: %q", got)
	}
	sh.healthy()
}

// The third went into the second, and that into the first: what the third
// brought is taken out of both when it goes.
func TestWhatWasPassedOnGoesAllTheWay(t *testing.T) {
	sh := newShop(t)
	one := sh.lead(leads.New{Name: "Rui", Phone: "11 98527-0001"})
	two := sh.lead(leads.New{Name: "Rui Sá", Phone: "11 98527-0002"})
	three := sh.lead(leads.New{Name: "Rui Sá Melo", Phone: "11 98527-0003"})
	sh.must(Merge(ctx, sh.s, Choice{ContactID: three.ContactID, OtherID: two.ContactID, Keep: map[string]string{"name": three.ContactID}}))
	sh.must(Merge(ctx, sh.s, Choice{ContactID: three.ContactID, OtherID: one.ContactID, Keep: map[string]string{"name": three.ContactID}}))
	for _, l := range []*crm.Lead{one, two, three} {
		if got := sh.shows(l); got != [2]string{"Rui Sá Melo", "+5511985270001"} {
			t.Errorf("shown as %v", got)
		}
	}
	if got, err := sh.s.MergedInto(ctx, one.ContactID); err != nil || len(got) != 2 || got[0].ID != two.ContactID || len(got[1].Phones) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	sh.must(Separate(ctx, sh.s, three.ContactID))
	if c := sh.contact(one.ContactID); c.Name != "Rui Sá" || !slices.Equal(phones(c), []string{"+5511985270001", "+5511985270002"}) {
		t.Errorf("the first: %+v", c)
	}
	if sh.shows(two)[0] != "Rui Sá" || sh.shows(three)[0] != "Rui Sá Melo" {
		t.Errorf("shown as %v and %v", sh.shows(two), sh.shows(three))
	}
	sh.must(Separate(ctx, sh.s, two.ContactID))
	if c := sh.contact(one.ContactID); c.Name != "Rui" || len(c.Phones) != 1 {
		t.Errorf("the first alone: %+v", c)
	}
	if c := sh.contact(two.ContactID); c.Name != "Rui Sá" || len(c.Phones) != 1 {
		t.Errorf("the second alone: %+v", c)
	}
	sh.healthy()
}

func TestWhatCannotBeMergedIsRefused(t *testing.T) {
	sh := newShop(t)
	ana, again := sh.twice()
	for name, c := range map[string]struct {
		choice Choice
		code   crm.Code
	}{
		"an unknown field": {Choice{ana.ContactID, again.ContactID, map[string]string{"id": ana.ContactID}}, crm.CodeInvalid},
		"a third's value":  {Choice{ana.ContactID, again.ContactID, map[string]string{"name": ana.ID}}, crm.CodeInvalid},
		"no id":            {Choice{ana.ContactID, "x", nil}, crm.CodeInvalid},
		"one that is gone": {Choice{ana.ContactID, ana.ID, nil}, crm.CodeNotFound},
		"one with itself":  {Choice{ana.ContactID, ana.ContactID, nil}, CodeSame},
	} {
		if _, err := Merge(ctx, sh.s, c.choice); crm.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Separate(ctx, sh.s, "x"); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("separate: %v", err)
	}
}

// Whatever merges, separations and undos are done: each lead is shown as the
// smallest contact of those that are one with its own, nothing circles, and
// those that stand alone in the end say what they said at first.
func TestMergingAndSeparatingInAnyOrder(t *testing.T) {
	sh := newShop(t)
	rapid.Check(t, func(rt *rapid.T) {
		var all []*crm.Lead
		for _, name := range []string{"Ana", "Bia", "Caio", "Davi"} {
			all = append(all, sh.lead(leads.New{Name: name, Phone: "11 98527-000" + string(rune('0'+len(all)))}))
		}
		one := func(name string) *crm.Lead { return all[rapid.IntRange(0, len(all)-1).Draw(rt, name)] }
		ok := func(err error, codes ...crm.Code) {
			if err != nil && !slices.Contains(codes, crm.CodeOf(err)) {
				rt.Fatal(err)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"merge": func(rt *rapid.T) {
				a, b := one("a"), one("b")
				keep := map[string]string{}
				if rapid.Bool().Draw(rt, "chosen") {
					keep["name"] = b.ContactID
				}
				_, err := Merge(ctx, sh.s, Choice{a.ContactID, b.ContactID, keep})
				ok(err, CodeSame)
			},
			"separate": func(*rapid.T) {
				_, err := Separate(ctx, sh.s, one("x").ContactID)
				ok(err, CodeNotMerged)
			},
			"": func(rt *rapid.T) {
				for _, l := range all {
					person, err := sh.s.PersonOf(ctx, l.ContactID)
					ok(err)
					if got := sh.get(l.ID).PersonID; got != person.ID || got > l.ContactID {
						rt.Fatalf("shown as %s, is %s", got, person.ID)
					}
				}
			},
		})
		for range all {
			for _, l := range all {
				_, err := Separate(ctx, sh.s, l.ContactID)
				ok(err, CodeNotMerged)
			}
		}
		for i, l := range all {
			c := sh.contact(l.ContactID)
			if want := []string{"Ana", "Bia", "Caio", "Davi"}[i]; c.Name != want || len(c.Phones) != 1 || sh.shows(l)[0] != want {
				rt.Fatalf("%s is %s with %v", want, c.Name, phones(c))
			}
		}
	})
	sh.healthy()
}
