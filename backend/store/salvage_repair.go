package store

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"

	"patio/sync/record"
	"patio/sync/vv"
)

// A bit that flips inside a value leaves the file's structure whole, so that
// snapshots taken afterwards have it, too. The digests tell, and an older
// snapshot may have the record as it was.

// wantedAgain adds the records of the restored database whose digest is wrong
// to those that are compared.
func (v *salvage) wantedAgain(ctx context.Context) error {
	_, bad, err := v.s.badDigests(ctx, v.s.direct)
	if err != nil {
		return err
	}
	for _, r := range bad {
		v.bad[r.id] = r.t
		if state, err := v.s.readState(ctx, r.id); err != nil || len(state.Seen) == 0 {
			if err := v.renew(ctx, r); err != nil {
				return err
			}
		}
		if _, err := v.sc.db.ExecContext(ctx, "INSERT OR IGNORE INTO wanted(id,kind) VALUES (?,?)", blob(r.id), int(r.t.kind)); err != nil {
			return err
		}
	}
	return v.sc.db.QueryRowContext(ctx, "SELECT count(*) FROM wanted").Scan(&v.total)
}

// repair looks through the snapshots, the newest first, for the records that
// are still wrong. What is nowhere right is written as it is, for a person to
// look at.
func (v *salvage) repair(ctx context.Context) error {
	list, err := v.s.Snapshots(ctx)
	if err != nil {
		return err
	}
	for _, snap := range list {
		if len(v.bad) == 0 {
			return nil
		}
		if err := v.repairFrom(ctx, filepath.Join(v.s.snapshotDir(), snap.ID+".db")); err != nil {
			v.s.log.Warn().Str("snapshot", snap.ID).Err(err).Msg("snapshot not asked")
		}
	}
	for id, t := range v.bad {
		list, err := readAll(ctx, v.s, t, "id=?", blob(id))
		if err != nil || len(list) == 0 {
			return err
		}
		v.doubt(t, list[0])
		if err := v.rewrite(ctx, t, list[0]); err != nil {
			return err
		}
	}
	return nil
}

// repairFrom writes those wrong records again that a snapshot has under the
// same dots with a right digest.
func (v *salvage) repairFrom(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", asideDSN(path, true))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	snap := &Store{log: v.s.log, tables: v.s.tables, byType: v.s.byType, readDB: db}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	err = errors.Join(snap.refs.load(ctx, conn), conn.Close())
	if err != nil {
		return err
	}
	for id, t := range v.bad {
		list, err := readAll(ctx, snap, t, "id=?", blob(id))
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		var ours, theirs []byte
		var digest int64
		if err := v.s.one(ctx, "SELECT state FROM sync_records WHERE id=?", []any{blob(id)}, &ours); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := db.QueryRowContext(ctx, "SELECT state,digest FROM sync_records WHERE id=?", blob(id)).Scan(&theirs, &digest); err != nil {
			return err
		}
		if string(ours) != string(theirs) || digest != t.digest(list[0].v, theirs) {
			continue
		}
		if err := v.rewrite(ctx, t, list[0]); err != nil {
			return err
		}
		v.note.Salvaged++
		delete(v.bad, id)
	}
	return nil
}

// rewrite makes a record's values and digest agree: what differs is a new
// write, and where nothing differs the digest alone is taken anew.
func (v *salvage) rewrite(ctx context.Context, t *table, f found) error {
	_, err := v.s.Transact(ctx, salvageOp, func(tx *Tx) error {
		if err := tx.put(t, f.v); err != nil {
			return err
		}
		if f.dead {
			return tx.remove(t, f.id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	var state []byte
	if err := v.s.one(ctx, "SELECT state FROM sync_records WHERE id=?", []any{blob(f.id)}, &state); err != nil {
		return err
	}
	now, err := readAll(ctx, v.s, t, "id=?", blob(f.id))
	if err != nil || len(now) == 0 {
		return err
	}
	return v.raw(ctx, "UPDATE sync_records SET digest=? WHERE id=?", t.digest(now[0].v, state), blob(f.id))
}

// raw runs a statement on a guarded table outside of Transact.
func (v *salvage) raw(ctx context.Context, query string, args ...any) error {
	tx, err := v.s.writer.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // an error after Commit says so
	if _, err := tx.ExecContext(ctx, "UPDATE guard SET open=1"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, query, args...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE guard SET open=0"); err != nil {
		return err
	}
	return tx.Commit()
}

// renew gives a record whose dots are not readable new ones, as if all of its
// values were written now.
func (v *salvage) renew(ctx context.Context, r recordID) error {
	list, err := readAll(ctx, v.s, r.t, "id=?", blob(r.id))
	if err != nil || len(list) == 0 {
		return err
	}
	f := list[0]
	s := v.s
	s.writing.Lock()
	defer s.writing.Unlock()
	state := &record.State{}
	at := max(record.Clock(s.now().UnixMilli()), s.clock+1)
	dot := func() vv.Dot {
		s.counter++
		return vv.Dot{Replica: s.replica, N: s.counter}
	}
	for _, c := range r.t.columns {
		key := record.Key{ID: c.fid}
		if _, has := state.Live(key); c.fid != 0 && !has && !f.v.Field(c.field).IsZero() {
			state.Put(key, dot(), at)
		}
	}
	for _, set := range r.t.sets {
		for _, key := range sorted(elements(set, f.v)) {
			state.Put(record.Key{ID: set.fid, Sub: key}, dot(), at)
		}
	}
	if f.dead {
		state.Delete(dot(), at)
	} else if len(state.Seen) == 0 {
		state.Revive(dot(), at)
	}
	if _, err := s.writer.ExecContext(ctx, "UPDATE replica SET counter=?, clock=?", int64(s.counter), int64(at)); err != nil {
		return err
	}
	s.clock = at
	encoded := state.Append(nil)
	return v.raw(ctx, "INSERT OR REPLACE INTO sync_records(id,kind,state,digest) VALUES (?,?,?,?)", blob(r.id), int(r.t.kind), encoded, r.t.digest(f.v, encoded))
}
