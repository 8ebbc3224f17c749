package store

import (
	"errors"
	"slices"

	"patio/backend/crm"
	"patio/sync/record"
)

// Waiting answers records that wait to be pushed, the longest waiting first,
// beyond those that are named. It sees nothing of what this transaction saves.
func (x *SyncTx) Waiting(except map[record.ID]bool, limit int) ([]record.ID, error) {
	ids, err := x.tx.recordIDs("SELECT id FROM sync_records WHERE waits IS NOT NULL ORDER BY waits, id LIMIT ?", limit+len(except))
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id record.ID) bool { return except[id] })
	ids = ids[:min(len(ids), limit)]
	return ids, x.fetch(ids)
}

// Look reads records together that Held is about to be asked for.
func (x *SyncTx) Look(ids []record.ID) error {
	y := x.tx.sync
	unknown := slices.DeleteFunc(slices.Clone(ids), func(id record.ID) bool {
		_, saved := y.saved[id]
		_, known := y.there[id]
		return saved || known || y.fetched[id] != nil
	})
	if err := x.fetch(unknown); err != nil {
		return err
	}
	for _, id := range unknown {
		if y.fetched[id] == nil {
			y.there[id] = false
		}
	}
	return nil
}

// fetch reads records that are about to be asked for one by one, in few queries.
func (x *SyncTx) fetch(ids []record.ID) error {
	tx, kinds := x.tx, map[crm.Kind][]record.ID{}
	for chunk := range slices.Chunk(ids, atOnce) {
		if err := x.fetchRows(chunk, kinds); err != nil {
			return err
		}
	}
	for kind, ids := range kinds {
		if err := tx.preload(tx.s.tables[kind], ids); err != nil {
			return err
		}
	}
	return nil
}

func (x *SyncTx) fetchRows(ids []record.ID, kinds map[crm.Kind][]record.ID) error {
	in, args := someOf(ids, func(id record.ID) any { return id[:] })
	rows, err := x.tx.s.stmt(x.tx.ctx, "SELECT "+syncRowColumns+" FROM sync_records WHERE id"+in, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		id, r, err := scanSyncRow(rows.Scan)
		if err != nil {
			return err
		}
		x.tx.sync.fetched[id] = r
		kinds[crm.Kind(r.kind)] = append(kinds[crm.Kind(r.kind)], id)
	}
	return rows.Err()
}

func (tx *Tx) recordIDs(query string, args ...any) ([]record.ID, error) {
	rows, err := tx.s.stmt(tx.ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []record.ID
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if len(b) != 16 {
			return nil, crm.NewError(crm.CodeCorrupt, "", "table", "sync_records")
		}
		out = append(out, record.ID(b))
	}
	return out, rows.Err()
}

// distinctScopes jumps from one value of the index to the next: there are few
// of them, and the client asks with every answer.
const distinctScopes = `WITH RECURSIVE d(v) AS (SELECT min(scopes) FROM sync_records WHERE scopes IS NOT NULL
	UNION ALL SELECT (SELECT min(scopes) FROM sync_records WHERE scopes > d.v) FROM d WHERE d.v IS NOT NULL) SELECT v FROM d WHERE v IS NOT NULL`

// Outside answers the held records none of whose scopes is among these and of
// which nothing waits. A record that the hub never told waits.
func (x *SyncTx) Outside(scopes []record.ID) ([]record.ID, error) {
	tx := x.tx
	visible := func(list []record.ID) bool {
		return slices.ContainsFunc(list, func(id record.ID) bool { return slices.Contains(scopes, id) })
	}
	var out []record.ID
	for id, h := range tx.sync.saved {
		if h != nil && !h.waiting() && !visible(h.Scopes) {
			out = append(out, id)
		}
	}
	rows, err := tx.s.stmt(tx.ctx, distinctScopes)
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, b)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, b := range all {
		if visible(decodeScopes(b)) {
			continue
		}
		ids, err := tx.recordIDs("SELECT id FROM sync_records WHERE scopes=? AND waits IS NULL", b)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if _, saved := tx.sync.saved[id]; !saved {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

// Count answers how many records are held.
func (x *SyncTx) Count() (int, error) {
	var n int
	if err := x.tx.s.row(x.tx.ctx, "SELECT count(*) FROM sync_records").Scan(&n); err != nil {
		return 0, err
	}
	for id, h := range x.tx.sync.saved {
		if there := x.tx.sync.there[id]; there && h == nil {
			n--
		} else if !there && h != nil {
			n++
		}
	}
	return n, nil
}
