package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"patio/backend/crm"
	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

// Sheets brings spreadsheets in and leads out. A job is one file on its way:
// Open, Review, Confirm; its progress comes by the event "job".
type Sheets struct {
	store *store.Store
	files *Files
	jobs  *jobs

	mu   sync.Mutex
	open map[string]*opened // by job id
}

// opened is a file that was read and is not imported yet.
type opened struct {
	sheet   *sheet.Sheet
	mapping sheet.Mapping
	options transfer.Options
	review  *transfer.Review
}

// NewSheets binds Sheets to an open store and removes the private copies that
// a killed program left; emit sends the event "job".
func NewSheets(s *store.Store, files *Files, emit func(string, any)) (*Sheets, error) {
	a := &Sheets{store: s, files: files, jobs: newJobs(emit), open: map[string]*opened{}}
	return a, transfer.Sweep(context.Background(), s, a.folder())
}

// folder is where private copies of imported files lie.
func (a *Sheets) folder() string { return filepath.Join(a.store.Dir(), "imports") }

// ColumnMap is one column of a file: its header, some values, what it means.
type ColumnMap struct {
	Header string   `json:"header"`
	Field  string   `json:"field"`
	Values []string `json:"values"` // the first that are not empty, at most 5
}

// SheetView is a file as it was understood.
type SheetView struct {
	JobID      string      `json:"jobId"`
	Name       string      `json:"name"`
	Format     string      `json:"format"`
	Encoding   string      `json:"encoding"`
	Separator  string      `json:"separator"`
	Tab        string      `json:"tab"`
	Tabs       []string    `json:"tabs"`
	Rows       int         `json:"rows"`
	Blank      int         `json:"blank"`
	Columns    []ColumnMap `json:"columns"`
	Fields     []string    `json:"fields"`     // all that a column can mean, in the order to offer
	Several    []string    `json:"several"`    // those that more than one column can be
	Remembered bool        `json:"remembered"` // the mapping is that of an earlier file with these headers
}

// Open reads a file behind a handle; tab names a workbook's sheet, "" the
// first. Errors: sheet.*.
func (a *Sheets) Open(handle, tab string) (SheetView, error) {
	path, err := a.files.Path(handle, FileRead)
	if err != nil {
		return SheetView{}, err
	}
	if err := os.MkdirAll(a.folder(), 0o700); err != nil {
		return SheetView{}, crm.NewError(crm.CodeReadOnly, "").Because(err)
	}
	id := a.store.NewID()
	var view SheetView
	err = a.jobs.await(Job{ID: id, Kind: "open", Name: filepath.Base(path)}, func(ctx context.Context, step func(func(*Job))) error {
		v, err := a.read(ctx, id, path, tab, func(rows int) { step(func(j *Job) { j.Done = rows }) })
		view = v
		if err == nil {
			step(func(j *Job) { j.State, j.Total = JobReady, v.Rows })
		}
		return err
	})
	return view, err
}

func (a *Sheets) read(ctx context.Context, id, path, tab string, progress func(int)) (SheetView, error) {
	sh, err := sheet.Open(ctx, path, sheet.Options{Dir: a.folder(), Tab: tab, Progress: progress})
	if err != nil {
		return SheetView{}, err
	}
	mapping, chosen := sh.Suggest(), false
	remembered, err := a.store.RememberedMapping(ctx, sheet.Signature(sh.Headers))
	if err != nil {
		return SheetView{}, errors.Join(err, sh.Close())
	}
	if remembered != nil {
		var m sheet.Mapping
		if err := json.Unmarshal(remembered, &m); err == nil {
			mapping, chosen = sh.Recall(m), true
		}
	}
	w, err := a.store.Workspace(ctx)
	if err != nil {
		return SheetView{}, errors.Join(err, sh.Close())
	}
	mapping = transfer.WithFields(w, mapping, chosen)
	a.mu.Lock()
	a.open[id] = &opened{sheet: sh, mapping: mapping}
	a.mu.Unlock()
	view := SheetView{
		JobID: id, Name: sh.Name, Format: sh.Format, Encoding: sh.Encoding, Separator: sh.Separator, Tab: sh.Tab, Tabs: append([]string{}, sh.Tabs...),
		Rows: sh.Count, Blank: sh.Blank, Columns: make([]ColumnMap, len(mapping)), Fields: []string{}, Several: []string{}, Remembered: remembered != nil,
	}
	for _, f := range sheet.Fields() {
		view.Fields = append(view.Fields, string(f))
		if f.Several() {
			view.Several = append(view.Several, string(f))
		}
	}
	sample, err := sh.Sample(200)
	if err != nil {
		return SheetView{}, err
	}
	for i, c := range mapping {
		view.Columns[i] = ColumnMap{Header: c.Header, Field: string(c.Field), Values: firstValues(sample, i)}
	}
	return view, nil
}

