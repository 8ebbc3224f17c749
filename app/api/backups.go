package api

import (
	"context"

	"patio/backend/store"
)

// Backups keeps copies of the database and brings one back.
type Backups struct {
	store *store.Store
	files *Files
}

// NewBackups binds Backups to an open store.
func NewBackups(s *store.Store, files *Files) *Backups { return &Backups{s, files} }

// Status answers the copies that there are, and why the last one failed.
func (a *Backups) Status() (store.SnapshotStatus, error) {
	return a.store.SnapshotStatus(context.Background())
}

// Make makes a copy now. Errors: disk_full.
func (a *Backups) Make() (store.Snapshot, error) {
	return a.store.TakeSnapshot(context.Background(), store.SnapshotManual)
}

// Leads counts the leads in a copy, for whoever thinks of restoring it.
// Errors: not_found, database.corrupt.
func (a *Backups) Leads(snapshotID string) (int, error) {
	return a.store.SnapshotLeads(context.Background(), snapshotID)
}

// Restore puts a copy in the database's place; the present one is kept as a
// copy first. The window loads everything anew.
func (a *Backups) Restore(snapshotID string) error {
	return a.store.Restore(context.Background(), snapshotID)
}

// RestoreFile is Restore from a file that a person picked. Errors:
// backup.not_ours, database.too_new, database.corrupt.
func (a *Backups) RestoreFile(handle string) error {
	path, err := a.files.Path(handle, FileRead)
	if err != nil {
		return err
	}
	return a.store.RestoreFile(context.Background(), path)
}

// SetFolder picks the second folder for copies; "" picks none.
func (a *Backups) SetFolder(handle string) (store.SnapshotStatus, error) {
	path := ""
	if handle != "" {
		var err error
		if path, err = a.files.Path(handle, FileFolder); err != nil {
			return store.SnapshotStatus{}, err
		}
	}
	ctx := context.Background()
	if err := a.store.SetSnapshotFolder(ctx, path); err != nil {
		return store.SnapshotStatus{}, err
	}
	return a.store.SnapshotStatus(ctx)
}
