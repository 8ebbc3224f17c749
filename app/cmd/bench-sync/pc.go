package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"patio/app/syncing"
	"patio/backend/setup"
	"patio/backend/store"
	"patio/sync/client"
)

// pc is a PC with the store and the syncing that ship.
type pc struct {
	store *store.Store
	sync  *syncing.Service
}

// newPC makes one that was just installed and set up.
func (b *bench) newPC(ctx context.Context, name string) (_ *pc, err error) {
	p, dir := &pc{}, filepath.Join(b.dir, name)
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	// No snapshot is taken behind the measurement's back.
	if p.store, err = store.Open(ctx, store.Config{Dir: dir, Log: zerolog.Nop(), Grace: 24 * time.Hour}); err != nil {
		return nil, err
	}
	if err := setup.Start(ctx, p.store, setup.First{Language: "pt-BR", ShopName: workspace, UserName: "Carla"}); err != nil {
		return nil, err
	}
	p.sync, err = syncing.Open(ctx, syncing.Config{Store: p.store, DataDir: dir, Memberships: filepath.Join(b.dir, name+"-devices")})
	return p, err
}

func (p *pc) close() error {
	var err error
	if p.sync != nil {
		err = p.sync.Close()
	}
	if p.store != nil {
		err = errors.Join(err, p.store.Close())
	}
	return err
}

// join makes it a device of the administrator's.
func (p *pc) join(ctx context.Context, hub *server, name string) error {
	code, err := hub.code(ctx, administrator)
	if err != nil {
		return err
	}
	return p.sync.Join(ctx, syncing.Joining{Code: code, Name: name})
}

// agree syncs once and answers what it did and how long it took.
func (p *pc) agree(ctx context.Context) (client.Result, time.Duration, error) {
	start := time.Now()
	r, err := p.sync.Sync(ctx)
	return r, time.Since(start), err
}

// searched waits until the search index has caught up: it is filled behind what
// is measured, and would take its time from it.
func (p *pc) searched(ctx context.Context) error {
	for {
		left, err := p.store.SearchPending(ctx)
		if err != nil || left == 0 {
			return err
		}
		if !pause(ctx, 20*time.Millisecond) {
			return ctx.Err()
		}
	}
}
