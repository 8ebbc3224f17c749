//go:build linux

package crash_test

import (
	"errors"
	"slices"

	"github.com/google/uuid"

	"patio/backend/store"
	"patio/sync/record"
	"patio/sync/vv"
)

// Numbers of the replicas of these tests.
const (
	here      = vv.FirstDevice + 1
	elsewhere = vv.FirstDevice + 2
)

// subjectKey is a lead's subject on the wire.
var subjectKey = record.Key{ID: 8}

// take takes in what a hub tells of a lead: its subject was written elsewhere.
// The first time, the store joins in the same transaction.
func (w *worker) take(id, subject string) error {
	return w.s.Sync(ctx, func(tx *store.SyncTx) error {
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		if m.Replica != here {
			if err := tx.Rename(m.Replica, here, true); err != nil {
				return err
			}
		}
		h, err := tx.Held(record.ID(uuid.MustParse(id)))
		if err != nil {
			return err
		}
		if h == nil {
			return errors.New("no such lead: " + id)
		}
		d := vv.Dot{Replica: elsewhere, N: h.State.Seen.At(elsewhere) + 1}
		h.State.Put(subjectKey, d, h.State.Next(subjectKey, record.Clock(1)))
		h.State.Fields[slices.IndexFunc(h.State.Fields, func(f record.Field) bool { return f.Dot == d })].Value = subject
		h.Hub, h.Waits, h.Whole, h.Seq = slices.Clone(h.State.Seen), nil, false, h.Seq+1
		if err := tx.Save(h); err != nil {
			return err
		}
		return tx.SetMeta(store.SyncMeta{Replica: here, Rest: []byte(subject)})
	})
}
