package api

import (
	"context"

	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/store"
)

// Sync shows how this device agrees with the others, and what a person has to
// decide of it.
type Sync struct {
	store   *store.Store
	service *syncing.Service
}

// NewSync binds a Sync to an open store and the service that syncs it.
func NewSync(s *store.Store, service *syncing.Service) *Sync { return &Sync{s, service} }

// maxShown is how many records with conflicts, and refused writes, are listed.
const maxShown = 500

// Status answers how it stands; ask again on the event "sync".
func (a *Sync) Status() (syncing.Status, error) {
	return a.service.Status(context.Background())
}

// Join makes this installation a device of a workspace by the code that whoever
// looks after the hub gave out, or by the short one that a PC of the shop shows.
// Errors: sync.code, sync.nobody, sync.other_code, sync.invite,
// sync.certificate, sync.unreachable, sync.joined, sync.other_workspace, required.
// anew begins with the hub's leads: those that are here stay in a backup.
func (a *Sync) Join(code, name string, anew bool) error {
	return a.service.Join(context.Background(), syncing.Joining{Code: code, Name: name, Anew: anew})
}

// Leave ends that. Nothing that is here goes. Errors: sync.not_joined.
func (a *Sync) Leave() error { return a.service.Leave(context.Background()) }

// Devices lists the PCs of the workspace, as the hub tells them now or, where
// that isn't reached, as it last did. Errors: sync.not_joined.
func (a *Sync) Devices() (syncing.Devices, error) {
	return a.service.Devices(context.Background())
}

// RevokeDevice ends another PC's access. What it has not sent stays on it.
// Errors: sync.not_joined, sync.unreachable, sync.not_allowed.
func (a *Sync) RevokeDevice(number int64) error {
	return a.service.RevokeDevice(context.Background(), number)
}

// Now has it sync at once.
func (a *Sync) Now() { a.service.Now() }

// AllowRemovals says yes to the removals that a sync stopped before
// (sync.removals).
func (a *Sync) AllowRemovals() { a.service.AllowRemovals() }

// Conflicts lists the fields of which somebody is to choose a value.
func (a *Sync) Conflicts() ([]crm.Conflict, error) {
	ctx := context.Background()
	list, err := a.store.Conflicts(ctx, maxShown)
	if err != nil {
		return nil, err
	}
	return list, a.service.NameWriters(ctx, list)
}

// Resolve writes the value that was chosen: id and key are the conflict's,
// choice the write of one of its values; of a deletion, "" keeps the record.
// Errors: not_found, when it was resolved meanwhile.
func (a *Sync) Resolve(id, key, choice string) (crm.Done, error) {
	return a.store.ResolveConflict(context.Background(), id, key, choice)
}

// Refused lists what was written here and the hub did not take.
func (a *Sync) Refused() ([]crm.RefusedWrite, error) {
	return a.store.RefusedWrites(context.Background(), maxShown)
}

// DismissRefused takes one off the list, once it was read.
func (a *Sync) DismissRefused(id int64) error {
	return a.store.DismissRefused(context.Background(), id)
}

// RewriteRefused writes it again. Errors: not_found.
func (a *Sync) RewriteRefused(id int64) (crm.Done, error) {
	return a.store.RewriteRefused(context.Background(), id)
}

// RecordRef names a record by its table and its id.
type RecordRef struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// Customer is whom a record is about.
type Customer struct {
	Name   string `json:"name"`   // "" when it isn't about anybody, or is gone
	LeadID string `json:"leadId"` // a lead of theirs to open, "" for none
}

// Customers answers whom records are about, in their order.
func (a *Sync) Customers(records []RecordRef) ([]Customer, error) {
	out := make([]Customer, len(records))
	for i, r := range records {
		c, err := a.customer(context.Background(), r)
		if err != nil && crm.CodeOf(err) != crm.CodeNotFound {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

func (a *Sync) customer(ctx context.Context, r RecordRef) (Customer, error) {
	switch r.Kind {
	case "activities":
		activity, err := store.Read[crm.Activity](ctx, a.store, r.ID)
		if err != nil {
			return Customer{}, err
		}
		return a.customer(ctx, RecordRef{"leads", activity.LeadID})
	case "leads":
		lead, err := store.Read[crm.Lead](ctx, a.store, r.ID)
		if err != nil {
			return Customer{}, err
		}
		c, err := store.Read[crm.Contact](ctx, a.store, lead.PersonID)
		if err != nil {
			return Customer{}, err
		}
		return Customer{c.Name, lead.ID}, nil
	case "contacts":
		c, err := a.store.PersonOf(ctx, r.ID)
		if err != nil {
			return Customer{}, err
		}
		ids, err := a.store.LeadsOf(ctx, c.ID)
		if err != nil || len(ids) == 0 {
			return Customer{Name: c.Name}, err
		}
		return Customer{c.Name, ids[0]}, nil
	}
	return Customer{}, nil
}
