package store

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/format"
)

// world is a store of random leads beside a naive reading of them, from which
// the tests compute what board, list and search must answer.
type world struct {
	t                    testing.TB
	s                    *Store
	r                    *rand.Rand
	now                  time.Time
	users, tags, sources []string
	stages               []crm.Stage // of both pipelines
	places               []string    // stages that a lead can stand in
	fields               []crm.Field
	leads                []naive
}

// worldChoices are the choices of each field that has some.
var worldChoices = []crm.Entry{{Key: "01900000-0000-7000-8000-0000000000c1", Label: "Azul"}, {Key: "01900000-0000-7000-8000-0000000000c2", Label: "Prata", Pos: 1}}

// worldValues are what a lead or a contact may hold of a field of a type.
var worldValues = map[string][]string{
	crm.FieldText:   {"", "Itaú Unibanco", "Bradesco", "12.5"},
	crm.FieldNumber: {"", "-12.5", "0", "7", "1200.25"},
	crm.FieldDate:   {"", "2026-01-31", "2026-11-22", "2027-02-01"},
	crm.FieldBool:   {"", "0", "1"},
	crm.FieldChoice: {"", worldChoices[0].Key, worldChoices[1].Key},
	crm.FieldMulti:  {"", worldChoices[0].Key, worldChoices[0].Key + "," + worldChoices[1].Key},
	crm.FieldPhone:  {"", "+5511933334444", "+5562911112222"},
}

// naive is a lead as the tests see it.
type naive struct {
	crm.Lead
	contact crm.Contact
}

