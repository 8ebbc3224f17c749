package api

import (
	"context"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/sample"
	"patio/backend/setup"
	"patio/backend/store"
)

// Setup is the first run and the sample data.
type Setup struct {
	store *store.Store
}

// NewSetup binds Setup to an open store.
func NewSetup(s *store.Store) *Setup { return &Setup{s} }

// Start sets the workspace up and makes the first person the one who acts.
// Errors: required, invalid.
func (a *Setup) Start(f setup.First) error { return setup.Start(context.Background(), a.store, f) }

// AddSample fills the boards with leads of invented people.
func (a *Setup) AddSample() (crm.Done, error) { return sample.Add(context.Background(), a.store) }

// ClearSample takes all of them away again.
func (a *Setup) ClearSample() (crm.Done, error) { return sample.Clear(context.Background(), a.store) }

// Settings writes the small entities. An empty id makes a new one; retired
// ones stay in history and leave the pickers.
type Settings struct {
	store *store.Store
	jobs  *jobs
}

// NewSettings binds Settings to an open store. Deleting a stage shows its
// progress among the jobs of sheets.
func NewSettings(s *store.Store, sheets *Sheets) *Settings { return &Settings{s, sheets.jobs} }

// SaveShop writes a shop.
func (a *Settings) SaveShop(v crm.Shop) (crm.Done, error) {
	return setup.SaveShop(context.Background(), a.store, v)
}

// SaveUser writes a person.
func (a *Settings) SaveUser(v crm.User) (crm.Done, error) {
	return setup.SaveUser(context.Background(), a.store, v)
}

// SaveSource writes a source.
func (a *Settings) SaveSource(v crm.Source) (crm.Done, error) {
	return setup.SaveSource(context.Background(), a.store, v)
}

// SaveTag writes a tag.
func (a *Settings) SaveTag(v crm.Tag) (crm.Done, error) {
	return setup.SaveTag(context.Background(), a.store, v)
}

// SaveReason writes a reason.
func (a *Settings) SaveReason(v crm.Reason) (crm.Done, error) {
	return setup.SaveReason(context.Background(), a.store, v)
}

// SaveField writes a custom field. Errors: required, name.taken, field.type.
func (a *Settings) SaveField(v crm.Field) (crm.Done, error) {
	return fields.Save(context.Background(), a.store, v)
}

// OrderFields puts custom fields into an order.
func (a *Settings) OrderFields(ids []string) (crm.Done, error) {
	return fields.Order(context.Background(), a.store, ids)
}

// PlaceReason puts a reason at an index among those in use of its kind.
func (a *Settings) PlaceReason(id string, index int) (crm.Done, error) {
	return setup.PlaceReason(context.Background(), a.store, id, index)
}

// AddPipeline makes a pipeline of a kind, with stages to begin with.
func (a *Settings) AddPipeline(name, kind string) (crm.Done, error) {
	return setup.AddPipeline(context.Background(), a.store, name, kind)
}

// RenamePipeline gives a pipeline another name.
func (a *Settings) RenamePipeline(id, name string) (crm.Done, error) {
	return setup.RenamePipeline(context.Background(), a.store, id, name)
}

// ShowPipeline takes a pipeline into use, or puts it away.
func (a *Settings) ShowPipeline(id string, shown bool) (crm.Done, error) {
	return setup.ShowPipeline(context.Background(), a.store, id, shown)
}

// PlacePipeline puts a pipeline at an index among all of them.
func (a *Settings) PlacePipeline(id string, index int) (crm.Done, error) {
	return setup.PlacePipeline(context.Background(), a.store, id, index)
}

// AddStage makes an open stage in a pipeline.
func (a *Settings) AddStage(pipelineID, name string) (crm.Done, error) {
	return setup.AddStage(context.Background(), a.store, pipelineID, name)
}

// UpdateStage changes the fields of a stage that are present.
func (a *Settings) UpdateStage(id string, p setup.StagePatch) (crm.Done, error) {
	return setup.UpdateStage(context.Background(), a.store, id, p)
}

// PlaceStage puts a stage at an index among those of its pipeline.
func (a *Settings) PlaceStage(id string, index int) (crm.Done, error) {
	return setup.PlaceStage(context.Background(), a.store, id, index)
}

// RestoreStage keeps a deleted stage that is shown because leads stand in it.
func (a *Settings) RestoreStage(id string) (crm.Done, error) {
	return setup.RestoreStage(context.Background(), a.store, id)
}

// StageLeads counts who stands in a stage.
type StageLeads struct {
	Living   int `json:"living"`   // on the boards
	Archived int `json:"archived"` // in the archive
}

// StageLeads answers how many leads a stage's deletion would move.
func (a *Settings) StageLeads(id string) (StageLeads, error) {
	living, archived, err := a.store.StageLeads(context.Background(), id)
	return StageLeads{living, archived}, err
}

// DeleteStage moves a stage's leads to another one, "" when there are none, and
// deletes it; one undo takes all of it back. It shows its progress among the
// jobs of sheets and waits for the end. Errors: stage.last_open, stage.in_use,
// invalid, cancelled.
func (a *Settings) DeleteStage(id, to string) (out crm.Done, err error) {
	err = a.jobs.await(Job{ID: a.store.NewID(), Kind: "stage"}, func(ctx context.Context, step func(func(*Job))) error {
		var err error
		out, err = setup.DeleteStage(ctx, a.store, id, to, func(done, total int) { step(func(j *Job) { j.Done, j.Total = done, total }) })
		return err
	})
	return out, err
}

// SaveRule writes one of the settings by which the workspace works.
func (a *Settings) SaveRule(key, value string) (crm.Done, error) {
	return setup.SaveRule(context.Background(), a.store, key, value)
}

// Choices are what a rule can be.
type Choices struct {
	Currencies []string `json:"currencies"` // ISO 4217
	Required   []string `json:"required"`   // fields that new leads may need
}

// Choices answers them.
func (a *Settings) Choices() (Choices, error) {
	return Choices{setup.Currencies(), crm.Requirable()}, nil
}
