package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"patio/backend/crm"
	"patio/backend/crm/rank"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/leads"
	"patio/backend/sheet"
	"patio/backend/store"
)

// What becomes of a row that is about a lead which is there already.
const (
	Fill   = "fill"   // fills that lead's empty fields, never overwrites
	Skip   = "skip"   // leaves it as it is
	Create = "create" // makes a further lead of the known contact
)

// Options is what the user chooses for a whole sheet.
type Options struct {
	StageID    string `json:"stageId"`    // for rows that name no stage; "": the first of the sales pipeline
	OwnerID    string `json:"ownerId"`    // for rows that name nobody
	SourceID   string `json:"sourceId"`   // for rows that name none
	Duplicates string `json:"duplicates"` // Fill, Skip or Create; "" is Fill
}

// Spec is what an import needs to go on after a kill.
type Spec struct {
	Mapping sheet.Mapping `json:"mapping"`
	Options Options       `json:"options"`
	Folder  string        `json:"folder"` // the sheet's private copy; within the data folder as seen from there
}

// CopyIn answers where the private copy lies.
func (sp Spec) CopyIn(s *store.Store) string {
	if filepath.IsAbs(sp.Folder) {
		return sp.Folder
	}
	return filepath.Join(s.Dir(), sp.Folder)
}

// Counts says what became of rows: their sum is the rows of the file.
type Counts struct {
	Created int `json:"created"`
	Merged  int `json:"merged"` // into a lead that was there
	Refused int `json:"refused"`
}

// chunk is how many rows one transaction takes.
const chunk = 2000

// batch turns rows into leads, against what is in the store and what earlier
// rows of the batch made.
type batch struct {
	s       *store.Store
	parser  *sheet.Parser
	names   *names
	options Options
}

func newBatch(ctx context.Context, s *store.Store, sh *sheet.Sheet, m sheet.Mapping, o Options) (*batch, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	if o.StageID == "" {
		o.StageID = leads.FirstStage(w)
	}
	switch o.Duplicates {
	case "":
		o.Duplicates = Fill
	case Fill, Skip, Create:
	default:
		return nil, crm.NewError(crm.CodeInvalid, "duplicates", "value", o.Duplicates)
	}
	n, err := newNames(w, o.StageID)
	if err != nil {
		return nil, err
	}
	for _, c := range m {
		if id, custom := c.Field.Custom(); custom && w.Field(id) == nil {
			return nil, crm.NewError(fields.CodeGone, "", "column", c.Header)
		}
	}
	reading := sheet.Reading{Zone: s.Zone(), Region: format.DefaultRegion, Custom: func(id, text string, order format.DateOrder) (string, error) {
		return fields.Read(*w.Field(id), text, order, s.Zone())
	}}
	return &batch{s: s, names: n, options: o, parser: sheet.NewParser(sh, m, reading)}, nil
}

// ranks answers a function that puts leads at the end of their stages.
func ranks(tx *store.Tx) func(stageID string) (string, error) {
	last := map[string]string{}
	return func(stageID string) (string, error) {
		lo, ok := last[stageID]
		if !ok {
			var err error
			if lo, err = tx.RankBefore(stageID, ""); err != nil {
				return "", err
			}
		}
		r, err := rank.Between(lo, "", rand.IntN)
		last[stageID] = r
		return r, err
	}
}

// Begin keeps an import so that Run can do it, now or after a kill.
func Begin(ctx context.Context, s *store.Store, sh *sheet.Sheet, m sheet.Mapping, o Options) (id string, err error) {
	if _, err := newBatch(ctx, s, sh, m, o); err != nil {
		return "", err
	}
	if err := sh.Sync(); err != nil {
		return "", err
	}
	folder := sh.Folder()
	if inside, err := filepath.Rel(s.Dir(), folder); err == nil && filepath.IsLocal(inside) {
		folder = inside // a data folder may be moved
	}
	spec, err := json.Marshal(Spec{Mapping: m, Options: o, Folder: folder})
	if err != nil {
		return "", err
	}
	mapping, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	if err := s.RememberMapping(ctx, sheet.Signature(sh.Headers), mapping); err != nil {
		return "", err
	}
	id = s.NewID()
	return id, s.SaveImport(ctx, store.Import{ID: id, Name: sh.Name, State: store.ImportRunning, Spec: spec, Total: sh.Count})
}

