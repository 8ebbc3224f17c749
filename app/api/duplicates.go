package api

import (
	"context"
	"sync"

	"patio/backend/crm"
	"patio/backend/duplicates"
	"patio/backend/format"
	"patio/backend/store"
)

// Duplicates finds contacts that may be there twice, merges and separates them.
type Duplicates struct {
	store *store.Store
	jobs  *jobs

	mu    sync.Mutex
	found []duplicates.Pair // by the last search
}

// NewDuplicates binds Duplicates to an open store. A search shows its progress
// among the jobs of sheets.
func NewDuplicates(s *store.Store, sheets *Sheets) *Duplicates {
	return &Duplicates{store: s, jobs: sheets.jobs}
}

// Known is a contact with its leads, the newest first.
type Known struct {
	Contact crm.Contact `json:"contact"`
	Leads   []crm.Card  `json:"leads"` // at most some
	Count   int         `json:"count"` // of all its leads
}

// LikelyPair is two contacts that may be one, and why.
type LikelyPair struct {
	Contact Known               `json:"contact"` // it stays
	Other   Known               `json:"other"`
	Reasons []duplicates.Reason `json:"reasons"` // the strongest first
	Alike   bool                `json:"alike"`   // their names are similar
}

// LikelyPairs is a part of what a search found and nobody decided yet.
type LikelyPairs struct {
	Pairs []LikelyPair `json:"pairs"`
	Count int          `json:"count"`
}

// Search goes through the whole base, and answers how many pairs there are to
// look at. Job events of kind "duplicates" tell how far it is. Errors: conflict
// while another one runs, cancelled.
func (a *Duplicates) Search() (n int, err error) {
	err = a.jobs.await(Job{ID: "duplicates", Kind: "duplicates"}, func(ctx context.Context, step func(func(*Job))) error {
		found, err := duplicates.Find(ctx, a.store, func(done, total int) { step(func(j *Job) { j.Done, j.Total = done, total }) })
		if err != nil {
			return err
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.found, n = found, len(found)
		return nil
	})
	return n, err
}

// Pairs answers a part of what the last search found and is still to be decided,
// the most likely first; an undo brings back what it undoes.
func (a *Duplicates) Pairs(offset, limit int) (LikelyPairs, error) {
	ctx := context.Background()
	a.mu.Lock()
	found := a.found
	a.mu.Unlock()
	open, err := duplicates.Open(ctx, a.store, found)
	if err != nil {
		return LikelyPairs{}, err
	}
	out := LikelyPairs{Pairs: []LikelyPair{}, Count: len(open)}
	for _, p := range open[min(max(offset, 0), len(open)):] {
		if len(out.Pairs) >= min(max(limit, 0), store.MaxPage) {
			break
		}
		one, err := a.known(ctx, p.ContactID)
		other := one
		if err == nil {
			other, err = a.known(ctx, p.OtherID)
		}
		if crm.CodeOf(err) == crm.CodeNotFound || err == nil && (one.Count == 0 || other.Count == 0) {
			continue // deleted since
		}
		if err != nil {
			return LikelyPairs{}, err
		}
		out.Pairs = append(out.Pairs, LikelyPair{Contact: one, Other: other, Reasons: p.Reasons, Alike: p.Alike})
	}
	return out, nil
}

// someLeads is how many leads of a contact are shown beside it.
const someLeads = 4

func (a *Duplicates) known(ctx context.Context, id string) (Known, error) {
	c, err := store.Read[crm.Contact](ctx, a.store, id)
	if err != nil {
		return Known{}, err
	}
	ids, err := a.store.LeadsOf(ctx, id)
	if err != nil {
		return Known{}, err
	}
	cards, err := a.store.Cards(ctx, ids[:min(len(ids), someLeads)])
	return Known{Contact: *c, Leads: cards, Count: len(ids)}, err
}

// Typed is what is being typed of a contact, as typed.
type Typed struct {
	Phone     string `json:"phone"`
	Email     string `json:"email"`
	Document  string `json:"document"`
	ContactID string `json:"contactId"` // whose it is; "" of a new one
}

// Known answers who has the same phone, e-mail or document already; nobody while
// what is typed is none yet.
func (a *Duplicates) Known(typed Typed) ([]Known, error) {
	ctx := context.Background()
	var phones, emails, documents []string
	if p, err := format.ParsePhone(typed.Phone, format.DefaultRegion); err == nil {
		phones = append(phones, format.MatchKey(p.E164))
	}
	if e, err := format.ParseEmail(typed.Email); err == nil {
		emails = append(emails, e)
	}
	if d, err := format.ParseDocument(typed.Document); err == nil {
		documents = append(documents, d.Value)
	}
	out := []Known{}
	matches, err := a.store.MatchContacts(ctx, phones, emails, documents)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	if typed.ContactID != "" {
		c, err := a.store.PersonOf(ctx, typed.ContactID)
		if err != nil {
			return nil, err
		}
		seen[c.ID] = true
	}
	for _, m := range matches {
		if seen[m.ContactID] || len(out) == maxKnown {
			continue
		}
		seen[m.ContactID] = true
		k, err := a.known(ctx, m.ContactID)
		if err != nil {
			return nil, err
		}
		if k.Count > 0 {
			out = append(out, k)
		}
	}
	return out, nil
}

// maxKnown is how many are named while somebody types: a front desk's phone is
// everybody's.
const maxKnown = 3

// Merge makes two contacts one. Errors: not_found, invalid, duplicates.same.
func (a *Duplicates) Merge(m duplicates.Choice) (crm.Done, error) {
	return duplicates.Merge(context.Background(), a.store, m)
}

// Separate takes a contact out of the one that it was merged into. Errors:
// not_found, duplicates.not_merged.
func (a *Duplicates) Separate(contactID string) (crm.Done, error) {
	return duplicates.Separate(context.Background(), a.store, contactID)
}

// Apart remembers that two contacts are two. Errors: not_found, duplicates.same.
func (a *Duplicates) Apart(contactID, otherID string) (crm.Done, error) {
	return duplicates.Apart(context.Background(), a.store, contactID, otherID)
}
