package store

import (
	"context"
	"database/sql"
	"errors"

	"patio/backend/crm"
	"patio/sync/record"
)

// Refusal is what a person wrote and the hub did not take.
type Refusal struct {
	ID     record.ID
	Kind   uint32
	Key    record.Key // the life has the zero one
	Value  string     // as it was told
	At     record.HLC
	Reason string // a code of the hub's
}

// File keeps what the hub refused.
func (x *SyncTx) File(r Refusal) error {
	tx := x.tx
	_, err := tx.s.exec(tx.ctx, "INSERT INTO sync_refused(record,kind,fid,sub,value,clock,reason,at) VALUES (?,?,?,?,?,?,?,?)",
		r.ID[:], int64(r.Kind), int(r.Key.ID), r.Key.Sub, []byte(r.Value), int64(r.At), r.Reason, tx.Now)
	return err
}

// ReasonErased is why what was still to be told of an erased record is filed,
// without its values.
const ReasonErased = "erased"

// Erase forgets a record that was erased for good, and what was filed of it.
func (x *SyncTx) Erase(id record.ID) error {
	tx := x.tx
	if _, err := tx.s.exec(tx.ctx, "DELETE FROM sync_refused WHERE record=? AND length(value)>0", id[:]); err != nil {
		return err
	}
	h, err := x.Held(id)
	if err != nil || h == nil {
		return err
	}
	if h.waiting() { // its writer is told that, and nothing of what it said
		if err := x.File(Refusal{ID: id, Kind: h.Kind, At: tx.clock, Reason: ReasonErased}); err != nil {
			return err
		}
	}
	if _, err := tx.s.exec(tx.ctx, "INSERT INTO purges(id) VALUES (?) ON CONFLICT DO NOTHING", id[:]); err != nil {
		return err
	}
	if crm.Kind(h.Kind) == crm.KindAttachment {
		im, err := tx.load(tx.s.tables[crm.KindAttachment], text(id[:]))
		if err == nil && im != nil {
			err = tx.purgeFile(im)
		}
		if err != nil {
			return err
		}
	}
	return x.Drop(id)
}

// RefusedWrites answers what the hub refused and nobody has dismissed, the
// newest first.
func (s *Store) RefusedWrites(ctx context.Context, limit int) ([]crm.RefusedWrite, error) {
	rows, err := s.query(ctx, "SELECT id,record,kind,fid,sub,value,clock,at,reason FROM sync_refused ORDER BY id DESC LIMIT ?", limit)
	if err != nil {
		return nil, s.fail("read refused writes", err)
	}
	defer rows.Close()
	out := []crm.RefusedWrite{}
	for rows.Next() {
		var r crm.RefusedWrite
		var id, value []byte
		var kind, clock int64
		var fid uint16
		if err := rows.Scan(&r.ID, &id, &kind, &fid, &r.Element, &value, &clock, &r.Filed, &r.Reason); err != nil {
			return nil, s.fail("read refused writes", err)
		}
		r.RecordID, r.Value, r.At = text(id), string(value), record.HLC(clock).Millis()
		if t := s.tables[crm.Kind(kind)]; t != nil {
			r.Kind, r.Field, r.Value = t.name, t.jsonName(fid), t.shown(fid, r.Value)
		}
		out = append(out, r)
	}
	return out, s.fail("read refused writes", rows.Err())
}

// DismissRefused forgets a refused write; nothing when it is gone already.
func (s *Store) DismissRefused(ctx context.Context, id int64) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.readOnly != nil {
		return s.readOnly
	}
	_, err := s.exec(ctx, "DELETE FROM sync_refused WHERE id=?", id)
	return s.fail("dismiss refused write", err)
}

// lifeDead is the value of a refused deletion, and of no refused revival.
const lifeDead = "1"

// labelRewrite is how a refused write that is written again is named in the history.
const labelRewrite = "refused.write"

// RewriteRefused writes what the hub refused once more, and forgets the
// refusal. Errors: not_found, when record or refusal is gone; invalid.
func (s *Store) RewriteRefused(ctx context.Context, id int64) (crm.Done, error) {
	return s.Transact(ctx, Op{Label: labelRewrite}, func(tx *Tx) error {
		var recordID, value []byte
		var kind crm.Kind
		var k record.Key
		err := tx.s.row(tx.ctx, "SELECT record,kind,fid,sub,value FROM sync_refused WHERE id=?", id).Scan(&recordID, &kind, &k.ID, &k.Sub, &value)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		t := tx.s.tables[kind]
		if err != nil || t == nil {
			return crm.NewError(crm.CodeNotFound, "id")
		}
		im, err := tx.load(t, text(recordID))
		if err != nil {
			return err
		}
		life := k == record.Key{}
		if im == nil || im.dies && !life {
			return crm.NewError(crm.CodeNotFound, "id", "id", text(recordID), "kind", t.name)
		}
		if life {
			im.dies = string(value) == lifeDead
			im.force(k)
		} else if err := im.rewrite(k, string(value)); err != nil {
			return err
		}
		_, err = tx.s.exec(tx.ctx, "DELETE FROM sync_refused WHERE id=?", id)
		return err
	})
}
