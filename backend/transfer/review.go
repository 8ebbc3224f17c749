package transfer

import (
	"context"
	"hash/maphash"
	"slices"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/leads"
	"patio/backend/sheet"
	"patio/backend/store"
)

// Review is what an import would do, before it does anything.
type Review struct {
	Rows       int `json:"rows"`
	New        int `json:"new"`
	Duplicates int `json:"duplicates"` // rows that would go into a lead that is there
	Fills      int `json:"fills"`      // of them: those that bring something
	Refused    int `json:"refused"`
	Warned     int `json:"warned"` // rows with a value that could not be read

	// Rows that would make a lead without what the workspace asks for in new
	// ones, by field. They come in all the same: an old sheet seldom has all,
	// and a customer who is left out is lost.
	Lacking map[string]int `json:"lacking"`

	// The first rows of each kind, at most Shown.
	NewRows       []ReviewRow `json:"newRows"`
	DuplicateRows []ReviewRow `json:"duplicateRows"`
	RefusedRows   []ReviewRow `json:"refusedRows"`

	People  []string `json:"people"`  // who would be made
	Sources []string `json:"sources"` // which would be made
	Tags    []string `json:"tags"`    // which would be made
}

// Shown is how many rows of a kind a review lists.
const Shown = 200

// ReviewRow is one row as it was understood.
type ReviewRow struct {
	Line     int               `json:"line"`   // as a spreadsheet program numbers it
	Lead     crm.Card          `json:"lead"`   // the parsed values; ids of what is there already
	Names    map[string]string `json:"names"`  // what the row names: stage, owner, source
	Notes    []string          `json:"notes"`  // what goes to notes
	LeadID   string            `json:"leadId"` // of a duplicate: the lead it is about, "" when an earlier row makes it
	SameAs   int               `json:"sameAs"` // of a duplicate: the line that makes that lead, 0 for one in the store
	Changes  []crm.FieldChange `json:"changes"`
	Reasons  []*crm.Error      `json:"reasons"` // why it is refused
	Warnings []*crm.Error      `json:"warnings"`
}

// Preview goes through all rows as Run would, and writes nothing.
func Preview(ctx context.Context, s *store.Store, sh *sheet.Sheet, m sheet.Mapping, o Options, progress func(done, total int)) (Review, error) {
	b, err := newBatch(ctx, s, sh, m, o)
	if err != nil {
		return Review{}, err
	}
	r := reviewer{batch: b, seen: newCrowd(), out: Review{
		Lacking: map[string]int{}, NewRows: []ReviewRow{}, DuplicateRows: []ReviewRow{}, RefusedRows: []ReviewRow{}, People: []string{}, Sources: []string{}, Tags: []string{},
	}}
	rows := make([]sheet.Result, 0, chunk)
	flush := func() error {
		known, err := b.lookUp(ctx, rows)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := r.take(ctx, known, &rows[i]); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(r.out.Rows, sh.Count)
		}
		rows = rows[:0]
		return nil
	}
	for row, err := range sh.Rows(0) {
		if err != nil {
			return r.out, err
		}
		if rows = append(rows, b.parser.Parse(row)); len(rows) == chunk {
			if err := ctx.Err(); err != nil {
				return r.out, crm.NewError(crm.CodeCancelled, "").Because(err)
			}
			if err := flush(); err != nil {
				return r.out, err
			}
		}
	}
	if err := flush(); err != nil {
		return r.out, err
	}
	for _, u := range b.names.newUsers {
		r.out.People = append(r.out.People, u.Name)
	}
	for _, v := range b.names.newNames {
		switch v := v.(type) {
		case *crm.Source:
			r.out.Sources = append(r.out.Sources, v.Name)
		case *crm.Tag:
			r.out.Tags = append(r.out.Tags, v.Name)
		}
	}
	return r.out, nil
}

type reviewer struct {
	*batch
	seen *crowd
	out  Review
}

