package sample

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/crm/rank"
	"patio/backend/format"
)

// dealer makes up leads. The same seed, moment and workspace make the same.
type dealer struct {
	r       *rand.Rand
	now     time.Time
	via     string // of leads that somebody has opened
	stages  []stage
	deck    []int    // indexes of stages that are still to be dealt
	owners  []string // ids
	sources []string
	tags    []string
	shop    string
	reasons map[string][]string // by kind of stage
	planned int                 // activities of a lead
}

// stage is where leads are put: weight in a hundred.
type stage struct {
	crm.Stage
	weight int
	top    string // rank of the last card that was put on top
}

// draft is one lead with what belongs to it. Records that refer to others get
// their ids when they are put.
type draft struct {
	contact    crm.Contact
	lead       crm.Lead
	activities []crm.Activity
	seenAt     int64 // ms UTC, 0 when nobody looked
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (d *dealer) chance(percent int) bool { return d.r.IntN(100) < percent }

// draft makes the next lead.
func (d *dealer) draft() (draft, error) {
	st := d.stage()
	age := time.Duration(d.r.Int64N(int64(170 * 24 * time.Hour)))
	if st.Kind == crm.StageOpen {
		age = time.Duration(float64(age) * d.r.Float64() * 0.5) // open leads are young
	}
	created := d.now.Add(-age - time.Minute)
	since := created.Add(time.Duration(d.r.Int64N(int64(age) + 1)))
	c := d.contact(created)
	l, err := d.lead(st, created, since)
	if err != nil {
		return draft{}, err
	}
	out := draft{contact: c, lead: l}
	d.work(&out, st, created)
	return out, nil
}

// stage deals the stages out as from a deck that holds each by its weight: even
// sixty leads leave no stage empty.
func (d *dealer) stage() *stage {
	if len(d.deck) == 0 {
		for i := range d.stages {
			for range max(d.stages[i].weight/5, 1) {
				d.deck = append(d.deck, i)
			}
		}
		d.r.Shuffle(len(d.deck), func(i, j int) { d.deck[i], d.deck[j] = d.deck[j], d.deck[i] })
	}
	st := &d.stages[d.deck[0]]
	d.deck = d.deck[1:]
	return st
}

func (d *dealer) contact(created time.Time) crm.Contact {
	first, last := pick(d.r, firstNames), pick(d.r, lastNames)
	if d.chance(60) {
		last = pick(d.r, lastNames) + " " + last
	}
	home := pick(d.r, cities)
	c := crm.Contact{Type: "person", Name: first + " " + last, City: home.name, CreatedAt: created.UnixMilli()}
	c.Phones = []crm.Entry{{Key: fmt.Sprintf("+55%s90%07d", home.ddd, d.r.IntN(1e7))}}
	if d.chance(70) {
		name := strings.ReplaceAll(format.Fold(first+" "+last), " ", ".")
		c.Emails = []crm.Entry{{Key: fmt.Sprintf("%s%d@example.com", name, d.r.IntN(10000))}}
	}
	if d.chance(12) {
		c.Type, c.Company = "company", pick(d.r, trades)+" "+pick(d.r, lastNames)
	}
	return c
}

func (d *dealer) lead(st *stage, created, since time.Time) (crm.Lead, error) {
	m := pick(d.r, models)
	year := d.now.Year() - d.r.IntN(10)
	thousands := max(m.price*int64(100-7*(d.now.Year()-year))/100, 8)
	l := crm.Lead{
		StageID: st.ID, StageSince: since.UnixMilli(), OwnerID: d.owner(), SourceID: pick(d.r, d.sources), ShopID: d.shop,
		ValueCents: (thousands*1000 - 100 + int64(d.r.IntN(20))*100) * 100, Currency: "BRL",
		Vehicle:   fmt.Sprintf("%s %d/%d", m.name, year, year+d.r.IntN(2)),
		CreatedAt: created.UnixMilli(), CreatedVia: d.via,
	}
	if d.chance(55) {
		l.Plate = d.plate()
	}
	if d.chance(50) {
		l.Timeframe = pick(d.r, []string{crm.TimeframeNow, crm.TimeframeSoon, crm.TimeframeLater})
	}
	for _, i := range d.r.Perm(len(d.tags))[:1+d.r.IntN(3)] {
		l.Tags = append(l.Tags, d.tags[i])
	}
	if reasons := d.reasons[st.Kind]; len(reasons) > 0 && crm.NeedsReason(st.Kind) {
		l.ReasonID = pick(d.r, reasons)
	}
	if d.now.Sub(created) < 8*time.Hour {
		l.CreatedVia = crm.ViaManual // nobody has opened it yet
	}
	var err error
	st.top, err = rank.Between("", st.top, d.r.IntN)
	l.Rank = st.top
	return l, err
}

// owner is one of the sellers; every twentieth lead waits for one.
func (d *dealer) owner() string {
	if d.chance(5) {
		return ""
	}
	return pick(d.r, d.owners)
}

func (d *dealer) plate() string {
	letter := func() byte { return byte('A' + d.r.IntN(26)) }
	fifth := byte('0' + d.r.IntN(10))
	if d.chance(60) {
		fifth = byte('A' + d.r.IntN(10))
	}
	return fmt.Sprintf("%c%c%c%d%c%02d", letter(), letter(), letter(), d.r.IntN(10), fifth, d.r.IntN(100))
}

// work adds what was done with the lead, and for most open ones what is planned.
func (d *dealer) work(out *draft, st *stage, created time.Time) {
	age := d.now.Sub(created)
	for i := range d.planned {
		if i == 0 && st.Kind == crm.StageOpen && d.chance(65) {
			out.activities = append(out.activities, d.plan(out.lead.OwnerID))
			continue
		}
		p := pick(d.r, doneWork)
		at := created.Add(time.Duration(d.r.Int64N(int64(age)))).UnixMilli()
		a := crm.Activity{Kind: p.kind, Title: p.title, Channel: p.channel, DoneAt: at, CreatedAt: at,
			UserID: out.lead.OwnerID, CreatedBy: out.lead.OwnerID, Outcome: pick(d.r, outcomes)}
		if p.kind == crm.ActivityNote || d.chance(25) {
			a.Body = pick(d.r, notes)
		}
		if p.kind == crm.ActivityMessage && d.chance(4) {
			a.Title, a.Body, a.Inbound, a.Outcome = "Cliente respondeu", pick(d.r, notes), true, ""
			if d.now.Sub(time.UnixMilli(at)) > 36*time.Hour {
				out.seenAt = d.now.Add(-time.Hour).UnixMilli()
			}
		}
		out.activities = append(out.activities, a)
	}
}

// plan is an activity from five days ago to ten days ahead, most with an hour.
func (d *dealer) plan(owner string) crm.Activity {
	p := pick(d.r, plannedWork)
	day := d.now.AddDate(0, 0, d.r.IntN(16)-5)
	a := crm.Activity{Kind: p.kind, Title: p.title, Channel: p.channel, UserID: owner, CreatedBy: owner,
		CreatedAt: d.now.AddDate(0, 0, -6).UnixMilli()}
	if d.chance(70) {
		a.DueAt = time.Date(day.Year(), day.Month(), day.Day(), 8+d.r.IntN(11), 30*d.r.IntN(2), 0, 0, day.Location()).UnixMilli()
	} else {
		a.DueDay = day.Format(time.DateOnly)
	}
	return a
}
