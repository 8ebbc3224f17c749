package store

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"patio/backend/crm"
	"patio/sync/record"
)

// synced takes over in memory what a committed transaction of sync wrote.
func (s *Store) synced(y *syncing) {
	if y.number != s.replica {
		s.joins.former = append(s.joins.former, s.replica)
		s.replica, s.joins.evicted = y.number, false
	}
	if y.meta != nil {
		s.joins.joined, s.joins.ahead = true, y.meta.Ahead
	}
	s.joins.evicted = s.joins.evicted || len(y.evicted) > 0
}

// manyLeads is how many new leads of one transaction the search is given in
// the background.
const manyLeads = 64

// writeSync writes what is no record of the CRM.
func (tx *Tx) writeSync() error {
	y := tx.sync
	tx.clock = max(tx.s.clock, y.clock)
	fresh := 0
	for _, im := range tx.order {
		if im.t.kind == crm.KindLead && im.merged != nil && im.rid == 0 {
			fresh++
		}
	}
	tx.op.Bulk = fresh >= manyLeads
	for id := range y.evicted {
		if _, err := tx.s.exec(tx.ctx, "INSERT INTO sync_evicted(id) VALUES (?) ON CONFLICT DO NOTHING", id[:]); err != nil {
			return err
		}
	}
	if tx.s.joins.evicted {
		for id, h := range y.saved {
			if h == nil {
				continue
			}
			if _, err := tx.s.exec(tx.ctx, "DELETE FROM sync_evicted WHERE id=?", id[:]); err != nil {
				return err
			}
		}
	}
	if len(y.strange) > 0 || y.open {
		if err := tx.guard(1); err != nil {
			return err
		}
		for id := range y.strange {
			if err := tx.writeStrange(id, y.saved[id]); err != nil {
				return err
			}
		}
		if err := tx.guard(0); err != nil {
			return err
		}
	}
	if y.meta == nil {
		return nil
	}
	_, err := tx.s.exec(tx.ctx, "INSERT INTO sync_meta(one,ahead,rest,sent) VALUES (1,?,?,?) ON CONFLICT(one) DO UPDATE SET ahead=excluded.ahead, rest=excluded.rest, sent=excluded.sent",
		y.meta.Ahead, y.meta.Rest, y.meta.Sent)
	return err
}

// mergedColumns are a record's in sync_records as the hub told it.
const mergedColumns = "id,kind,state,digest,hub,scopes,seq,waits,pending,whole,kept,conflicts"

const saveMergedSQL = "INSERT INTO sync_records(" + mergedColumns + `) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET
	state=excluded.state, digest=excluded.digest, hub=excluded.hub, scopes=excluded.scopes, seq=excluded.seq, waits=excluded.waits,
	pending=excluded.pending, whole=excluded.whole, kept=excluded.kept, conflicts=excluded.conflicts`

// mergedValues answers the values of mergedColumns from hub on.
func (tx *Tx) mergedValues(im *image) []any {
	return tx.heldValues(im.merged, len(im.kept), im.t.conflicts(&im.merged.State))
}

func (tx *Tx) heldValues(h *Held, kept, conflicts int) []any {
	var hub, waits any
	if h.Hub != nil {
		hub = h.Hub.Append(nil)
	}
	scopes := encodeScopes(h.Scopes)
	if h.waiting() {
		last := uint64(1)
		for _, w := range h.Waits {
			last = max(last, w.N)
		}
		waits = int64(last)
	}
	var pending []Wait
	if !slices.Equal(h.Waits, owned(&h.State, h.Hub, tx.sync.number)) {
		pending = append([]Wait{}, h.Waits...)
	}
	whole := 0
	if h.Whole {
		whole = 1
	}
	return []any{hub, scopes, optional(h.Seq), waits, optionalWaits(pending), optional(whole), optional(kept), optional(conflicts)}
}

// saveMerged writes the dots of a record on disk, and the values that its row
// doesn't hold.
func (tx *Tx) saveMerged(im *image) error {
	encoded := im.merged.State.Append(nil)
	args := append([]any{blob(im.id), int(im.t.kind), encoded, im.t.digest(im.after, encoded)}, tx.mergedValues(im)...)
	if err := tx.keepValues(im.id, tx.sync.kept[im.merged.ID], im.kept); err != nil {
		return err
	}
	_, err := tx.s.exec(tx.ctx, saveMergedSQL, args...)
	return err
}

// writeStrange writes a record of a kind that this program doesn't know, or
// takes it away.
func (tx *Tx) writeStrange(id record.ID, h *Held) error {
	if h == nil {
		return tx.eraseDots(text(id[:]))
	}
	if err := tx.keepValues(text(id[:]), 1, h.State.Fields); err != nil {
		return err
	}
	encoded := h.State.Append(nil)
	args := append([]any{id[:], int64(h.Kind), encoded, strangeDigest(encoded)}, tx.heldValues(h, len(h.State.Fields), 0)...)
	_, err := tx.s.exec(tx.ctx, saveMergedSQL, args...)
	return err
}