func (r *reviewer) take(ctx context.Context, known *people, row *sheet.Result) error {
	r.out.Rows++
	if len(row.Warnings) > 0 {
		r.out.Warned++
	}
	if row.Refused() {
		r.out.Refused++
		if len(r.out.RefusedRows) < Shown {
			r.out.RefusedRows = append(r.out.RefusedRows, r.show(row, nil, nil, nil))
		}
		return nil
	}
	l := &row.Lead
	keys := l.Keys()
	contact, lead, stage, notes := r.build(l)
	stored := known.find(l, keys)
	earlier := r.seen.find(l, keys, stored)
	if stored != nil {
		if id := stored.sameLead(l.ID, stage.Kind, keys); id != "" && (r.options.Duplicates != Create || id == l.ID) {
			return r.duplicate(ctx, row, id, contact, lead, notes)
		}
	}
	if earlier >= 0 {
		if line := r.seen.sameLead(earlier, stage.Kind, keys); line > 0 && r.options.Duplicates != Create && l.ID == "" {
			if r.options.Duplicates != Skip {
				r.seen.keep(earlier, l, keys)
			}
			r.out.Duplicates++
			if len(r.out.DuplicateRows) < Shown {
				view := r.show(row, contact, lead, notes)
				view.SameAs = line
				r.out.DuplicateRows = append(r.out.DuplicateRows, view)
			}
			return nil
		}
	}
	r.seen.add(earlier, l, keys, stored, row.Row.Line, stage.Kind)
	r.out.New++
	for _, field := range leads.Missing(r.names.w, contact, lead) {
		r.out.Lacking[field]++
	}
	if len(r.out.NewRows) < Shown {
		r.out.NewRows = append(r.out.NewRows, r.show(row, contact, lead, notes))
	}
	return nil
}

// duplicate compares a row with the lead in the store that it is about.
func (r *reviewer) duplicate(ctx context.Context, row *sheet.Result, id string, contact *crm.Contact, lead *crm.Lead, notes []string) error {
	r.out.Duplicates++
	if r.options.Duplicates == Skip || len(r.out.DuplicateRows) >= Shown {
		if r.options.Duplicates != Skip {
			r.out.Fills++ // not compared one by one beyond those shown
		}
		return nil
	}
	old, err := store.Read[crm.Lead](ctx, r.s, id)
	if err != nil {
		return err
	}
	oldContact, err := store.Read[crm.Contact](ctx, r.s, old.PersonID)
	if err != nil {
		return err
	}
	view := r.show(row, contact, lead, notes)
	view.LeadID, view.Lead.ID = id, id
	view.Changes = store.Differences(*old, func(l *crm.Lead) { fillLead(l, lead) })
	for _, c := range store.Differences(*oldContact, func(c *crm.Contact) { fillContact(c, contact) }) {
		c.Field = "contact." + c.Field
		view.Changes = append(view.Changes, c)
	}
	if len(view.Changes) > 0 {
		r.out.Fills++
	}
	r.out.DuplicateRows = append(r.out.DuplicateRows, view)
	return nil
}

// show tells what a row was understood as.
func (r *reviewer) show(row *sheet.Result, c *crm.Contact, l *crm.Lead, notes []string) ReviewRow {
	view := ReviewRow{Line: row.Row.Line, Notes: notes, Reasons: row.Refusals, Warnings: row.Warnings, Changes: []crm.FieldChange{}}
	if view.Reasons == nil {
		view.Reasons = []*crm.Error{}
	}
	if view.Warnings == nil {
		view.Warnings = []*crm.Error{}
	}
	if view.Notes == nil {
		view.Notes = []string{}
	}
	p := &row.Lead
	view.Names = map[string]string{"stage": p.Stage, "owner": p.Owner, "source": p.Source}
	if c == nil {
		c, l, _, _ = r.build(p)
	}
	view.Lead = crm.Card{
		Name: c.Name, Company: c.Company, City: c.City, Vehicle: l.Vehicle, Plate: l.Plate, Subject: l.Subject, ValueCents: l.ValueCents,
		StageID: l.StageID, OwnerID: l.OwnerID, SourceID: l.SourceID, ShopID: l.ShopID, Timeframe: l.Timeframe, Qualification: l.Qualification, Tags: append([]string{}, l.Tags...),
		CreatedAt: p.Created.Ms,
	}
	if len(c.Phones) > 0 {
		view.Lead.Phone = c.Phones[0].Key
	}
	if len(c.Emails) > 0 {
		view.Lead.Email = c.Emails[0].Key
	}
	return view
}

