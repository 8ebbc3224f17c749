// Package wire puts the program together and takes it apart in reverse. It is
// the one place where parts learn of each other.
package wire

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/events"
	"patio/app/reminding"
	"patio/app/shopserver"
	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/nearby"
)

// Config is what a program brings to Open.
type Config struct {
	DataDir string         // made by PrepareFolder
	Grace   time.Duration  // as store.Config has it
	Log     zerolog.Logger // the zero value logs nothing
	Shell   api.Shell      // the window's or the browser's; nil for a program with neither
	Files   *api.Files     // shared with Shell; nil makes one
	Events  *events.Bus    // given to hear of progress while opening; nil makes one
	Devices string         // folder of what makes this installation a device; "" is this person's own
	Nearby  nearby.Network // where a shop's server is looked for, and is found
}

// App is the open program.
type App struct {
	Store  *store.Store
	bound  []any
	events *events.Bus
	close  []func() error // in the order of opening
}

// Open opens the database under cfg.DataDir and builds everything that stands
// on it. Failures are *crm.Error.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Events == nil {
		cfg.Events = &events.Bus{}
	}
	if cfg.Files == nil {
		cfg.Files = api.NewFiles()
	}
	a := &App{events: cfg.Events}
	s, err := store.Open(ctx, store.Config{Dir: cfg.DataDir, Log: cfg.Log, Grace: cfg.Grace})
	if err != nil {
		return nil, err
	}
	a.Store = s
	a.close = append(a.close, s.Close)
	stop := s.Subscribe(func(c crm.Change, workspace bool) {
		if workspace {
			a.events.Emit(EventWorkspace, nil)
		}
		a.events.Emit(EventChange, c)
	})
	a.close = append(a.close, func() error { stop(); return nil })
	service, server, err := a.openSync(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	reminders, err := reminding.Open(ctx, reminding.Config{Store: s, Log: cfg.Log, Changed: func() { a.events.Emit(EventReminders, nil) }})
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.close = append(a.close, reminders.Close)
	sheets, err := api.NewSheets(s, cfg.Files, a.events.Emit)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.close = append(a.close, func() error { return api.CloseSheets(sheets) })
	a.bound = []any{
		api.NewSession(s, a.events.Count), api.NewSetup(s), api.NewSettings(s, sheets), api.NewDevice(s), api.NewHistory(s, sheets),
		api.NewBoard(s), api.NewLeads(s, cfg.Shell, sheets), api.NewContacts(s), api.NewActivities(s), api.NewAttachments(s, cfg.Shell, cfg.Files), api.NewAgenda(s, cfg.Files), api.NewReminders(reminders), api.NewSearch(s), sheets, api.NewBackups(s, cfg.Files),
		api.NewSync(s, service), api.NewShopServer(server), api.NewDuplicates(s, sheets),
	}
	return a, nil
}

func (a *App) openSync(ctx context.Context, cfg Config) (*syncing.Service, *shopserver.Service, error) {
	if cfg.Devices == "" {
		var err error
		if cfg.Devices, err = DevicesFolder(); err != nil {
			return nil, nil, err
		}
	}
	service, err := syncing.Open(ctx, syncing.Config{
		Store: a.Store, DataDir: cfg.DataDir, Memberships: cfg.Devices, Log: cfg.Log, Nearby: cfg.Nearby,
		Changed: func() { a.events.Emit(EventSync, nil) },
	})
	if err != nil {
		return nil, nil, err
	}
	a.close = append(a.close, service.Close)
	dir, err := serverFolder(cfg.Devices, cfg.DataDir)
	if err != nil {
		return nil, nil, err
	}
	server, err := shopserver.Open(shopserver.Config{
		Store: a.Store, Sync: service, Dir: dir, Log: cfg.Log, Nearby: cfg.Nearby,
		Changed: func() { a.events.Emit(EventServer, nil) },
	})
	if err != nil {
		return nil, nil, err
	}
	a.close = append(a.close, server.Close)
	server.Begin()
	return service, server, nil
}

// Events that pages hear.
const (
	EventChange    = "change"    // crm.Change: fetch what it names again
	EventWorkspace = "workspace" // nothing: ask Session.State again
	EventSync      = "sync"      // nothing: ask Sync.Status again
	EventServer    = "server"    // nothing: ask ShopServer.Status again
	EventReminders = "reminders" // nothing: ask Reminders.Notice again
)

// Bound are the structs that need an open database.
func (a *App) Bound() []any { return a.bound }

// Events is where changes are announced.
func (a *App) Events() *events.Bus { return a.events }

// Close takes everything down in reverse, all of it even if a part fails.
func (a *App) Close() error {
	var failed []error
	for _, closePart := range slices.Backward(a.close) {
		if err := closePart(); err != nil {
			failed = append(failed, err)
		}
	}
	a.close = nil
	return errors.Join(failed...)
}

// Always are the structs that answer with no database.
func Always(shell api.Shell, files *api.Files) []any {
	return []any{api.NewApp(), api.NewNative(shell, files)}
}

// NewDoor makes the door to a program that is yet to be opened.
func NewDoor(log zerolog.Logger, shell api.Shell, files *api.Files) (*bind.Door, error) {
	always, err := bind.NewTable(log, Always(shell, files)...)
	if err != nil {
		return nil, fmt.Errorf("bind what needs no database: %w", err)
	}
	return bind.NewDoor(always), nil
}