// Run brings the rows in that are not in yet, chunk by chunk, each with the
// count of rows done in one transaction: killed anywhere, the next Run goes on
// with the right row. Cancelling ctx stops between two chunks; what is in
// stays and undoes as one.
func Run(ctx context.Context, s *store.Store, id string, progress func(done, total int, c Counts)) (Counts, error) {
	im, spec, counts, err := find(ctx, s, id)
	if err != nil {
		return counts, err
	}
	sh, err := sheet.Resume(spec.CopyIn(s))
	if err != nil {
		return counts, err
	}
	sh.Name = im.Name
	b, err := newBatch(ctx, s, sh, spec.Mapping, spec.Options)
	if err != nil {
		return counts, err
	}
	if err := s.Load(ctx, func() error { return b.run(ctx, sh, &im, &counts, progress) }); err != nil {
		return counts, err
	}
	im.State = store.ImportDone
	if im.Counts, err = json.Marshal(counts); err != nil {
		return counts, err
	}
	if err := s.SaveImport(ctx, im); err != nil {
		return counts, err
	}
	return counts, nil
}

func (b *batch) run(ctx context.Context, sh *sheet.Sheet, im *store.Import, counts *Counts, progress func(done, total int, c Counts)) error {
	rows := make([]sheet.Result, 0, chunk)
	commit := func() error {
		if len(rows) == 0 {
			return nil
		}
		if err := b.commit(ctx, im, counts, rows); err != nil {
			return err
		}
		rows = rows[:0]
		if progress != nil {
			progress(im.Row, im.Total, *counts)
		}
		return nil
	}
	for row, err := range sh.Rows(im.Row) {
		if err != nil {
			return err
		}
		if rows = append(rows, b.parser.Parse(row)); len(rows) == chunk {
			if err := ctx.Err(); err != nil {
				return crm.NewError(crm.CodeCancelled, "").Because(err)
			}
			if err := commit(); err != nil {
				return err
			}
		}
	}
	return commit()
}

// commit writes one chunk of rows.
func (b *batch) commit(ctx context.Context, im *store.Import, counts *Counts, rows []sheet.Result) error {
	// A chunk is whole or not at all: cancelling stops between two.
	ctx = context.WithoutCancel(ctx)
	known, err := b.lookUp(ctx, rows)
	if err != nil {
		return err
	}
	next, total := *im, *counts
	op := store.Op{Label: store.LabelImport, Params: map[string]string{"file": im.Name}, Group: im.ID, Import: im.ID, Quiet: true, Bulk: true}
	_, err = b.s.Transact(ctx, op, func(tx *store.Tx) error {
		place := ranks(tx)
		for i := range rows {
			r := &rows[i]
			if r.Refused() {
				total.Refused++
				continue
			}
			w, err := b.writeRow(tx, known, &r.Lead, im.Name, place)
			if err != nil {
				return err
			}
			if w {
				total.Created++
			} else {
				total.Merged++
			}
		}
		next.Row += len(rows)
		op.Params["count"] = total.text()
		var err error
		if next.Counts, err = json.Marshal(total); err != nil {
			return err
		}
		return tx.SetImport(next)
	})
	if err != nil {
		return err
	}
	*im, *counts = next, total
	return nil
}

