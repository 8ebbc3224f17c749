package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// salvage writes what a damaged database held beyond the restored one: as new
// writes through Transact, since others may know what was restored.
type salvage struct {
	s      *Store
	sc     *scratch
	note   *Recovery
	bad    map[string]*table // records of the restored database whose values are wrong
	dead   []recordID        // written alive first, deleted at the end, when nothing needs them any more
	unsure map[string]bool   // leads whose values may be wrong
	made   map[string]bool   // contacts made for leads whose own was lost
	lost   map[string]int
	done   int
	total  int
}

const salvageBatch = 500

var salvageOp = Op{Label: "recovery.salvage", NoUndo: true, Quiet: true}

// salvageInto brings the rows of a scratch database into the store, which has
// the restored one open, and tells what it found.
func (s *Store) salvageInto(ctx context.Context, sc *scratch, note *Recovery) error {
	v := &salvage{s: s, sc: sc, note: note, bad: map[string]*table{}, unsure: map[string]bool{}, made: map[string]bool{}, lost: map[string]int{}}
	if err := v.wanted(ctx); err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	if err := v.wantedAgain(ctx); err != nil {
		return fmt.Errorf("check the restored records: %w", err)
	}
	for _, t := range registry() {
		if err := v.table(ctx, s.tables[t.kind]); err != nil {
			return fmt.Errorf("salvage %s: %w", t.name, err)
		}
	}
	if err := v.repair(ctx); err != nil {
		return fmt.Errorf("repair: %w", err)
	}
	for _, r := range v.dead {
		if _, err := s.Transact(ctx, salvageOp, func(tx *Tx) error { return tx.remove(r.t, r.id) }); err != nil {
			v.lost[r.t.name+".deletion"]++
		}
	}
	if err := v.imports(ctx); err != nil {
		return fmt.Errorf("salvage imports: %w", err)
	}
	if err := v.device(ctx); err != nil {
		return fmt.Errorf("salvage device: %w", err)
	}
	return v.report(ctx)
}

// wanted lists the records whose dots or values differ from the restored
// ones, and those whose dots were not readable.
func (v *salvage) wanted(ctx context.Context) error {
	db := v.sc.db
	if _, err := db.ExecContext(ctx, "ATTACH ? AS base", asideDSN(v.s.staged(), false)); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `INSERT INTO wanted SELECT r.id,r.kind FROM sync_records r LEFT JOIN base.sync_records b ON b.id=r.id
		WHERE b.id IS NULL OR b.state<>r.state OR b.digest<>r.digest`); err != nil {
		return err
	}
	for _, t := range v.s.tables {
		if _, err := db.ExecContext(ctx, "INSERT OR IGNORE INTO wanted SELECT id,? FROM "+t.name+" WHERE id NOT IN (SELECT id FROM sync_records)", int(t.kind)); err != nil {
			return err
		}
	}
	_, err := db.ExecContext(ctx, "DETACH base")
	return err
}