func newWorld(t testing.TB, r *rand.Rand, n int) *world {
	w := &world{t: t, r: r, now: time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)}
	s, err := Open(context.Background(), Config{Dir: t.TempDir(), Log: zerolog.Nop(), Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	w.s = s
	w.transact("setup", func(tx *Tx) error {
		for i, name := range []string{"Zélia", "ana", "Íris", "Bruno"} {
			u, tag := crm.User{Name: name}, crm.Tag{ID: NamedID(crm.KindTag, name), Name: name}
			src := crm.Source{ID: NamedID(crm.KindSource, "0"+name), Name: fmt.Sprint(3-i, name)}
			if err := cmp.Or(Put(tx, &u), Put(tx, &tag), Put(tx, &src)); err != nil {
				return err
			}
			for target, types := range map[string][]string{crm.TargetLead: {crm.FieldText, crm.FieldNumber, crm.FieldDate, crm.FieldBool, crm.FieldChoice}, crm.TargetContact: {crm.FieldMulti, crm.FieldPhone, crm.FieldNumber}} {
				for j, typ := range types {
					f := crm.Field{ID: NamedID(crm.KindField, target+typ), Target: target, Type: typ, Name: typ, Pos: int64(j), OnCard: j%2 == 0, OnList: true, Choices: worldChoices}
					if err := Put(tx, &f); err != nil {
						return err
					}
				}
			}
			w.users, w.tags, w.sources = append(w.users, u.ID), append(w.tags, tag.ID), append(w.sources, src.ID)
		}
		return nil
	})
	ws := w.workspace()
	w.fields = ws.Fields
	for _, st := range ws.Stages {
		if st.PipelineID != crm.PipelineReadySubject {
			w.stages = append(w.stages, st)
			if st.Kind != crm.StageConverted {
				w.places = append(w.places, st.ID)
			}
		}
	}
	for i := range n {
		w.transact("lead.create", func(tx *Tx) error { _, err := w.put(tx); return err })
		if i == n/2 { // so that one half stands in the search index, the other in its queue
			if _, err := s.indexSome(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.read()
	return w
}

func (w *world) workspace() *Workspace {
	ws, err := w.s.Workspace(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return ws
}

func (w *world) transact(label string, f func(*Tx) error) {
	if _, err := w.s.Transact(context.Background(), Op{Label: label}, f); err != nil {
		w.t.Fatal(err)
	}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// maybe answers one of a list, or "" one time in four.
func (w *world) maybe(list []string) string {
	if w.r.IntN(4) == 0 {
		return ""
	}
	return pick(w.r, list)
}

var (
	worldNames    = []string{"Ana Ávila", "Ana Paula", "João d'Ávila", "JOSÉ Ka", "Conceição Sá", "Bruno K.", "Li Xu", "Ângela Müller", "O'Neill", "ana"}
	worldVehicles = []string{"", "Fiat Argo 1.0", "VW T-Cross", "Ford Ka", "Honda HR-V", "Škoda 120"}
	worldPlates   = []string{"", "ABC1234", "ABC1C34", "XYZ9K99", "KAA0A00"}
)

// values answers random ones of a target's fields, not of each.
func (w *world) values(target string) (out []crm.FieldValue) {
	for _, f := range w.fields {
		if f.Target == target && w.r.IntN(4) > 0 {
			out = append(out, crm.FieldValue{FieldID: f.ID, Value: pick(w.r, worldValues[f.Type])})
		}
	}
	return out
}

// put makes one random lead with its contact, sometimes of one it has already.
func (w *world) put(tx *Tx) (string, error) {
	r := w.r
	c := crm.Contact{Name: pick(r, worldNames), Type: "person", Company: pick(r, []string{"", "Padaria São João", "ACME"}), Document: pick(r, []string{"", "52998224725", "12ABC34501DE35"})}
	for i := range r.IntN(3) {
		c.Phones = append(c.Phones, crm.Entry{Key: fmt.Sprintf("+55%d9%08d", pick(r, []int{11, 55, 62}), r.IntN(1e8)), Pos: int64(i)})
	}
	for i := range 1 + r.IntN(2) {
		c.Emails = append(c.Emails, crm.Entry{Key: fmt.Sprintf("%s%d@example.com", pick(r, []string{"ana.avila", "ka", "jose"}), r.IntN(1e4)), Pos: int64(i)})
	}
	c.Values = w.values(crm.TargetContact)
	if err := Put(tx, &c); err != nil {
		return "", err
	}
	day := func() int64 { return w.now.Add(time.Duration(r.IntN(120)-100) * 8 * time.Hour).UnixMilli() }
	l := crm.Lead{ContactID: c.ID, StageID: pick(r, w.places), Rank: pick(r, []string{"a0", "a1", "a2V", "b0"}), StageSince: day(), OwnerID: w.maybe(w.users),
		SourceID: w.maybe(w.sources), ValueCents: int64(r.IntN(5)) * 1000, Vehicle: pick(r, worldVehicles), Plate: pick(r, worldPlates), CreatedAt: day(),
		Subject: pick(r, []string{"", "", "Seguro do carro"}), CreatedVia: pick(r, []string{crm.ViaManual, crm.ViaImport})}
	for _, tag := range w.tags {
		if r.IntN(3) == 0 {
			l.Tags = append(l.Tags, tag)
		}
	}
	l.Timeframe = pick(r, []string{"", crm.TimeframeNow, crm.TimeframeSoon, crm.TimeframeLater})
	l.Qualification = pick(r, []string{"", "", "ligou duas vezes", crm.QualificationSuspect, crm.QualificationMarketing, crm.QualificationSales})
	l.Values = w.values(crm.TargetLead)
	if r.IntN(8) == 0 {
		l.ArchivedAt = w.now.UnixMilli()
	}
	if r.IntN(6) == 0 {
		l.ConvertedFrom = crm.PipelineReadyQualification
	}
	if err := Put(tx, &l); err != nil {
		return "", err
	}
	for range r.IntN(3) {
		a := crm.Activity{LeadID: l.ID, Kind: pick(r, crm.ActivityKinds), Title: "Ligar", CreatedAt: w.now.UnixMilli(), Inbound: r.IntN(5) == 0}
		switch at := w.now.Add(time.Duration(r.IntN(72)-36) * time.Hour); r.IntN(4) {
		case 0:
			a.DueAt = at.UnixMilli()
		case 1:
			a.DueDay = at.Format(time.DateOnly)
		case 2:
			a.DoneAt = at.UnixMilli()
		}
		if err := Put(tx, &a); err != nil {
			return "", err
		}
	}
	return l.ID, nil
}

// read takes the leads as the entities say, derived fields included: those are
// held against their sources by other tests.
func (w *world) read() {
	ctx := context.Background()
	w.leads = nil
	list, err := readAll(ctx, w.s, w.s.tables[crm.KindLead], "deleted=0")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range list {
		l := f.v.Interface().(crm.Lead)
		c, err := Read[crm.Contact](ctx, w.s, l.ContactID)
		if err != nil {
			w.t.Fatal(err)
		}
		w.leads = append(w.leads, naive{l, *c})
	}
}

// matches says whether a lead passes a filter, field by field as Filter's
// comments have it.
func (w *world) matches(l naive, f crm.Filter) bool {
	stage := w.stages[slices.IndexFunc(w.stages, func(st crm.Stage) bool { return st.ID == l.StageID })]
	zone := w.s.Zone()
	created := time.UnixMilli(l.CreatedAt).In(zone).Format(time.DateOnly)
	now := w.now.UnixMilli()
	tonight := w.now.In(zone).Format(time.DateOnly)
	due := time.UnixMilli(l.NextDue).In(zone).Format(time.DateOnly)
	oneOf := func(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }
	switch {
	case f.Archived != (l.ArchivedAt > 0),
		f.PipelineID != "" && stage.PipelineID != f.PipelineID,
		!oneOf(f.StageIDs, l.StageID), !oneOf(f.OwnerIDs, l.OwnerID), !oneOf(f.SourceIDs, l.SourceID),
		len(f.TagIDs) > 0 && !slices.ContainsFunc(l.Tags, func(id string) bool { return slices.Contains(f.TagIDs, id) }),
		f.CreatedFrom != "" && created < f.CreatedFrom,
		f.CreatedTo != "" && created > f.CreatedTo,
		f.Unread && l.Fresh == 0,
		f.Quiet && (stage.Kind != crm.StageOpen && len(f.StageIDs) == 0 || cmp.Or(l.LastContact, l.CreatedAt) >= now-7*24*time.Hour.Milliseconds()),
		len(f.Timeframes) > 0 && !slices.Contains(f.Timeframes, l.Timeframe),
		len(f.Qualifications) > 0 && !slices.Contains(f.Qualifications, l.Qualification):
		return false
	}
	if f.Winback && (stage.Kind != crm.StageLost && len(f.StageIDs) == 0 || l.Timeframe == "" || l.StageSince >= w.now.AddDate(0, 0, -crm.TimeframeDays(l.Timeframe)).UnixMilli()) {
		return false
	}
	for _, one := range f.Fields {
		if !w.holds(l, one) {
			return false
		}
	}
	if !w.either(l, f.Or) {
		return false
	}
	switch f.Activity {
	case "overdue":
		return l.NextDue > 0 && l.NextDue < now
	case "today":
		return l.NextDue >= now && due == tonight
	case "later":
		return l.NextDue > 0 && due > tonight
	case "none":
		return l.NextDue == 0 && (stage.Kind == crm.StageOpen || len(f.StageIDs) > 0)
	}
	return true
}

// either says whether a lead passes one of several filters, those left out that
// ask for nothing.
func (w *world) either(l naive, list []crm.Filter) bool {
	asked := false
	for _, f := range list {
		f.PipelineID, f.Or, f.Archived = "", nil, l.ArchivedAt > 0
		if everything := w.everything(f); everything {
			continue
		}
		if asked = true; w.matches(l, f) {
			return true
		}
	}
	return !asked
}

func (w *world) everything(f crm.Filter) bool {
	for _, one := range f.Fields {
		if one.Text+one.From+one.To != "" || len(one.Any) > 0 {
			return false
		}
	}
	f.Fields = nil
	return len(f.StageIDs)+len(f.OwnerIDs)+len(f.SourceIDs)+len(f.TagIDs)+len(f.Timeframes)+len(f.Qualifications) == 0 && f.CreatedFrom+f.CreatedTo+f.Activity+f.ImportID == "" && !f.Unread && !f.Quiet && !f.Winback
}

// holdsStandard says whether a lead passes a filter on a standard field.
func (w *world) holdsStandard(l naive, f crm.FieldFilter) bool {
	switch f.FieldID {
	case "valueCents":
		return (f.From == "" || l.ValueCents >= 100) && (f.To == "" || l.ValueCents <= 5000000)
	case "vehicle":
		return strings.Contains(format.Fold(l.Vehicle), format.Fold(f.Text))
	case "name":
		return strings.Contains(format.Fold(l.contact.Name), format.Fold(f.Text))
	}
	day := time.UnixMilli(l.LastContact).In(w.s.Zone()).Format(time.DateOnly)
	return f.From == "" && f.To == "" || l.LastContact != 0 && (f.From == "" || day >= f.From) && (f.To == "" || day <= f.To)
}

// holds says whether a lead passes a filter on a custom field.
func (w *world) holds(l naive, f crm.FieldFilter) bool {
	if _, ok := standardFields[f.FieldID]; ok {
		return w.holdsStandard(l, f)
	}
	i := slices.IndexFunc(w.fields, func(o crm.Field) bool { return o.ID == f.FieldID })
	if i < 0 {
		return false
	}
	value := ""
	for _, v := range slices.Concat(l.Values, l.contact.Values) {
		if v.FieldID == f.FieldID {
			value = v.Value
		}
	}
	number := func(s string) float64 {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			w.t.Fatal(err)
		}
		return n
	}
	switch w.fields[i].Type {
	case crm.FieldText:
		return strings.Contains(format.Fold(value), format.Fold(f.Text))
	case crm.FieldPhone:
		return strings.Contains(value, f.Text)
	case crm.FieldNumber:
		return f.From == "" && f.To == "" || value != "" && (f.From == "" || number(value) >= number(f.From)) && (f.To == "" || number(value) <= number(f.To))
	case crm.FieldDate:
		return f.From == "" && f.To == "" || value != "" && (f.From == "" || value >= f.From) && (f.To == "" || value <= f.To)
	}
	return len(f.Any) == 0 || slices.ContainsFunc(strings.Split(value, ","), func(one string) bool { return slices.Contains(f.Any, one) })
}

// wanted answers the leads that pass a filter, in an order.
func (w *world) wanted(f crm.Filter, less func(a, b naive) int) []naive {
	var out []naive
	for _, l := range w.leads {
		if w.matches(l, f) {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, less)
	return out
}

func totalsOf(list []naive) (t crm.Totals) {
	for _, l := range list {
		t.Count++
		t.SumCents += l.ValueCents
	}
	return t
}

// byPlace is the order of a stage.
func byPlace(a, b naive) int {
	return cmp.Or(cmp.Compare(b.Fresh, a.Fresh), strings.Compare(a.Rank, b.Rank), strings.Compare(a.ID, b.ID))
}

// sortKey is what a list's sort compares: text or number; the least comes first.
func (w *world) sortKey(l naive, sort string) (string, int64) {
	position := func(ids []string, id string) int64 {
		if i := slices.Index(ids, id); i >= 0 {
			return int64(i)
		}
		return int64(len(ids))
	}
	ws := w.workspace()
	switch sort {
	case crm.SortName:
		return format.Fold(l.contact.Name), 0
	case crm.SortValue:
		return "", l.ValueCents
	case crm.SortCreated:
		return "", l.CreatedAt
	case crm.SortStageSince:
		return "", l.StageSince
	case crm.SortLastContact:
		return "", l.LastContact
	case crm.SortNextDue:
		if l.NextDue == 0 {
			return "", 1 << 60
		}
		return "", l.NextDue
	case crm.SortVehicle:
		return strings.Map(func(r rune) rune { // SQLite's NOCASE knows ASCII
			if r >= 'A' && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, l.Vehicle), 0
	case crm.SortStage:
		var ids []string
		for _, p := range ws.Pipelines {
			for _, st := range ws.Stages {
				if st.PipelineID == p.ID {
					ids = append(ids, st.ID)
				}
			}
		}
		return "", position(ids, l.StageID)
	case crm.SortOwner:
		return "", position([]string{w.users[1], w.users[3], w.users[2], w.users[0]}, l.OwnerID) // ana, Bruno, Íris, Zélia
	case crm.SortSource:
		var ids []string
		for _, src := range ws.Sources {
			ids = append(ids, src.ID)
		}
		return "", position(ids, l.SourceID)
	}
	w.t.Fatal(sort)
	return "", 0
}

// describe shows a lead in a failure.
func (l naive) describe() string { return fmt.Sprintf("%s %s", l.contact.Name, l.ID[24:]) }