// writeRow makes a lead of a row, or fills the one that it is about. It
// answers whether it made one.
func (b *batch) writeRow(tx *store.Tx, known *people, l *sheet.Lead, file string, place func(string) (string, error)) (created bool, err error) {
	keys := l.Keys()
	stage, _ := b.names.stageOf(l.Pipeline, l.Stage)
	p := known.find(l, keys)
	if p != nil {
		lead := p.sameLead(l.ID, stage.Kind, keys)
		if lead != "" && b.options.Duplicates == Skip {
			return false, nil
		}
		if lead != "" && (b.options.Duplicates == Fill || lead == l.ID) {
			known.keep(p, keys)
			return false, b.fill(tx, p, lead, l)
		}
	}
	contact, lead, _, notes := b.build(l)
	if err := b.names.writeNew(tx); err != nil {
		return false, err
	}
	if p != nil {
		c, err := store.Get[crm.Contact](tx, p.id)
		if err != nil {
			return false, err
		}
		if changed := fillContact(c, contact); changed {
			if err := store.Put(tx, c); err != nil {
				return false, err
			}
		}
		contact = c
	} else {
		contact.CreatedAt = cmpOr(l.Created.Ms, tx.Now)
		if err := store.Put(tx, contact); err != nil {
			return false, err
		}
		p = known.add(contact.ID, contact.Name, keys)
	}
	lead.ContactID = contact.ID
	if lead.Rank, err = place(lead.StageID); err != nil {
		return false, err
	}
	lead.CreatedAt, lead.CreatedBy = cmpOr(l.Created.Ms, tx.Now), tx.User
	lead.StageSince, lead.CreatedVia, lead.CreatedNote = lead.CreatedAt, crm.ViaImport, file
	if stage.Kind == crm.StageDiscarded && lead.ArchivedAt == 0 {
		lead.ArchivedAt = tx.Now // its days in the archive begin here
	}
	rest := readRest(l)
	if rest != nil {
		rest.apply(lead, contact)
		if err := rest.putFields(tx, b.names.w); err != nil {
			return false, err
		}
		if err := store.Put(tx, contact); err != nil {
			return false, err
		}
	}
	if err := store.Put(tx, lead); err != nil {
		return false, err
	}
	p.leads = append(p.leads, knownLead{id: lead.ID, keys: keys, kind: stage.Kind})
	known.keep(p, keys)
	if rest != nil {
		return true, rest.write(tx, lead.ID, b.names, b.s.NewID)
	}
	return true, putNotes(tx, lead.ID, lead.CreatedAt, notes)
}

func putNotes(tx *store.Tx, leadID string, at int64, notes []string) error {
	for _, body := range notes {
		a := crm.Activity{LeadID: leadID, Kind: crm.ActivityNote, Body: body, DoneAt: at, UserID: tx.User, CreatedAt: tx.Now, CreatedBy: tx.User}
		if err := store.Put(tx, &a); err != nil {
			return err
		}
	}
	return nil
}

func cmpOr(a, b int64) int64 {
	if a != 0 {
		return a
	}
	return b
}

// fill completes a lead and its contact with what a row knows more.
func (b *batch) fill(tx *store.Tx, p *person, leadID string, l *sheet.Lead) error {
	c, err := store.Get[crm.Contact](tx, p.id)
	if err != nil {
		return err
	}
	row := *l
	if row.Name != c.Name { // kept, not put in the place of the known one
		row.Extra = append(slices.Clone(l.Extra), sheet.Note{Column: string(sheet.FieldName), Text: row.Name})
	}
	contact, fresh, _, notes := b.build(&row)
	if err := b.names.writeNew(tx); err != nil {
		return err
	}
	if fillContact(c, contact) {
		if err := store.Put(tx, c); err != nil {
			return err
		}
	}
	lead, err := store.Get[crm.Lead](tx, leadID)
	if err != nil {
		return err
	}
	if fillLead(lead, fresh) {
		if err := store.Put(tx, lead); err != nil {
			return err
		}
	}
	if rest := readRest(l); rest != nil {
		notes = rest.notes() // the column joins them
	}
	have, err := tx.NotesOf(leadID)
	if err != nil {
		return err
	}
	notes = slices.DeleteFunc(notes, func(n string) bool { return slices.Contains(have, n) })
	return putNotes(tx, leadID, tx.Now, notes)
}

// find answers an import that is not finished.
func find(ctx context.Context, s *store.Store, id string) (im store.Import, spec Spec, counts Counts, err error) {
	list, err := s.Imports(ctx)
	if err != nil {
		return im, spec, counts, err
	}
	i := slices.IndexFunc(list, func(im store.Import) bool { return im.ID == id && im.State == store.ImportRunning })
	if i < 0 {
		return im, spec, counts, crm.NewError(crm.CodeNotFound, "id", "id", id)
	}
	im = list[i]
	return im, spec, counts, errors.Join(json.Unmarshal(im.Spec, &spec), json.Unmarshal(im.Counts, &counts))
}

// Pending answers the imports that a kill or a cancel interrupted.
func Pending(ctx context.Context, s *store.Store) ([]store.Import, error) {
	list, err := s.Imports(ctx)
	return slices.DeleteFunc(list, func(im store.Import) bool { return im.State != store.ImportRunning }), err
}

// Abandon gives up what is left of an import; what is in stays, and undoes.
func Abandon(ctx context.Context, s *store.Store, id string) error {
	im, _, _, err := find(ctx, s, id)
	if err != nil {
		return err
	}
	im.State = store.ImportCancelled
	return s.SaveImport(ctx, im)
}