// table salvages the records of one table, some hundred at a time.
func (v *salvage) table(ctx context.Context, t *table) error {
	for rid := int64(0); ; {
		list, err := readAll(ctx, v.sc.old, t, "id IN (SELECT id FROM wanted) AND rid>? ORDER BY rid LIMIT ?", rid, salvageBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		rid = list[len(list)-1].rid
		batch := make([]found, 0, len(list))
		for _, f := range list {
			take, err := v.judge(ctx, t, f)
			if err != nil {
				return err
			}
			if take {
				batch = append(batch, f)
			}
		}
		if err := v.write(ctx, t, batch); err != nil {
			return err
		}
		v.done += len(list)
		v.s.tell("salvage", v.done, v.total)
	}
}

// judge says whether a row of the damaged database is to be written: not when
// the restored one has seen all its writes.
func (v *salvage) judge(ctx context.Context, t *table, f found) (bool, error) {
	var encoded []byte
	var digest int64
	err := v.sc.db.QueryRowContext(ctx, "SELECT state,digest FROM sync_records WHERE id=?", blob(f.id)).Scan(&encoded, &digest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	sound := err == nil && digest == t.digest(f.v, encoded)
	base, err := readAll(ctx, v.s, t, "id=?", blob(f.id))
	if err != nil {
		return false, err
	}
	if len(base) > 0 {
		if v.bad[f.id] != nil {
			return sound, nil // else the older snapshots are asked
		}
		if base[0].dead == f.dead && t.same(base[0].v, f.v) {
			return false, nil
		}
		ours, err := v.s.readState(ctx, f.id)
		if err != nil {
			return false, err
		}
		if old, err := record.Decode(encoded); err == nil {
			if order := old.Seen.Compare(ours.Seen); order == vv.Equal || order == vv.Before {
				return false, nil
			}
		}
	}
	if !sound {
		v.doubt(t, f)
	}
	return true, nil
}

// same compares what is synced of two records.
func (t *table) same(a, b reflect.Value) bool { return t.digest(a, nil) == t.digest(b, nil) }

// readState reads a record's dots through the readers.
func (s *Store) readState(ctx context.Context, id string) (*record.State, error) {
	var b []byte
	err := s.one(ctx, "SELECT state FROM sync_records WHERE id=?", []any{blob(id)}, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return &record.State{}, nil
	}
	if err != nil {
		return nil, err
	}
	return record.Decode(b)
}

// doubt notes the leads that a person should look at.
func (v *salvage) doubt(t *table, f found) {
	v.note.Doubtful++
	switch t.kind {
	case crm.KindLead:
		v.unsure[f.id] = true
	case crm.KindActivity, crm.KindAttachment:
		v.unsure[f.v.FieldByName("LeadID").String()] = true
	case crm.KindContact:
		ids, err := v.sc.old.LeadsOf(context.Background(), f.id)
		if err != nil {
			return // the count tells
		}
		for _, id := range ids {
			v.unsure[id] = true
		}
	}
}

// write puts a batch; where it is refused, each record by itself, so that one
// bad one takes no other along.
func (v *salvage) write(ctx context.Context, t *table, batch []found) error {
	if len(batch) == 0 {
		return nil
	}
	err := v.put(ctx, t, batch)
	if err == nil {
		return nil
	}
	for _, f := range batch {
		if err := v.put(ctx, t, []found{f}); err != nil {
			if code := crm.CodeOf(err); code == crm.CodeDiskFull || code == crm.CodeCancelled {
				return err
			}
			v.s.log.Warn().Str("table", t.name).Str("id", f.id).Err(err).Msg("record not salvaged")
			v.lost[t.name]++
		}
	}
	return nil
}

func (v *salvage) put(ctx context.Context, t *table, batch []found) error {
	dead := []recordID{}
	_, err := v.s.Transact(ctx, salvageOp, func(tx *Tx) error {
		for _, f := range batch {
			if lead, ok := f.v.Addr().Interface().(*crm.Lead); ok {
				if err := v.mend(tx, lead); err != nil {
					return err
				}
			}
			if err := tx.put(t, f.v); err != nil {
				return err
			}
			if f.dead {
				dead = append(dead, recordID{t, f.id})
			}
		}
		return nil
	})
	if err == nil {
		v.note.Salvaged += len(batch)
		v.dead = append(v.dead, dead...)
		for _, f := range batch {
			delete(v.bad, f.id)
		}
	}
	return err
}

// mend gives a lead whose stage or contact was not readable the ones of the
// restored database, or a stage to stand in and a contact to be found by.
func (v *salvage) mend(tx *Tx, l *crm.Lead) error {
	base, err := tx.load(tx.s.tables[crm.KindLead], l.ID)
	if err != nil {
		return err
	}
	if st, err := tx.load(tx.s.tables[crm.KindStage], l.StageID); err != nil {
		return err
	} else if st == nil || st.dies {
		v.unsure[l.ID] = true
		l.StageID = crm.ReadyPipelines()[0].Stages[0].ID
		if base != nil {
			l.StageID = base.before.FieldByName("StageID").String()
		}
	}
	c, err := tx.load(tx.s.tables[crm.KindContact], l.ContactID)
	if err != nil || c != nil {
		return err
	}
	v.unsure[l.ID] = true
	contact := &crm.Contact{ID: l.ContactID, Type: "person", CreatedAt: l.CreatedAt}
	if contact.ID == "" {
		contact.ID = tx.s.NewID()
		l.ContactID = contact.ID
	}
	v.made[contact.ID] = true
	// The lead's row has the folded name, and the phones lie on other pages.
	if contact.Name = l.SortName; contact.Name == "" {
		contact.Name = "…"
	}
	var rid int64
	switch err := v.sc.db.QueryRowContext(tx.ctx, "SELECT rid FROM found_ids WHERE id=?", blob(contact.ID)).Scan(&rid); {
	case err == nil:
		value := reflect.ValueOf(contact).Elem()
		if err := readSets(tx.s.tables[crm.KindContact], rid, value, v.sc.old.queryIn(tx.ctx), v.sc.old); err != nil {
			return err
		}
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	return Put(tx, contact)
}

// report counts what is known to have been there and is nowhere now.
func (v *salvage) report(ctx context.Context) error {
	for _, t := range v.s.tables {
		gone, err := readColumn(ctx, v.sc.db, "SELECT hex(id) FROM (SELECT id FROM wanted WHERE kind=?1 UNION SELECT id FROM found_ids WHERE kind=?1 AND id NOT IN (SELECT id FROM sync_records)) WHERE id NOT IN (SELECT id FROM "+t.name+")", int(t.kind))
		if err != nil {
			return err
		}
		for _, hexID := range gone {
			var there int
			if err := v.s.one(ctx, "SELECT EXISTS(SELECT 1 FROM "+t.name+" WHERE hex(id)=?)", []any{hexID}, &there); err != nil {
				return err
			}
			if id, err := hex.DecodeString(hexID); err == nil && there == 1 && !v.made[text(id)] {
				v.note.Older++
			} else {
				v.lost[t.name]++
			}
		}
	}
	for _, name := range slices.Sorted(keys(v.lost)) {
		v.note.Lost = append(v.note.Lost, fmt.Sprintf("%s:%d", name, v.lost[name]))
	}
	v.note.Pages = v.sc.bad
	for _, id := range slices.Sorted(keys(v.unsure)) {
		if len(v.note.LeadIDs) < maxNamed {
			v.note.LeadIDs = append(v.note.LeadIDs, id)
		}
	}
	return nil
}
