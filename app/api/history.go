package api

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// History takes operations back.
type History struct {
	store *store.Store
	jobs  *jobs
}

// NewHistory binds a History to an open store. What it takes back shows its
// progress among the jobs of sheets: an import is many operations.
func NewHistory(s *store.Store, sheets *Sheets) *History { return &History{s, sheets.jobs} }

// CodeImportRuns: an import is under way, and the last operation is its.
const CodeImportRuns crm.Code = "undo.import_runs"

// Undo takes the last operation back; params.label names it and
// params.skipped counts what others changed since. Errors: undo.nothing,
// undo.import_runs, cancelled.
func (a *History) Undo() (crm.Done, error) { return a.takeBack(a.store.Undo) }

// UndoImport takes back what one import brought in, whatever was done since:
// what was changed since stays and is counted. Errors: undo.nothing,
// undo.import_runs, cancelled.
func (a *History) UndoImport(importID string) (crm.Done, error) {
	return a.takeBack(func(ctx context.Context, progress func(done, total int)) (crm.Done, error) {
		return a.store.UndoGroup(ctx, importID, progress)
	})
}

// Redo takes the last undo back. Errors: redo.nothing, undo.import_runs,
// cancelled.
func (a *History) Redo() (crm.Done, error) { return a.takeBack(a.store.Redo) }

func (a *History) takeBack(f func(context.Context, func(done, total int)) (crm.Done, error)) (out crm.Done, err error) {
	if a.jobs.runs("import") {
		return crm.Done{}, crm.NewError(CodeImportRuns, "")
	}
	err = a.jobs.await(Job{ID: a.store.NewID(), Kind: "undo"}, func(ctx context.Context, step func(func(*Job))) error {
		var err error
		out, err = f(ctx, func(done, total int) { step(func(j *Job) { j.Done, j.Total = done, total }) })
		return err
	})
	return out, err
}

// List answers the last operations of this device, newest first.
func (a *History) List(limit int) ([]store.HistoryEntry, error) {
	return a.store.History(context.Background(), limit)
}
