package store

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"

	"patio/backend/crm"
	"patio/sync/record"
)

// deviceFields is the device value that tells which fields the program knew
// that wrote the rows last.
const deviceFields = "fields"

// adopt gives rows what stood beside them only because an older program didn't
// know its field or kind. What a program can't know it keeps as it was told, so
// the first one that does finds it.
func (s *Store) adopt(ctx context.Context) error {
	if s.readOnly != nil || !s.hasJoined() {
		return nil
	}
	known := s.fields()
	if was, err := s.Device(ctx, deviceFields); err != nil || was == known {
		return err
	}
	if err := s.Sync(ctx, func(x *SyncTx) error {
		ids, err := x.tx.recordIDs("SELECT id FROM sync_records WHERE kept > 0")
		if err != nil {
			return err
		}
		for _, id := range ids {
			row, err := x.tx.syncRow(text(id[:]))
			if err != nil {
				return err
			}
			if err := x.adoptValues(text(id[:]), row); err != nil {
				return err
			}
			if err := x.Save(row.held(id, x.tx.sync.number)); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return s.fail("adopt fields", err)
	}
	return s.SetDevice(ctx, deviceFields, known)
}

// adoptValues gives a record its values, as the program wrote them that knew
// less.
func (x *SyncTx) adoptValues(id string, row *syncRow) error {
	t := x.tx.s.tables[crm.Kind(row.kind)]
	if t == nil {
		return x.tx.fillValues(id, row)
	}
	im, err := x.tx.load(t, id)
	if err != nil {
		return err
	}
	if im != nil {
		return x.tx.fillFrom(id, reading{t: t, v: im.before}, row.state, row.kept)
	}
	x.tx.sync.there[record.ID(blob(id))] = false // it comes into its table now
	if err := x.tx.fillFrom(id, reading{}, row.state, row.kept); err != nil {
		return err
	}
	if err := x.tx.guard(1); err != nil {
		return err
	}
	if err := x.tx.eraseDots(id); err != nil {
		return err
	}
	return x.tx.guard(0)
}

func (s *Store) hasJoined() bool {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.joins.joined
}

// fields sums up which kinds and fields this program knows.
func (s *Store) fields() string {
	h := fnv.New64a()
	for _, t := range registry() {
		t = s.tables[t.kind]
		if t == nil {
			continue
		}
		_, _ = fmt.Fprint(h, ";", t.kind) // never fails
		for _, c := range t.columns {
			_, _ = fmt.Fprint(h, ",", c.fid)
		}
		for _, set := range t.sets {
			_, _ = fmt.Fprint(h, ",", set.fid)
		}
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
