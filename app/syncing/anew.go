package syncing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/backend/replica"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/record"
)

// anewFolder is where the hub's records are gathered, in the data folder.
const anewFolder = "joining"

// beginAnew gathers all that the hub shows this device in a database of its
// own, and puts that in the present one's place, which stays as a snapshot. The
// device's person acts on it, if the hub told of them.
func (s *Service) beginAnew(ctx context.Context, m Membership, user record.ID) (err error) {
	dir := filepath.Join(s.cfg.DataDir, anewFolder)
	if err := os.RemoveAll(dir); err != nil { // a killed process left it
		return fmt.Errorf("begin anew: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := s.gather(ctx, dir, m); err != nil {
		return err
	}
	if err := s.store.Replaced(ctx, filepath.Join(dir, store.FileName), store.SnapshotJoin); err != nil {
		return err
	}
	err = s.store.ActAs(ctx, uuid.UUID(user).String())
	if crm.CodeOf(err) == crm.CodeNotFound {
		return nil // the window asks who it is
	}
	return err
}

// gather pulls all there is into a new database.
func (s *Service) gather(ctx context.Context, dir string, m Membership) (err error) {
	fresh, err := store.Open(ctx, store.Config{Dir: dir, Log: s.cfg.Log, Bare: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fresh.Close()) }()
	local := replica.NewLocal(fresh)
	if err := local.Join(ctx, m.Workspace, m.Replica); err != nil {
		return err
	}
	_, err = client.New(local, m.wire(), s.cfg.Now).Sync(ctx)
	return err
}
