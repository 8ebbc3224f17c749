//go:build linux

package pgstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"patio/sync/hub"
	"patio/sync/hub/pgstore/pgtest"
	"patio/sync/hub/storetest"
	"patio/sync/protocol"
	"patio/sync/record"
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
	t.Run("what the server refuses is taken back with what was known by it", func(t *testing.T) {
		s, err := Open(t.Context(), server.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		refusedAmongOthers(t, s)
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

// refusedAmongOthers writes at once what the server takes and what it doesn't,
// which it says only when it is sent.
func refusedAmongOthers(t *testing.T, s *Store) {
	ws := record.ID{1}
	if err := s.Create(t.Context(), ws, hub.Head{Epoch: record.ID{2}}); err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 12
	var kept atomic.Uint64
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				err := s.Write(t.Context(), ws, func(tx hub.Tx) error {
					head, err := tx.Head()
					if err != nil {
						return err
					}
					head.Seq++
					rows := []protocol.Row{{ID: record.ID{byte(w), byte(i), 1}, Seq: head.Seq, State: []byte{1}}}
					if i%3 == 0 {
						rows = append(rows, rows[0]) // no row can be written twice by one statement
					}
					return errors.Join(tx.PutRecords(rows), tx.SetHead(head))
				})
				if (err != nil) != (i%3 == 0) {
					t.Errorf("writer %d, write %d: %v", w, i, err)
				}
				if err == nil {
					kept.Add(1)
				}
			}
		})
	}
	wait.Wait()
	if err := s.Read(t.Context(), ws, func(v hub.View) error {
		head, err := v.Head()
		if head.Seq != kept.Load() {
			t.Errorf("%d were kept; the head is at %d", kept.Load(), head.Seq)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
