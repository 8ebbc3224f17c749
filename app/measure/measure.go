// Package measure times what a person waits for, through the API that the
// window calls, on a database with leads.
package measure

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"patio/app/api"
	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
)

// What is timed.
const (
	Board         = "board"          // the first screen of the sales board, with counts and sums
	BoardFiltered = "board.filtered" // the same, narrowed to an owner and a tag
	BoardQuiet    = "board.quiet"    // the same, narrowed to leads without contact for a week
	List          = "list."          // a page of the list with two filters; a sort follows
	Prefix        = "search.prefix"  // the beginning of a name
	Substring     = "search.part"    // a part of a name, or the end of a phone
	Notes         = "search.notes"   // words of what was written of leads, often and seldom together
	Agenda        = "agenda.month"   // six weeks of one seller, the first three of each day
	AgendaAll     = "agenda.all"     // the same of everybody
	Duplicates    = "duplicates"     // who is there twice, over the whole base
	Known         = "known"          // whose a phone is that is being typed
	Save          = "save"           // one lead taken in, durable
	Move          = "bulk.move"      // ManyLeads moved to another stage, durable and to be undone
	Unmove        = "bulk.undo"      // that, undone
)

// Timing is how long one thing takes, in milliseconds.
type Timing struct {
	Name  string  `json:"name"`
	Times int     `json:"times"` // how often it was timed
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	Max   float64 `json:"max"`
}

// warm is how often a thing runs before it counts: plans and pages are cached
// in a program that is in use.
const warm = 5

const page = 50

// desk is the API with what is asked of it.
type desk struct {
	board  *api.Board
	leads  *api.Leads
	search *api.Search
	agenda *api.Agenda
	twice  *api.Duplicates
	r      *rand.Rand

	pipeline string
	narrow   crm.Filter // an owner and a tag
	two      crm.Filter // an owner and a source
	count    int        // leads under two
	names    []string
	phones   []string
}

