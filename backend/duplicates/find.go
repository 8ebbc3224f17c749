package duplicates

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/store"
)

// Reason says what two contacts have in common.
type Reason string

// Reasons, the strongest first.
const (
	ByDocument Reason = store.SharedDocument
	ByEmail    Reason = store.SharedEmail
	ByPhone    Reason = store.SharedPhone // area code and the last eight digits
	ByName     Reason = "name"            // a similar name with the same vehicle
)

// Pair is two contacts that may be one.
type Pair struct {
	ContactID string   `json:"contactId"` // of the smaller id: it stays
	OtherID   string   `json:"otherId"`
	Reasons   []Reason `json:"reasons"`

	Alike bool `json:"alike"` // their names are similar: who shares but a phone may be family
}

// finder goes through all leads and contacts once.
type finder struct {
	ctx       context.Context
	s         *store.Store
	shown     map[string]string // as whom a merged contact's leads are shown
	names     map[string][]string
	documents map[string]string
	said      store.Said
	pairs     map[[2]string]*Pair // 16 bytes each, the smaller first
}

// chunk is after how many leads progress is told.
const chunk = 5000

// Find goes through the whole base and answers who may be there twice, the most
// likely first. Of those who share a key each is held against one before it:
// whoever decides on a pair is asked about the next one then. progress may be
// nil. Errors: cancelled.
func Find(ctx context.Context, s *store.Store, progress func(done, total int)) ([]Pair, error) {
	f := &finder{ctx: ctx, s: s, shown: map[string]string{}, names: map[string][]string{}, pairs: map[[2]string]*Pair{}}
	total, err := s.CountLeads(ctx)
	if err != nil {
		return nil, err
	}
	// Reading the leads is the most of it; the keys and the names count as a quarter each.
	step := func(done int) {
		if progress != nil {
			progress(min(done, total*2), total*2)
		}
	}
	if f.said, err = s.Said(ctx); err != nil {
		return nil, err
	}
	if f.documents, err = s.Documents(ctx); err != nil {
		return nil, err
	}
	interests, err := f.read(step)
	if err != nil {
		return nil, err
	}
	for i, by := range []Reason{ByDocument, ByEmail, ByPhone} {
		if err := f.shared(by); err != nil {
			return nil, err
		}
		step(total + total*(i+1)/6)
	}
	if err := f.similar(interests, func(part, of int) { step(total + total/2 + total*part/of/2) }); err != nil {
		return nil, err
	}
	return f.sorted(), nil
}

// interest is a lead as names and vehicles are compared.
type interest struct {
	person, plate string
	vehicle       string // folded
}

func (f *finder) read(step func(int)) ([]interest, error) {
	var out []interest
	vehicles := map[string]string{} // a few hundred models, written by hand
	err := f.s.EachInterest(f.ctx, func(i store.Interest) error {
		if i.Contact != "" {
			f.shown[i.Contact] = i.Person
		}
		if _, known := f.names[i.Person]; !known {
			f.names[i.Person] = nameWords(i.Name)
		}
		if i.Vehicle != "" || i.Plate != "" {
			vehicle, known := vehicles[i.Vehicle]
			if !known {
				vehicle = format.FoldWords(i.Vehicle)
				vehicles[i.Vehicle] = vehicle
			}
			out = append(out, interest{i.Person, format.PlateKey(i.Plate), vehicle})
		}
		if len(f.names)%chunk == 0 {
			step(len(out))
		}
		return f.over()
	})
	return out, err
}

func (f *finder) over() error {
	if err := f.ctx.Err(); err != nil {
		return crm.NewError(crm.CodeCancelled, "").Because(err)
	}
	return nil
}

// shared pairs those who have a document, an e-mail or a phone in common.
func (f *finder) shared(by Reason) error {
	key, people := "", []string{}
	flush := func() {
		slices.Sort(people)
		people = slices.Compact(people)
		for i, p := range people {
			for _, earlier := range people[:i] {
				if f.pair(earlier, p, by) {
					break
				}
			}
		}
		people = people[:0]
	}
	err := f.s.EachShared(f.ctx, string(by), func(sh store.Shared) error {
		if sh.Key != key {
			flush()
			key = sh.Key
		}
		person := sh.Contact
		if as, merged := f.shown[person]; merged {
			person = as
		}
		if _, here := f.names[person]; here && key != "" { // one without leads is on no screen
			people = append(people, person)
		}
		return f.over()
	})
	flush()
	return err
}

