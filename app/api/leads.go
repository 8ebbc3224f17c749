package api

import (
	"context"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
)

// Leads answers the list and the lead page, and does the work on leads. Every
// write answers what was done, for the toast that offers to undo it.
type Leads struct {
	store *store.Store
	shell Shell
	jobs  *jobs
}

// NewLeads binds Leads to an open store; shell opens links, nil for none. What
// changes many leads shows its progress among the jobs of sheets, nil for none.
func NewLeads(s *store.Store, shell Shell, sheets *Sheets) *Leads {
	a := &Leads{store: s, shell: shell}
	if sheets != nil {
		a.jobs = sheets.jobs
	}
	return a
}

// ListView is a page of the list with the totals of all that match.
type ListView struct {
	Rows     []crm.Card `json:"rows"`
	Count    int        `json:"count"`
	SumCents int64      `json:"sumCents"`
	Partial  bool       `json:"partial"` // not counted: there may be more than these rows
}

// Query answers a page of the list.
func (a *Leads) Query(r crm.ListRequest) (ListView, error) {
	rows, totals, err := a.store.List(context.Background(), r)
	return ListView{rows, totals.Count, totals.SumCents, false}, err
}

// First answers the first page of the list at once, not counted where counting
// takes long; Query counts it.
func (a *Leads) First(r crm.ListRequest) (ListView, error) {
	rows, ok, err := a.store.FirstPage(context.Background(), r)
	if err != nil || ok {
		return ListView{rows, len(rows), 0, ok}, err
	}
	r.Offset = 0
	return a.Query(r)
}

// Breakdown counts the leads that match by temperature and by level.
func (a *Leads) Breakdown(f crm.Filter) (crm.Breakdown, error) {
	return a.store.Breakdown(context.Background(), f)
}

// LeadView is everything that the lead page shows but the timeline.
type LeadView struct {
	Card    crm.Card       `json:"card"`
	Lead    crm.Lead       `json:"lead"`
	Contact crm.Contact    `json:"contact"`
	Planned []crm.Activity `json:"planned"` // by due
	Others  []crm.Card     `json:"others"`  // other leads of the contact

	Referrer string        `json:"referrer"` // the name of who brought it, "" of nobody, or of one who is not here
	Merged   []crm.Contact `json:"merged"`   // what was merged into the contact, each before those merged into it
}

// Get answers one lead. Errors: not_found.
func (a *Leads) Get(id string) (LeadView, error) {
	ctx := context.Background()
	lead, err := store.Read[crm.Lead](ctx, a.store, id)
	if err != nil {
		return LeadView{}, err
	}
	contact, err := store.Read[crm.Contact](ctx, a.store, lead.PersonID)
	if err != nil {
		return LeadView{}, err
	}
	planned, err := a.store.Planned(ctx, id)
	if err != nil {
		return LeadView{}, err
	}
	ids, err := a.store.LeadsOf(ctx, contact.ID)
	if err != nil {
		return LeadView{}, err
	}
	cards, err := a.store.Cards(ctx, ids)
	if err != nil {
		return LeadView{}, err
	}
	merged, err := a.store.MergedInto(ctx, contact.ID)
	if err != nil {
		return LeadView{}, err
	}
	v := LeadView{Lead: *lead, Contact: *contact, Planned: planned, Others: []crm.Card{}, Merged: merged}
	if lead.ReferredBy != "" {
		switch referrer, err := a.store.PersonOf(ctx, lead.ReferredBy); crm.CodeOf(err) {
		case "":
			v.Referrer = referrer.Name
		case crm.CodeNotFound:
		default:
			return LeadView{}, err
		}
	}
	for _, c := range cards {
		if c.ID == id {
			v.Card = c
		} else {
			v.Others = append(v.Others, c)
		}
	}
	return v, nil
}

// Cards answers cards by id, in that order; those that are gone are left out.
func (a *Leads) Cards(ids []string) ([]crm.Card, error) {
	return a.store.Cards(context.Background(), ids)
}

// TimelinePage is a part of a lead's history, newest first.
type TimelinePage struct {
	Items []crm.TimelineItem `json:"items"`
	More  bool               `json:"more"`
}