// takeOver writes what of a row's sets differs from what the hub told, and
// answers whether anything of the row does.
func (tx *Tx) takeOver(im *image) (differs bool, err error) {
	for _, set := range im.t.sets {
		before, after := elements(set, im.before), elements(set, im.after)
		for key := range before {
			if _, ok := after[key]; !ok {
				differs = true
				if err := tx.dropElement(set, im.rid, key); err != nil {
					return false, err
				}
			}
		}
		for key, value := range after {
			if old, had := before[key]; !had || old != value {
				differs = true
				if err := tx.putElement(set, im.rid, key, value); err != nil {
					return false, err
				}
			}
		}
	}
	return differs || im.differs(), nil
}

// differs says whether a record is to be another one than it is on disk.
func (im *image) differs() bool {
	if !im.before.IsValid() || im.gone || im.dead != im.dies {
		return true
	}
	for _, c := range im.t.columns {
		if c.fid != 0 && c.get(im.before) != c.get(im.after) {
			return true
		}
	}
	return slices.ContainsFunc(im.t.sets, func(s set) bool { return !maps.Equal(elements(s, im.before), elements(s, im.after)) })
}

// eraseGone takes the records that leave this replica off the disk. Their
// place in the table is free for others afterwards, so nothing may name it.
func (tx *Tx) eraseGone(ims []*image) error {
	leads := false
	for _, im := range ims {
		if !im.gone || im.rid == 0 {
			continue
		}
		if err := tx.eraseRow(im); err != nil {
			return fmt.Errorf("record %s: %w", im.id, err)
		}
		leads = leads || im.t.kind == crm.KindLead
		im.rid = 0
	}
	if !leads {
		return nil
	}
	_, err := tx.s.exec(tx.ctx, "DELETE FROM import_leads WHERE lead NOT IN (SELECT rid FROM leads)")
	return err
}

func (tx *Tx) eraseRow(im *image) error {
	for _, set := range im.t.sets {
		for key := range elements(set, im.before) {
			if err := tx.dropElement(set, im.rid, key); err != nil {
				return err
			}
		}
	}
	if _, err := tx.s.exec(tx.ctx, "DELETE FROM "+im.t.name+" WHERE rid=?", im.rid); err != nil {
		return err
	}
	switch e := im.before.Addr().Interface().(type) {
	case *crm.Activity:
		if err := tx.eraseFrom(im.rid, "DELETE FROM notes_queue WHERE activity=?", "DELETE FROM notes WHERE rowid=?"); err != nil {
			return err
		}
	case *crm.Lead:
		if err := tx.eraseLead(im, e); err != nil {
			return err
		}
	}
	return tx.eraseDots(im.id)
}

func (tx *Tx) eraseDots(id string) error {
	for _, query := range []string{"DELETE FROM sync_values WHERE record=?", "DELETE FROM sync_records WHERE id=?"} {
		if _, err := tx.s.exec(tx.ctx, query, blob(id)); err != nil {
			return err
		}
	}
	return nil
}

// pullDerived brings in what must be derived anew. Records come in any order:
// an activity before its lead, a lead before its contact or its stage.
func (tx *Tx) pullDerived() error {
	var contacts, leads []string
	for _, im := range slices.Clone(tx.order) {
		if !im.put || !im.differs() {
			continue
		}
		var err error
		switch im.t.kind {
		case crm.KindContact:
			if im.before.IsValid() {
				err = tx.markShownAs(im)
			} else {
				contacts = append(contacts, im.id)
			}
		case crm.KindLead:
			if im.before.IsValid() {
				im.mark("activity")
			} else {
				leads = append(leads, im.id)
			}
		case crm.KindMark, crm.KindActivity:
			err = tx.markLead(im.after.FieldByName("LeadID").String())
			if err == nil && im.before.IsValid() {
				err = tx.markLead(im.before.FieldByName("LeadID").String())
			}
		case crm.KindStage:
			if ref, known := tx.s.findRef(im.id); known && im.otherPipeline() {
				err = tx.markLeads("stage", "stage=?", ref)
			}
		case crm.KindSetting:
			err = tx.pullZone(im)
		}
		if err != nil {
			return err
		}
	}
	early, err := tx.named("SELECT person FROM leads WHERE person", contacts)
	if err != nil {
		return err
	}
	for id := range early {
		if err := tx.markLeads("contact", "person=?", blob(id)); err != nil {
			return err
		}
	}
	awaited, err := tx.named("SELECT merged_into FROM contacts WHERE merged_into", contacts)
	if err != nil {
		return err
	}
	for id := range awaited {
		if err := tx.markMerged(id); err != nil {
			return err
		}
	}
	tx.sync.early, err = tx.named("SELECT lead_id FROM activities WHERE lead_id", leads)
	if err != nil {
		return err
	}
	marked, err := tx.named("SELECT lead_id FROM marks WHERE lead_id", leads)
	for id := range marked {
		tx.sync.early[id] = true
	}
	return err
}