func firstValues(rows []sheet.Row, column int) []string {
	out := []string{}
	for _, r := range rows {
		if column < len(r.Cells) && r.Cells[column] != "" && !slices.Contains(out, r.Cells[column]) {
			if out = append(out, r.Cells[column]); len(out) == 5 {
				break
			}
		}
	}
	return out
}

func (a *Sheets) get(id string) (*opened, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if o := a.open[id]; o != nil {
		return o, nil
	}
	return nil, crm.NewError(crm.CodeNotFound, "jobId", "id", id)
}

// Review goes through the rows under a mapping, in the order of the columns.
// Ask ReviewResult when the job is ready. Errors: mapping.*, not_found.
func (a *Sheets) Review(jobID string, fields []string, o transfer.Options) error {
	f, err := a.get(jobID)
	if err != nil {
		return err
	}
	if len(fields) != len(f.mapping) {
		return crm.NewError(crm.CodeInvalid, "fields")
	}
	m := slices.Clone(f.mapping)
	for i := range m {
		m[i].Field = sheet.Field(fields[i])
	}
	if err := m.Check(); err != nil {
		return err
	}
	return a.jobs.start(Job{ID: jobID, Kind: "review", Name: f.sheet.Name, Total: f.sheet.Count}, func(ctx context.Context, step func(func(*Job))) error {
		r, err := transfer.Preview(ctx, a.store, f.sheet, m, o, func(done, total int) {
			step(func(j *Job) { j.Done, j.Total = done, total })
		})
		if err != nil {
			return err
		}
		a.mu.Lock()
		f.mapping, f.options, f.review = m, o, &r
		a.mu.Unlock()
		step(func(j *Job) {
			j.State, j.Done, j.Created, j.Merged, j.Refused = JobReady, r.Rows, r.New, r.Duplicates, r.Refused
		})
		return nil
	})
}