// Timeline answers the history before a time (ms UTC, 0 for the newest).
func (a *Leads) Timeline(id string, before int64, limit int) (TimelinePage, error) {
	items, more, err := a.store.Timeline(context.Background(), id, before, limit)
	return TimelinePage{items, more}, err
}

// FindInTimeline is Timeline for the entries that a filter lets through.
func (a *Leads) FindInTimeline(id string, f crm.TimelineFilter, before int64, limit int) (TimelinePage, error) {
	items, more, err := a.store.FindInTimeline(context.Background(), id, f, before, limit)
	return TimelinePage{items, more}, err
}

// Create takes a lead in. Errors name the field: required, phone.invalid …
func (a *Leads) Create(n leads.New) (crm.Done, error) {
	return leads.Create(context.Background(), a.store, n)
}

// Update changes the present fields of a lead.
func (a *Leads) Update(id string, p leads.Patch) (crm.Done, error) {
	return leads.Update(context.Background(), a.store, id, p)
}

// UpdateContact changes the present fields of a contact.
func (a *Leads) UpdateContact(id string, p leads.ContactPatch) (crm.Done, error) {
	return leads.UpdateContact(context.Background(), a.store, id, p)
}

// Move puts leads into a stage. Errors: reason.required, stage.read_only.
func (a *Leads) Move(m leads.Move) (crm.Done, error) {
	return leads.MoveLeads(context.Background(), a.store, m)
}

// MoveAll moves all selected leads to the top of a stage.
func (a *Leads) MoveAll(sel crm.Selection, stageID, reasonID, reasonNote string) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.MoveAll(ctx, a.store, sel, stageID, reasonID, reasonNote, progress)
	})
}

// Convert moves qualified leads into a sales pipeline. Errors: not_found,
// invalid, lead.not_qualifying.
func (a *Leads) Convert(sel crm.Selection, c leads.Conversion) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.Convert(ctx, a.store, sel, c, progress)
	})
}

// Assign gives the selected leads to an owner, "" for nobody.
func (a *Leads) Assign(sel crm.Selection, ownerID string) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.Assign(ctx, a.store, sel, ownerID, progress)
	})
}

// Tag adds tags to the selected leads and takes others off.
func (a *Leads) Tag(sel crm.Selection, add, remove []string) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.Tag(ctx, a.store, sel, add, remove, progress)
	})
}

// Archive takes the selected leads off the boards.
func (a *Leads) Archive(sel crm.Selection) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.Archive(ctx, a.store, sel, progress)
	})
}

// Unarchive brings the selected leads back.
func (a *Leads) Unarchive(sel crm.Selection) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.Unarchive(ctx, a.store, sel, progress)
	})
}

// Delete deletes the selected leads.
func (a *Leads) Delete(sel crm.Selection) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.Remove(ctx, a.store, sel, progress)
	})
}

// EditAll changes the present fields of all selected leads. Errors as Update's.
func (a *Leads) EditAll(sel crm.Selection, p leads.Patch) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.EditAll(ctx, a.store, sel, p, progress)
	})
}

// PlanAll plans an activity with each selected lead; without a person each
// lead's owner does it. Errors as Activities.Add's.
func (a *Leads) PlanAll(sel crm.Selection, n leads.NewActivity) (crm.Done, error) {
	return a.many(sel, func(ctx context.Context, progress leads.Progress) (crm.Done, error) {
		return leads.PlanAll(ctx, a.store, sel, n, progress)
	})
}

// fewLeads are changed before a person would look for progress.
const fewLeads = 200

// many changes leads, and shows how far that is when they may be many: one undo
// takes back what was done until it was cancelled, too.
func (a *Leads) many(sel crm.Selection, f func(context.Context, leads.Progress) (crm.Done, error)) (out crm.Done, err error) {
	if a.jobs == nil || sel.Filter == nil && len(sel.IDs) <= fewLeads {
		return f(context.Background(), nil)
	}
	err = a.jobs.await(Job{ID: a.store.NewID(), Kind: "bulk"}, func(ctx context.Context, step func(func(*Job))) error {
		var err error
		out, err = f(ctx, func(done, total int) { step(func(j *Job) { j.Done, j.Total = done, total }) })
		return err
	})
	return out, err
}

