package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

// importJob is one file on its way in.
type importJob struct {
	sheet   *sheet.Sheet
	mapping sheet.Mapping
	options transfer.Options
	id      string // of the import, "" for a dry run
	resumed bool
	keep    bool // the private copy, for a Resume
}

// prepare reads the file, or finds the interrupted import to go on with.
func (ask importAsk) prepare(ctx context.Context, s *store.Store, p *progress) (*importJob, error) {
	folder := filepath.Join(s.Dir(), "imports")
	if err := transfer.Sweep(ctx, s, folder); err != nil {
		return nil, err
	}
	if ask.resume && ask.file == "" {
		return interrupted(ctx, s, func(*importJob) bool { return true })
	}
	sh, err := ask.open(ctx, folder, p)
	if err != nil {
		return nil, err
	}
	if ask.resume {
		defer sh.Close() // the interrupted one has its own
		return interrupted(ctx, s, func(j *importJob) bool { return j.sheet.Fingerprint == sh.Fingerprint })
	}
	job := &importJob{sheet: sh}
	if err := job.choose(ctx, s, ask); err != nil {
		_ = job.close()
		return nil, err
	}
	if ask.dryRun {
		return job, nil
	}
	old, err := interrupted(ctx, s, job.same)
	switch {
	case err == nil:
		return old, job.close()
	case crm.CodeOf(err) == crm.CodeNotFound:
		job.id, err = transfer.Begin(ctx, s, sh, job.mapping, job.options)
	}
	if err != nil {
		_ = job.close()
		return nil, err
	}
	return job, nil
}

// open makes a private copy of the file's rows.
func (ask importAsk) open(ctx context.Context, folder string, p *progress) (*sheet.Sheet, error) {
	if err := makeFolder(folder); err != nil {
		return nil, err
	}
	sh, err := sheet.Open(ctx, ask.file, sheet.Options{Dir: folder, Tab: ask.tab, Progress: func(rows int) { p.step("read", rows, 0) }})
	return sh, naming(err, ask.file)
}

// choose settles what the columns mean and what rows get that don't say.
func (j *importJob) choose(ctx context.Context, s *store.Store, ask importAsk) error {
	var err error
	if j.mapping, err = mappingOf(ctx, s, j.sheet, ask.maps); err != nil {
		return err
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return err
	}
	j.options.Duplicates = ask.duplicates
	if j.options.StageID, err = stageNamed(w, ask.stage); err != nil {
		return err
	}
	if j.options.OwnerID, err = ownerNamed(w, ask.owner); err != nil {
		return err
	}
	j.options.SourceID, err = sourceNamed(w, ask.source)
	return err
}

// same says whether another import is this one, begun before.
func (j *importJob) same(o *importJob) bool {
	return j.sheet.Fingerprint == o.sheet.Fingerprint && j.sheet.Tab == o.sheet.Tab && j.options == o.options && slices.Equal(j.mapping, o.mapping)
}

// interrupted answers the newest import that was interrupted and that is the
// one; not_found when there is none.
func interrupted(ctx context.Context, s *store.Store, isIt func(*importJob) bool) (*importJob, error) {
	pending, err := transfer.Pending(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, im := range pending {
		var spec transfer.Spec
		if err := json.Unmarshal(im.Spec, &spec); err != nil {
			return nil, err
		}
		sh, err := sheet.Resume(spec.CopyIn(s))
		if err != nil {
			continue // its copy is gone; nothing can go on from it
		}
		sh.Name = im.Name
		j := &importJob{sheet: sh, mapping: spec.Mapping, options: spec.Options, id: im.ID, resumed: true}
		if isIt(j) {
			return j, nil
		}
	}
	return nil, crm.NewError(crm.CodeNotFound, "resume")
}

// run does the import, or looks at what it would do.
func (j *importJob) run(ctx context.Context, s *store.Store, p *progress) (importResult, error) {
	r := importResult{
		ImportID: j.id, File: j.sheet.Name, Rows: j.sheet.Count, Blank: j.sheet.Blank, Columns: j.mapping, DryRun: j.id == "", Resumed: j.resumed,
	}
	if j.id == "" {
		review, err := transfer.Preview(ctx, s, j.sheet, j.mapping, j.options, func(done, total int) { p.step("review", done, total) })
		if err != nil {
			return r, err
		}
		r.Created, r.Merged, r.Refused = review.New, review.Duplicates, review.Refused
	} else {
		counts, err := transfer.Run(ctx, s, j.id, func(done, total int, _ transfer.Counts) { p.step("import", done, total) })
		if err != nil {
			j.keep = true
			return r, j.stopped(ctx, s, interruptedAs(ctx, err))
		}
		r.Created, r.Merged, r.Refused = counts.Created, counts.Merged, counts.Refused
	}
	var err error
	r.RefusedRows, err = j.refusedRows(s, r.Refused)
	return r, err
}

// stopped tells with an error how far the import came.
func (j *importJob) stopped(ctx context.Context, s *store.Store, err error) error {
	pending, listErr := transfer.Pending(context.WithoutCancel(ctx), s)
	i := slices.IndexFunc(pending, func(im store.Import) bool { return im.ID == j.id })
	if listErr != nil || i < 0 {
		return err
	}
	own := crm.NewError(crm.CodeOf(err), "", "importId", j.id, "done", strconv.Itoa(pending[i].Row), "rows", strconv.Itoa(pending[i].Total))
	return own.Because(err)
}

// close removes the private copy unless somebody may go on from it.
func (j *importJob) close() error {
	if j.keep {
		return nil
	}
	return j.sheet.Close()
}

// maxRefusedRows is how many refused rows an answer lists.
const maxRefusedRows = 1000

// refusedRow is a row that made no lead.
type refusedRow struct {
	Line    int    `json:"line"` // as a spreadsheet program numbers it
	Reasons []told `json:"reasons"`
}

// refusedRows goes through the rows again for the first of those refused.
func (j *importJob) refusedRows(s *store.Store, refused int) ([]refusedRow, error) {
	out := []refusedRow{}
	parser := sheet.NewParser(j.sheet, j.mapping, sheet.Reading{Zone: s.Zone(), Region: format.DefaultRegion})
	want := min(refused, maxRefusedRows)
	for row, err := range j.sheet.Rows(0) {
		if err != nil || len(out) == want {
			return out, err
		}
		if r := parser.Parse(row); r.Refused() {
			reasons := make([]told, len(r.Refusals))
			for i, e := range r.Refusals {
				reasons[i] = tell(e)
			}
			out = append(out, refusedRow{row.Line, reasons})
		}
	}
	return out, nil
}