// near is how many of those next by name one is held against, in a vehicle that
// very many want.
const near = 40

// similar pairs those with a similar name and the same vehicle.
func (f *finder) similar(list []interest, step func(part, of int)) error {
	buckets := map[string][]interest{}
	for _, i := range list {
		words := f.names[i.person]
		if len(words) < 2 {
			continue
		}
		first := words[0][:min(2, len(words[0]))]
		if i.vehicle != "" {
			key := "v" + first + i.vehicle
			buckets[key] = append(buckets[key], i)
		}
		if i.plate != "" {
			key := "p" + first + i.plate
			buckets[key] = append(buckets[key], i)
		}
	}
	done := 0
	for _, bucket := range buckets {
		if done++; done%chunk == 0 {
			step(done, len(buckets))
			if err := f.over(); err != nil {
				return err
			}
		}
		if len(bucket) < 2 {
			continue
		}
		slices.SortFunc(bucket, func(a, b interest) int {
			return cmp.Or(slices.Compare(f.names[a.person], f.names[b.person]), strings.Compare(a.person, b.person))
		})
		for i, a := range bucket {
			for _, b := range bucket[i+1 : min(len(bucket), i+1+near)] {
				if a.person != b.person && (a.plate == "" || b.plate == "" || a.plate == b.plate) && alike(f.names[a.person], f.names[b.person]) &&
					f.pair(min(a.person, b.person), max(a.person, b.person), ByName) {
					break
				}
			}
		}
	}
	step(1, 1)
	return nil
}

// pair notes two people and why, the smaller id first; false when they are known
// to be two.
func (f *finder) pair(a, b string, why Reason) bool {
	if a == b {
		return false
	}
	if x, y := f.documents[a], f.documents[b]; x != "" && y != "" && x != y {
		return false
	}
	if len(f.said.Apart) > 0 && f.said.Apart[[2]string{store.IDOf(b), store.IDOf(a)}] {
		return false
	}
	key := [2]string{a, b}
	p := f.pairs[key]
	if p == nil {
		p = &Pair{ContactID: store.IDOf(a), OtherID: store.IDOf(b), Alike: alike(f.names[a], f.names[b])}
		f.pairs[key] = p
	}
	if !slices.Contains(p.Reasons, why) {
		p.Reasons = append(p.Reasons, why)
	}
	return true
}

// weight of a pair: the more it has in common, and the stronger that is.
func (p *Pair) weight() int {
	n := 0
	for _, r := range p.Reasons {
		n += map[Reason]int{ByDocument: 16, ByEmail: 8, ByPhone: 4, ByName: 2}[r]
	}
	if p.Alike {
		n += 5
	}
	return n
}

func (f *finder) sorted() []Pair {
	out := make([]Pair, 0, len(f.pairs))
	for _, p := range f.pairs {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), strings.Compare(b.OtherID, a.OtherID), strings.Compare(b.ContactID, a.ContactID))
	})
	return out
}

// Open answers the pairs that are still to be decided.
func Open(ctx context.Context, s *store.Store, pairs []Pair) ([]Pair, error) {
	said, err := s.Said(ctx)
	if err != nil {
		return nil, err
	}
	as := func(id string) string {
		for said.Merged[id] != "" {
			id = said.Merged[id]
		}
		return id
	}
	seen := map[[2]string]bool{}
	out := []Pair{}
	for _, p := range pairs {
		a, b := as(p.ContactID), as(p.OtherID)
		key := [2]string{max(a, b), min(a, b)}
		if a == b || said.Apart[key] || seen[key] {
			continue
		}
		seen[key] = true
		p.ContactID, p.OtherID = key[1], key[0]
		out = append(out, p)
	}
	return out, nil
}
