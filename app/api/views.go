package api

import (
	"context"
	"slices"

	"patio/backend/crm"
	"patio/backend/setup"
)

// SaveView writes a view. Errors: required, invalid, name.taken, not_found.
func (a *Settings) SaveView(v crm.View) (crm.Done, error) {
	return setup.SaveView(context.Background(), a.store, v)
}

// PlaceView puts a view at an index among the tabs of its pipeline.
func (a *Settings) PlaceView(id string, index int) (crm.Done, error) {
	return setup.PlaceView(context.Background(), a.store, id, index)
}

// DeleteView deletes a view.
func (a *Settings) DeleteView(id string) (crm.Done, error) {
	return setup.DeleteView(context.Background(), a.store, id)
}

// viewsOf answers the views that a person sees.
func viewsOf(all []crm.View, userID string) []crm.View {
	return slices.DeleteFunc(slices.Clone(all), func(v crm.View) bool { return !setup.SeenBy(v, userID) })
}