// ReviewResult answers the review that is ready. Errors: not_found.
func (a *Sheets) ReviewResult(jobID string) (transfer.Review, error) {
	f, err := a.get(jobID)
	if err != nil {
		return transfer.Review{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if f.review == nil {
		return transfer.Review{}, crm.NewError(crm.CodeNotFound, "jobId", "id", jobID)
	}
	return *f.review, nil
}

// Confirm imports what was reviewed, as a job whose id it answers: it is the
// import's, by which lists filter (crm.Filter.ImportID).
func (a *Sheets) Confirm(jobID string) (string, error) {
	f, err := a.get(jobID)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	reviewed, m, o := f.review != nil, f.mapping, f.options
	a.mu.Unlock()
	if !reviewed {
		return "", crm.NewError(crm.CodeNotFound, "jobId", "id", jobID)
	}
	id, err := transfer.Begin(context.Background(), a.store, f.sheet, m, o)
	if err != nil {
		return "", err
	}
	return id, a.run(id, f.sheet.Name, 0, f.sheet.Count)
}

// run does an import as a job.
func (a *Sheets) run(id, name string, done, total int) error {
	return a.jobs.start(Job{ID: id, Kind: "import", Name: name, Done: done, Total: total}, func(ctx context.Context, step func(func(*Job))) error {
		c, err := transfer.Run(ctx, a.store, id, func(done, total int, c transfer.Counts) {
			step(func(j *Job) {
				j.Done, j.Total, j.Created, j.Merged, j.Refused = done, total, c.Created, c.Merged, c.Refused
			})
		})
		step(func(j *Job) { j.Created, j.Merged, j.Refused = c.Created, c.Merged, c.Refused })
		return err
	})
}

// Cancel stops a job. What an import has brought in stays; it can go on by
// Resume, or be undone as one.
func (a *Sheets) Cancel(jobID string) error {
	a.jobs.cancel(jobID)
	return nil
}

// Jobs answers long work under way, and imports that were interrupted.
func (a *Sheets) Jobs() ([]Job, error) {
	out := a.jobs.all()
	pending, err := transfer.Pending(context.Background(), a.store)
	if err != nil {
		return nil, err
	}
	for _, im := range pending {
		if slices.ContainsFunc(out, func(j Job) bool { return j.ID == im.ID }) {
			continue
		}
		var c transfer.Counts
		if err := json.Unmarshal(im.Counts, &c); err != nil {
			return nil, err
		}
		out = append(out, Job{ID: im.ID, Kind: "import", Name: im.Name, State: JobPaused, Done: im.Row, Total: im.Total, Created: c.Created, Merged: c.Merged, Refused: c.Refused})
	}
	return out, nil
}

// Resume goes on with an interrupted import.
func (a *Sheets) Resume(jobID string) error {
	pending, err := transfer.Pending(context.Background(), a.store)
	if err != nil {
		return err
	}
	for _, im := range pending {
		if im.ID == jobID {
			return a.run(im.ID, im.Name, im.Row, im.Total)
		}
	}
	return crm.NewError(crm.CodeNotFound, "jobId", "id", jobID)
}

// Discard forgets a job that is over, gives up what is left of an interrupted
// import, and removes the private copy. What is in stays.
func (a *Sheets) Discard(jobID string) error {
	a.mu.Lock()
	f := a.open[jobID]
	delete(a.open, jobID)
	a.mu.Unlock()
	a.jobs.forget(jobID)
	err := transfer.Abandon(context.Background(), a.store, jobID)
	if crm.CodeOf(err) == crm.CodeNotFound {
		err = nil
	}
	if f != nil {
		return errors.Join(err, f.sheet.Close())
	}
	return err
}

// Refused writes the refused rows of a reviewed file behind a handle, each with
// its reason: texts holds the sentence of each code, or code.field.
func (a *Sheets) Refused(jobID, handle, kind, title string, texts map[string]string) error {
	f, err := a.get(jobID)
	if err != nil {
		return err
	}
	return a.write(handle, kind, title, func(w sheet.Writer) error {
		rows := transfer.Refused(f.sheet, f.mapping, a.store.Zone(), texts)
		return errors.Join(f.sheet.WriteRefused(w, title, rows), w.Close())
	})
}

// ExportAsk says what goes into a sheet.
type ExportAsk struct {
	List    crm.ListRequest   `json:"list"`
	Columns []transfer.Column `json:"columns"` // with translated titles
	Format  string            `json:"format"`  // "csv" or "xlsx"
	Title   string            `json:"title"`   // of a workbook's sheet
	Words   map[string]string `json:"words"`   // translations of hot, warm, cold
}

// Export writes a list as it is shown behind a handle of Native.PickSave.
func (a *Sheets) Export(handle string, ask ExportAsk) error {
	return a.export(handle, ask, func(ctx context.Context, w sheet.Writer, progress func(int)) error {
		return transfer.List(ctx, a.store, w, ask.List, ask.Columns, ask.Words, progress)
	})
}

// ExportAll writes everything, so that an import brings the same leads back.
func (a *Sheets) ExportAll(handle string, ask ExportAsk) error {
	return a.export(handle, ask, func(ctx context.Context, w sheet.Writer, progress func(int)) error {
		return transfer.Everything(ctx, a.store, w, ask.Words, progress)
	})
}

// export writes a sheet as a job that can be cancelled, and waits for it.
func (a *Sheets) export(handle string, ask ExportAsk, f func(context.Context, sheet.Writer, func(int)) error) error {
	return a.jobs.await(Job{ID: a.store.NewID(), Kind: "export", Name: ask.Title}, func(ctx context.Context, step func(func(*Job))) error {
		return a.write(handle, ask.Format, ask.Title, func(w sheet.Writer) error {
			return f(ctx, w, func(n int) { step(func(j *Job) { j.Done = n }) })
		})
	})
}

// write makes a file whole or not at all: beside its place first, then renamed.
func (a *Sheets) write(handle, kind, title string, f func(sheet.Writer) error) error {
	path, err := a.files.Path(handle, FileWrite)
	if err != nil {
		return err
	}
	return transfer.WriteFile(path, func(out io.Writer) error {
		w, err := transfer.NewWriter(kind, out, title)
		if err != nil {
			return err
		}
		return f(w)
	})
}

// closeJobs stops all jobs; an interrupted import goes on at the next start.
func (a *Sheets) closeJobs() error { return a.jobs.close() }

// CloseSheets stops the jobs of Sheets. It is no method, so that the page can't
// call it.
func CloseSheets(a *Sheets) error { return a.closeJobs() }
