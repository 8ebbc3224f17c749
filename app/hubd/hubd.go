// Package hubd is the hub's process: a data folder with its lock, its key and
// its store, the door that devices knock at, and the commands by which whoever
// looks after it works on it, from the same machine only.
package hubd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/hub"
	"patio/sync/hub/blobs"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Config says where a hub lives and what it may.
type Config struct {
	Dir      string // data folder: key, lock, socket, and the workspaces unless they are elsewhere
	Database string // "postgres://…": where the workspaces are; "" is a file in Dir
	Policy   hub.Policy
	MaxFile  int64 // bytes of a file that a device may bring; 0 is protocol.MaxBlob
	Log      zerolog.Logger
	Now      func() time.Time
	Joined   func() // called when a device has joined; must not block; nil for nobody
}

// Service is a data folder at work.
type Service struct {
	cfg    Config
	folder *folder
	ledger *ledger
	store  backing
	blobs  *blobs.Folder
	hub    *hub.Hub
	figs   *figures
}

// Open takes the data folder for this process. Errors: locked, read_only,
// disk_full, invalid, hub.other_store.
func Open(ctx context.Context, cfg Config) (s *Service, err error) {
	s = &Service{cfg: cfg}
	defer func() {
		if err != nil {
			err = errors.Join(own(err), s.Close())
			s = nil
		}
	}()
	if s.folder, err = openFolder(cfg.Dir); err != nil {
		return s, err
	}
	if s.ledger, err = openLedger(s.folder.path(ledgerName)); err != nil {
		return s, err
	}
	store, err := openStore(ctx, s.folder, cfg.Database)
	if err != nil {
		return s, err
	}
	s.store = &kept{store, s.ledger}
	if err := s.makeHub(); err != nil {
		return s, err
	}
	s.figs = newFigures(s.store, cfg.Now)
	s.hub.Observe(&watcher{s.figs, cfg.Joined})
	return s, nil
}

// makeHub makes the hub over the store, with its files in the data folder,
// whatever keeps the rest.
func (s *Service) makeHub() (err error) {
	if s.blobs, err = blobs.Open(s.folder.path(blobsName)); err != nil {
		return ofFile(err, "data", s.folder.dir)
	}
	limits := hub.DefaultBlobLimits()
	limits.Free = func() (int64, error) { return store.FreeSpace(s.folder.dir) }
	if s.cfg.MaxFile > 0 {
		limits.Size = s.cfg.MaxFile
	}
	s.hub = hub.New(s.store, s.cfg.Policy, s.cfg.Now)
	s.hub.KeepBlobs(s.blobs, limits)
	return nil
}

// watcher tells figures, and whoever waits for a device.
type watcher struct {
	*figures
	joined func()
}

// Joined tells that a device did.
func (w *watcher) Joined(record.ID, vv.Replica) {
	if w.joined != nil {
		w.joined()
	}
}

// Close lets everything go, in reverse; SQLite's log is merged into its file.
func (s *Service) Close() error {
	var err error
	if s.store != nil {
		err = s.store.Close()
	}
	if s.ledger != nil {
		err = errors.Join(err, s.ledger.close())
	}
	if s.folder != nil {
		err = errors.Join(err, s.folder.close())
	}
	return err
}

// own turns the hub's own kinds of error into the program's.
func own(err error) error {
	var ours *crm.Error
	var refusal *protocol.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.As(err, &refusal):
		return crm.NewError(crm.Code(refusal.Code), "").Because(err)
	case errors.Is(err, hub.ErrNoWorkspace):
		return crm.NewError(crm.CodeNotFound, "workspace").Because(err)
	case errors.Is(err, context.Canceled):
		return crm.NewError(crm.CodeCancelled, "").Because(err)
	}
	return fmt.Errorf("hub: %w", err)
}

// idText answers an id as people write it.
func idText(id record.ID) string { return uuid.UUID(id).String() }