// Purge removes the selected leads of the archive for good. Errors: purge.at_desk.
func (a *Leads) Purge(sel crm.Selection) (crm.Done, error) {
	return a.store.Purge(context.Background(), sel)
}

// Seen says that somebody looked at a lead.
func (a *Leads) Seen(id string) error { return leads.Seen(context.Background(), a.store, id) }

// MarkUnread puts a lead back on top as if nobody had seen it.
func (a *Leads) MarkUnread(id string) (crm.Done, error) {
	return leads.MarkUnread(context.Background(), a.store, id)
}

// Replied logs by hand that the customer answered.
func (a *Leads) Replied(id, text string) (crm.Done, error) {
	return leads.Replied(context.Background(), a.store, id, text)
}

// Reach calls the contact or writes to it, by "phone", "whatsapp" or "email",
// and logs that. When the shell can't open links, params.url is left for the
// page to open; else it is empty.
func (a *Leads) Reach(id, channel, to string) (crm.Done, error) {
	done, err := leads.Reach(context.Background(), a.store, id, channel, to)
	if err != nil || a.shell == nil {
		return done, err
	}
	switch err := a.shell.OpenURL(done.Params["url"]); crm.CodeOf(err) {
	case "":
		delete(done.Params, "url")
	case crm.CodeUnsupported:
	default:
		return done, err
	}
	return done, nil
}

// Activities plans and logs activities.
type Activities struct {
	store *store.Store
}

// NewActivities binds Activities to an open store.
func NewActivities(s *store.Store) *Activities { return &Activities{s} }

// Add plans or logs an activity. Errors: required, invalid.
func (a *Activities) Add(n leads.NewActivity) (crm.Done, error) {
	return leads.AddActivity(context.Background(), a.store, n)
}

// Update changes the present fields of an activity.
func (a *Activities) Update(id string, p leads.ActivityPatch) (crm.Done, error) {
	return leads.UpdateActivity(context.Background(), a.store, id, p)
}

// Complete marks a planned activity as done now.
func (a *Activities) Complete(id, outcome string) (crm.Done, error) {
	return leads.CompleteActivity(context.Background(), a.store, id, outcome)
}

// Reopen makes a done activity planned again.
func (a *Activities) Reopen(id string) (crm.Done, error) {
	return leads.ReopenActivity(context.Background(), a.store, id)
}

// Delete deletes an activity.
func (a *Activities) Delete(id string) (crm.Done, error) {
	return leads.DeleteActivity(context.Background(), a.store, id)
}

// Search finds leads by what a person remembers of them.
type Search struct {
	store *store.Store
}

// NewSearch binds Search to an open store.
func NewSearch(s *store.Store) *Search { return &Search{s} }

// Found is the answer to a search.
type Found struct {
	Hits    []store.Hit `json:"hits"`
	Pending int         `json:"pending"` // leads of a running import that can't be found yet
}

// Find answers at most limit leads that match all words of text.
func (a *Search) Find(text string, limit int) (Found, error) {
	ctx := context.Background()
	hits, err := a.store.Find(ctx, text, limit)
	if err != nil {
		return Found{}, err
	}
	pending, err := a.store.SearchPending(ctx)
	return Found{Hits: hits, Pending: pending}, err
}

// FoundNotes is the answer to a search of what was written of leads.
type FoundNotes struct {
	Hits    []store.NoteHit `json:"hits"`
	Pending int             `json:"pending"` // activities that can't be found yet: of a load, or of an older version's database
}

// Notes answers at most limit activities that hold all words of text in title,
// body and outcome.
func (a *Search) Notes(text string, limit int) (FoundNotes, error) {
	ctx := context.Background()
	hits, err := a.store.FindNotes(ctx, text, limit)
	if err != nil {
		return FoundNotes{}, err
	}
	pending, err := a.store.NotesPending(ctx)
	return FoundNotes{Hits: hits, Pending: pending}, err
}