// otherPipeline says whether a stage changes what its leads derive from it: a
// new name or place in the row doesn't touch the thousands that stand there.
func (im *image) otherPipeline() bool {
	return im.gone || !im.before.IsValid() || im.before.FieldByName("PipelineID").String() != im.after.FieldByName("PipelineID").String()
}

// named answers which of the ids a query's condition finds.
func (tx *Tx) named(query string, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	for chunk := range slices.Chunk(ids, atOnce) {
		in, args := someOf(chunk, func(id string) any { return blob(id) })
		found, err := tx.recordIDs(query+in, args...)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			out[text(id[:])] = true
		}
	}
	return out, nil
}

// pullZone brings in the activities of a day, which end with it in the zone.
func (tx *Tx) pullZone(im *image) error {
	if im.id != NamedID(crm.KindSetting, SettingZone) {
		return nil
	}
	tx.sync.zone = true
	ims, err := tx.loadAll(tx.s.tables[crm.KindActivity], "due_day<>''")
	for _, a := range ims {
		a.mark("zone")
		if err == nil {
			err = tx.markLead(a.before.FieldByName("LeadID").String())
		}
	}
	return err
}

// zone answers the workspace's time zone as it will be.
func (tx *Tx) zone() *time.Location {
	if tx.sync == nil || !tx.sync.zone {
		return tx.s.Zone()
	}
	im := tx.images[imageKey{crm.KindSetting, NamedID(crm.KindSetting, SettingZone)}]
	name := defaultZone
	if !im.gone && !im.dies {
		name = im.after.Addr().Interface().(*crm.Setting).Value
	}
	return zoneOf(name)
}

// mayMake says whether a record may be made here. One that was dropped can't be
// made again under this replica's number: its writes would be taken for old
// ones. A glance at a lead is let go; for the rest, the answer is not_found.
func (tx *Tx) mayMake(t *table, id string) (bool, error) {
	if !tx.s.joins.evicted || tx.sync != nil {
		return true, nil
	}
	var n int
	if err := tx.s.row(tx.ctx, "SELECT EXISTS(SELECT 1 FROM sync_evicted WHERE id=?)", blob(id)).Scan(&n); err != nil || n == 0 {
		return err == nil, err
	}
	if t.kind == crm.KindMark {
		return false, nil
	}
	return false, crm.NewError(crm.CodeNotFound, "id", "id", id, "kind", t.name)
}

// noteWrites tells what an operation's writes mean for sync: that the fields
// wait, and that the values which they replaced are gone.
func (tx *Tx) noteWrites(im *image, row *syncRow, edit *recordEdit) error {
	if !tx.s.joins.joined {
		return nil
	}
	var wrote []Wait
	removed := false
	for _, f := range edit.Fields {
		removed = removed || len(f.New) == 0
		wrote = append(wrote, Wait{record.Key{ID: f.Fid, Sub: f.Sub}, f.N})
	}
	if n := edit.Died + edit.Revived; n > 0 {
		wrote = append(wrote, Wait{N: n})
	}
	if removed || row.pending != nil {
		told := owned(row.state, row.hub, tx.s.replica)
		waits := row.pending
		if waits == nil {
			waits = slices.Clone(told)
		}
		for _, w := range wrote {
			i, there := slices.BinarySearchFunc(waits, w, func(a, b Wait) int { return a.Key.Compare(b.Key) })
			if there {
				waits[i] = w
			} else {
				waits = slices.Insert(waits, i, w)
			}
		}
		if row.pending = waits; slices.Equal(waits, told) {
			row.pending = nil
		}
	}
	if row.kept == 0 && row.conflicts == 0 {
		return nil
	}
	for _, w := range wrote {
		done, err := tx.s.exec(tx.ctx, "DELETE FROM sync_values WHERE record=? AND fid=? AND sub=?", blob(im.id), int(w.Key.ID), w.Key.Sub)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return err
		}
		row.kept -= int(n)
	}
	full := row.state.Clone()
	if err := tx.fillFrom(im.id, reading{t: im.t, v: im.after}, full, row.kept); err != nil {
		return err
	}
	row.conflicts = im.t.conflicts(full)
	return nil
}

// forces says whether an element of a set is written though it stays the same.
func (im *image) forces(fid uint16) bool {
	for k := range im.forced {
		if k.ID == fid {
			return true
		}
	}
	return false
}
