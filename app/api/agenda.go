package api

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// Agenda answers what is due, day by day.
type Agenda struct {
	store *store.Store
}

// NewAgenda binds an Agenda to an open store.
func NewAgenda(s *store.Store) *Agenda { return &Agenda{s} }

// Load answers some days and what is overdue now. Errors: invalid.
func (a *Agenda) Load(r crm.AgendaRequest) (crm.Agenda, error) {
	return a.store.Agenda(context.Background(), r)
}
