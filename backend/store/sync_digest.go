package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"patio/backend/crm"
)

// Digest sums up what is synced: ids, kinds, and states with their values. It
// is equal on two replicas that agree; what is this device's alone stays out.
func (s *Store) Digest(ctx context.Context) (string, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	tx, err := s.begin(ctx, Op{Label: "digest"})
	if err != nil {
		return "", s.fail("sum up records", err)
	}
	defer func() {
		_, _ = s.exec(context.WithoutCancel(ctx), "ROLLBACK")
		s.forgetRefs()
	}()
	h := sha256.New()
	var after []byte
	for {
		ids, err := tx.recordIDs("SELECT id FROM sync_records WHERE id>? ORDER BY id LIMIT 500", append([]byte{}, after...))
		if err != nil {
			return "", s.fail("sum up records", err)
		}
		if len(ids) == 0 {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		for _, id := range ids {
			row, err := tx.syncRow(text(id[:]))
			if err == nil {
				err = tx.fillValues(text(id[:]), row)
			}
			if err != nil {
				return "", s.fail("sum up records", err)
			}
			b := binary.BigEndian.AppendUint32(append([]byte{}, id[:]...), row.kind)
			b = row.state.AppendValues(b)
			_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b)))) // never fails
			_, _ = h.Write(b)
			delete(tx.images, imageKey{crm.Kind(row.kind), text(id[:])})
		}
		tx.order = tx.order[:0]
		after = append(after[:0], ids[len(ids)-1][:]...)
	}
}