// Reads times board, list and search, each so many times. Errors: not_found
// when the sales board is empty, cancelled.
func Reads(ctx context.Context, s *store.Store, times int) ([]Timing, error) {
	d, err := newDesk(ctx, s)
	if err != nil {
		return nil, err
	}
	type read struct {
		name string
		run  func(i int) error
	}
	reads := []read{
		{Board, func(int) error { return d.load(crm.Filter{}) }},
		{BoardFiltered, func(int) error { return d.load(d.narrow) }},
		{BoardQuiet, func(int) error { return d.load(crm.Filter{Quiet: true}) }},
	}
	for _, sort := range sorts {
		reads = append(reads, read{List + sort, func(i int) error { return d.list(sort, i) }})
	}
	reads = append(reads,
		read{Prefix, func(int) error { return d.find(prefix(d.pick(d.names))) }},
		read{Substring, func(i int) error {
			if i%2 == 1 {
				return d.find(tail(d.pick(d.phones)))
			}
			return d.find(middle(d.pick(d.names)))
		}},
		read{Notes, func(i int) error { _, err := d.search.Notes(written[i%len(written)], 20); return err }},
		read{Agenda, func(int) error { return d.month(d.narrow.OwnerIDs) }},
		read{AgendaAll, func(int) error { return d.month(nil) }},
		read{Known, func(int) error { _, err := d.twice.Known(api.Typed{Phone: d.pick(d.phones)}); return err }})
	var out []Timing
	for _, c := range reads {
		t, err := timed(ctx, c.name, times, c.run)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	t, err := timed(ctx, Duplicates, min(times, 10), func(int) error { _, err := d.twice.Search(); return err })
	return append(out, t), err
}

// Saves times saves, so many times: the leads that it makes stay. Errors:
// those of leads.Create, cancelled.
func Saves(ctx context.Context, s *store.Store, times int) (Timing, error) {
	d, err := newDesk(ctx, s)
	if err != nil {
		return Timing{}, err
	}
	return timed(ctx, Save, times, func(i int) error {
		_, err := d.leads.Create(leads.New{
			Name: d.pick(d.names), Phone: phone(i), Vehicle: "Onix LT 1.0 2022", ValueCents: 7_990_000, OwnerID: d.narrow.OwnerIDs[0], Tags: d.narrow.TagIDs,
		})
		return err
	})
}

// ManyLeads is how many Moves moves at once, or as many as there are.
const ManyLeads = 10_000

// Moves times moving many leads at once to another stage and taking that back,
// so many times. Errors: as Reads, and those of leads.MoveAll.
func Moves(ctx context.Context, s *store.Store, times int) ([]Timing, error) {
	d, err := newDesk(ctx, s)
	if err != nil {
		return nil, err
	}
	ids, err := s.SelectIDs(ctx, crm.Selection{Filter: &crm.Filter{PipelineID: d.pipeline}})
	if err != nil {
		return nil, err
	}
	sel := crm.Selection{IDs: ids[:min(len(ids), ManyLeads)]}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	last := slices.IndexFunc(w.Stages, func(st crm.Stage) bool { return st.PipelineID == d.pipeline && st.Kind == crm.StageOpen && st.Pos > 2 })
	if last < 0 {
		return nil, crm.NewError(crm.CodeNotFound, "stage")
	}
	move, undo := make([]time.Duration, 0, times), make([]time.Duration, 0, times)
	for range times {
		if err := ctx.Err(); err != nil {
			return nil, crm.NewError(crm.CodeCancelled, "").Because(err)
		}
		start := time.Now()
		if _, err := d.leads.MoveAll(sel, w.Stages[last].ID, "", ""); err != nil {
			return nil, err
		}
		moved := time.Now()
		if _, err := s.Undo(ctx, nil); err != nil {
			return nil, err
		}
		move, undo = append(move, moved.Sub(start)), append(undo, time.Since(moved))
	}
	return []Timing{told(Move, move), told(Unmove, undo)}, nil
}

func newDesk(ctx context.Context, s *store.Store) (*desk, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	files := api.NewFiles()
	sheets, err := api.NewSheets(s, files, func(string, any) {})
	if err != nil {
		return nil, err
	}
	d := &desk{board: api.NewBoard(s), leads: api.NewLeads(s, nil, sheets), search: api.NewSearch(s), agenda: api.NewAgenda(s, files), twice: api.NewDuplicates(s, sheets), r: rand.New(rand.NewPCG(1, 2))}
	i := slices.IndexFunc(w.Pipelines, func(p crm.Pipeline) bool { return p.Kind == crm.PipelineSales && !p.Retired })
	if i < 0 {
		return nil, crm.NewError(crm.CodeNotFound, "pipeline")
	}
	d.pipeline = w.Pipelines[i].ID
	all := crm.ListRequest{Filter: crm.Filter{PipelineID: d.pipeline}, Sort: crm.SortCreated, Limit: 200}
	v, err := d.leads.Query(all)
	if err != nil {
		return nil, err
	}
	if v.Count == 0 {
		return nil, crm.NewError(crm.CodeNotFound, "leads")
	}
	all.Offset = max(v.Count/2-100, 0) // from the middle, where nothing is special
	if v, err = d.leads.Query(all); err != nil {
		return nil, err
	}
	d.learn(v.Rows)
	d.two.PipelineID, d.narrow.PipelineID = d.pipeline, d.pipeline
	v, err = d.leads.Query(crm.ListRequest{Filter: d.two})
	d.count = v.Count
	return d, err
}

// learn takes what there is to ask for from some cards.
func (d *desk) learn(cards []crm.Card) {
	d.narrow.OwnerIDs = []string{cards[0].OwnerID}
	for _, c := range cards {
		d.names = append(d.names, c.Name)
		if c.Phone != "" {
			d.phones = append(d.phones, c.Phone)
		}
		if len(c.Tags) > 0 && d.narrow.TagIDs == nil {
			d.narrow.OwnerIDs, d.narrow.TagIDs = []string{c.OwnerID}, c.Tags[:1]
		}
	}
	if len(d.phones) == 0 {
		d.phones = d.names
	}
	d.two.OwnerIDs, d.two.SourceIDs = []string{cards[0].OwnerID}, []string{cards[0].SourceID}
}

func (d *desk) pick(list []string) string { return list[d.r.IntN(len(list))] }

func (d *desk) load(f crm.Filter) error {
	_, err := d.board.Load(api.BoardRequest{PipelineID: d.pipeline, Filter: f, Limit: page})
	return err
}

var sorts = []string{
	crm.SortName, crm.SortValue, crm.SortCreated, crm.SortStageSince, crm.SortLastContact, crm.SortNextDue, crm.SortStage, crm.SortOwner, crm.SortSource, crm.SortVehicle,
}

// list asks for the first page, where people are, either way; every fifth time
// for one further down.
func (d *desk) list(sort string, i int) error {
	offset := 0
	if i%5 == 4 {
		offset = d.r.IntN(max(min(d.count, 20*page), 1))
	}
	_, err := d.leads.Query(crm.ListRequest{Filter: d.two, Sort: sort, Desc: i%2 == 1, Offset: offset, Limit: page})
	return err
}

// month asks for the six weeks around today.
func (d *desk) month(users []string) error {
	from := time.Now().AddDate(0, 0, -crm.MaxAgendaDays/2).Format(time.DateOnly)
	_, err := d.agenda.Load(crm.AgendaRequest{From: from, Days: crm.MaxAgendaDays, UserIDs: users, PerDay: 3})
	return err
}

// written are words of the sample's activities as people type them: in many,
// in few, in none together, and half a word.
var written = []string{"simulacao", "usado sábado", "whatsapp 18h", "simulação férias", "garantia estendida", "doc", "zz troca", "não atendeu banco"}

func (d *desk) find(text string) error {
	_, err := d.search.Find(text, 20)
	return err
}

// prefix is what a person types first of a name.
func prefix(name string) string { return cut(name, 0, 4) }

// middle is a part of a name's last word.
func middle(name string) string {
	words := strings.Fields(name)
	last := words[len(words)-1]
	return cut(last, max(utf8.RuneCountInString(last)/2-2, 0), 4)
}

// tail is the end of a phone, as people remember it.
func tail(phone string) string { return phone[max(len(phone)-4, 0):] }

func cut(text string, from, n int) string {
	r := []rune(text)
	return string(r[min(from, len(r)):min(from+n, len(r))])
}

// phone is a mobile of São Paulo that Brazil's plan of numbers allows.
func phone(i int) string {
	digits := []byte("11987650000")
	for at := len(digits) - 1; i > 0 && at > 3; at, i = at-1, i/10 {
		digits[at] = '0' + (digits[at]-'0'+byte(i%10))%10
	}
	return string(digits)
}

// timed runs f and tells how long it took each time.
func timed(ctx context.Context, name string, times int, f func(i int) error) (Timing, error) {
	took := make([]time.Duration, 0, times)
	for i := range warm + times {
		if err := ctx.Err(); err != nil {
			return Timing{}, crm.NewError(crm.CodeCancelled, "").Because(err)
		}
		start := time.Now()
		if err := f(i); err != nil {
			return Timing{}, err
		}
		if i >= warm {
			took = append(took, time.Since(start))
		}
	}
	return told(name, took), nil
}

// told sums durations up.
func told(name string, took []time.Duration) Timing {
	slices.Sort(took)
	at := func(percent int) float64 {
		return float64(took[min(len(took)*percent/100, len(took)-1)].Microseconds()) / 1000
	}
	return Timing{Name: name, Times: len(took), P50: at(50), P95: at(95), Max: at(100)}
}