// crowd is the contacts that a sheet's rows would make, small enough for a
// million rows: keys are hashed, a collision would show two people as one in
// the review and nowhere else.
type crowd struct {
	seed   maphash.Seed
	byKey  map[uint64]int32
	more   map[uint64][]int32 // further people of a shared phone
	people []crowdPerson
}

type crowdPerson struct {
	first, name uint64 // of the name: its first word, all of it
	emails      []uint64
	leads       []crowdLead
}

type crowdLead struct {
	line           int32
	kind           string
	vehicle, plate uint64 // 0: none
}

func newCrowd() *crowd {
	return &crowd{seed: maphash.MakeSeed(), byKey: map[uint64]int32{}, more: map[uint64][]int32{}}
}

func (c *crowd) hash(key string) uint64 {
	if key == "" {
		return 0
	}
	return maphash.String(c.seed, key) | 1
}

func rowKeys(l *sheet.Lead, k sheet.Keys, stored *person) []string {
	keys := keysOf(k)
	if l.ContactID != "" {
		keys = append(slices.Clone(keys), "c"+l.ContactID)
	}
	if stored != nil {
		keys = append(slices.Clone(keys), "s"+stored.id)
	}
	return keys
}

// find answers the person of an earlier row, -1 for none.
func (c *crowd) find(l *sheet.Lead, k sheet.Keys, stored *person) int {
	name := format.FoldWords(l.Name)
	for _, key := range rowKeys(l, k, stored) {
		h := c.hash(key)
		i, ok := c.byKey[h]
		if !ok {
			continue
		}
		for _, i := range append([]int32{i}, c.more[h]...) {
			if key[0] != 'p' || !c.other(i, name, k.Emails) {
				return int(i)
			}
		}
	}
	return -1
}

// other is person.other on hashes.
func (c *crowd) other(person int32, name string, emails []string) bool {
	p := &c.people[person]
	if p.first != c.hash(firstName(name)) {
		return true
	}
	return p.name != c.hash(name) && len(p.emails) > 0 && len(emails) > 0 &&
		!slices.ContainsFunc(emails, func(e string) bool { return slices.Contains(p.emails, c.hash(e)) })
}

func (c *crowd) keep(person int, l *sheet.Lead, k sheet.Keys) {
	for _, key := range rowKeys(l, k, nil) {
		c.enter(c.hash(key), int32(person))
	}
	p := &c.people[person]
	for _, e := range k.Emails {
		if h := c.hash(e); !slices.Contains(p.emails, h) {
			p.emails = append(p.emails, h)
		}
	}
}

func (c *crowd) enter(key uint64, person int32) {
	first, ok := c.byKey[key]
	switch {
	case !ok:
		c.byKey[key] = person
	case first != person && !slices.Contains(c.more[key], person):
		c.more[key] = append(c.more[key], person)
	}
}

func (c *crowd) add(person int, l *sheet.Lead, k sheet.Keys, stored *person, line int, kind string) {
	if person < 0 {
		person = len(c.people)
		name, emails := format.FoldWords(l.Name), k.Emails
		if stored != nil {
			name, emails = stored.name, stored.emails
		}
		p := crowdPerson{first: c.hash(firstName(name)), name: c.hash(name)}
		for _, e := range emails {
			p.emails = append(p.emails, c.hash(e))
		}
		c.people = append(c.people, p)
	}
	c.keep(person, l, k)
	if stored != nil {
		c.enter(c.hash("s"+stored.id), int32(person))
	}
	c.people[person].leads = append(c.people[person].leads, crowdLead{int32(line), kind, c.hash(k.Vehicle), c.hash(k.Plate)})
}

// sameLead answers the line that makes a lead about the same vehicle, 0 for
// none: person.sameLead with sheet.Keys.SameVehicle on hashes.
func (c *crowd) sameLead(person int, kind string, k sheet.Keys) int {
	vehicle, plate := c.hash(k.Vehicle), c.hash(k.Plate)
	for _, want := range []string{kind, crm.StageOpen} {
		for _, l := range c.people[person].leads {
			same := l.vehicle == vehicle
			switch {
			case plate != 0 && l.plate != 0:
				same = plate == l.plate
			case vehicle == 0 && plate == 0, l.vehicle == 0 && l.plate == 0:
				same = true
			}
			if same && l.kind == want {
				return int(l.line)
			}
		}
	}
	return 0
}
