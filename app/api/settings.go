package api

import (
	"context"

	"patio/backend/crm"
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
}

// NewSettings binds Settings to an open store.
func NewSettings(s *store.Store) *Settings { return &Settings{s} }

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

// ShowPipeline takes a ready pipeline into use, or puts it away.
func (a *Settings) ShowPipeline(id string, shown bool) (crm.Done, error) {
	return setup.ShowPipeline(context.Background(), a.store, id, shown)
}
