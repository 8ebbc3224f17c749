//go:build linux

package pgstore

import (
	"context"
	"testing"

	"patio/sync/hub"
	"patio/sync/hub/pgstore/pgtest"
	"patio/sync/hub/storetest"
)

func TestTheStoreOnARealServer(t *testing.T) {
	server := pgtest.Start(t)
	t.Run("it keeps the contract", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) hub.Store {
			store, err := Open(t.Context(), server.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			return store
		})
	})
	t.Run("hubs open one database at once", func(t *testing.T) {
		address := server.Database(t)
		const hubs = 4
		opened := make(chan error, hubs)
		for range hubs {
			go func() {
				s, err := Open(context.Background(), address)
				if err == nil {
					err = s.Close()
				}
				opened <- err
			}()
		}
		for range hubs {
			if err := <-opened; err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("it says how large it is", func(t *testing.T) {
		s, err := Open(t.Context(), server.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		if size, err := s.Size(t.Context()); err != nil || size < 1<<20 {
			t.Errorf("%d bytes, %v", size, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
