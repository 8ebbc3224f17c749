package store

import (
	"slices"

	"patio/backend/crm"
	"patio/sync/record"
)

// Clean answers records beyond an id of which nothing waits, by id; at most
// limit. It sees nothing of what this transaction saves. All records are read by
// it now and then, so it asks for many at once.
func (x *SyncTx) Clean(after record.ID, limit int) ([]*Held, error) {
	tx := x.tx
	ids, rows, err := tx.cleanRows(after, limit)
	if err != nil {
		return nil, err
	}
	byKind := map[crm.Kind][]record.ID{}
	for i, id := range ids {
		kind := crm.Kind(rows[i].kind)
		byKind[kind] = append(byKind[kind], id)
	}
	for kind, list := range byKind {
		if err := tx.preload(tx.s.tables[kind], list); err != nil {
			return nil, err
		}
	}
	out := make([]*Held, len(ids))
	for i, id := range ids {
		if err := tx.fillValues(text(id[:]), rows[i]); err != nil {
			return nil, err
		}
		out[i] = rows[i].held(id, tx.sync.number)
	}
	return out, nil
}

func (tx *Tx) cleanRows(after record.ID, limit int) (ids []record.ID, list []*syncRow, err error) {
	rows, err := tx.s.stmt(tx.ctx, "SELECT "+syncRowColumns+" FROM sync_records WHERE id>? AND waits IS NULL ORDER BY id LIMIT ?", after[:], limit)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		id, r, err := scanSyncRow(rows.Scan)
		if err != nil {
			return nil, nil, err
		}
		ids, list = append(ids, id), append(list, r)
	}
	return ids, list, rows.Err()
}

// preload reads rows of one table so that load finds them.
func (tx *Tx) preload(t *table, ids []record.ID) error {
	if t == nil {
		return nil
	}
	for chunk := range slices.Chunk(ids, atOnce) {
		in, args := someOf(chunk, func(id record.ID) any { return id[:] })
		if _, err := tx.loadAll(t, "id"+in, args...); err != nil {
			return err
		}
	}
	return nil
}
