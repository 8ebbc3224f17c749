package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"patio/backend/crm"
)

// Import is a spreadsheet on its way in, as it is kept for after a kill. It is
// local to this device: the leads that it makes are synced, it is not.
type Import struct {
	ID     string
	Name   string          // the file's, as the user knows it
	State  string          // see Import*
	Spec   json.RawMessage // the importer's own: mapping, options, where the copy lies
	Row    int             // rows that are committed
	Total  int
	Counts json.RawMessage // the importer's own
	At     int64           // ms UTC of the beginning; the store sets it
}

// States of an import.
const (
	ImportRunning   = "running"
	ImportDone      = "done"
	ImportCancelled = "cancelled"
)

// SaveImport keeps an import outside an operation: its beginning and its end.
func (s *Store) SaveImport(ctx context.Context, im Import) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.fail("keep import", s.putImport(ctx, im))
}

// SetImport keeps how far an import is, in the transaction of its rows.
func (tx *Tx) SetImport(im Import) error { return tx.s.putImport(tx.ctx, im) }

func (s *Store) putImport(ctx context.Context, im Import) error {
	if s.readOnly != nil {
		return s.readOnly
	}
	if im.Counts == nil {
		im.Counts = json.RawMessage("{}")
	}
	_, err := s.exec(ctx, `INSERT INTO imports(id,name,state,spec,row,total,counts,at) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT(id) DO UPDATE SET state=excluded.state, row=excluded.row, counts=excluded.counts`,
		blob(im.ID), im.Name, im.State, string(im.Spec), im.Row, im.Total, string(im.Counts), s.now().UnixMilli())
	return err
}

// Imports answers the imports of this device, newest first.
func (s *Store) Imports(ctx context.Context) ([]Import, error) {
	rows, err := s.query(ctx, "SELECT id,name,state,spec,row,total,counts,at FROM imports ORDER BY at DESC,id DESC LIMIT 50")
	if err != nil {
		return nil, s.fail("read imports", err)
	}
	defer rows.Close()
	out := []Import{}
	for rows.Next() {
		var im Import
		var id []byte
		var spec, counts string
		if err := rows.Scan(&id, &im.Name, &im.State, &spec, &im.Row, &im.Total, &counts, &im.At); err != nil {
			return nil, s.fail("read imports", err)
		}
		im.ID, im.Spec, im.Counts = text(id), json.RawMessage(spec), json.RawMessage(counts)
		out = append(out, im)
	}
	return out, s.fail("read imports", rows.Err())
}

// RememberMapping keeps what the columns of a sheet meant, by the signature of
// its headers.
func (s *Store) RememberMapping(ctx context.Context, signature string, mapping json.RawMessage) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := s.exec(ctx, "INSERT INTO import_mappings(signature,mapping) VALUES (?,?) ON CONFLICT(signature) DO UPDATE SET mapping=excluded.mapping", signature, string(mapping))
	return s.fail("remember mapping", err)
}

// RememberedMapping answers it again, nil when there is none.
func (s *Store) RememberedMapping(ctx context.Context, signature string) (json.RawMessage, error) {
	var mapping string
	err := s.one(ctx, "SELECT mapping FROM import_mappings WHERE signature=?", []any{signature}, &mapping)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return json.RawMessage(mapping), s.fail("recall mapping", err)
}

// NotesOf answers the texts of a lead's notes.
func (tx *Tx) NotesOf(leadID string) ([]string, error) {
	var out []string
	for _, im := range tx.byLead[leadID] {
		if a, ok := im.after.Addr().Interface().(*crm.Activity); ok && a.Kind == crm.ActivityNote {
			out = append(out, a.Body)
		}
	}
	rows, err := tx.s.stmt(tx.ctx, "SELECT body FROM activities WHERE lead_id=? AND kind=? AND deleted=0", blob(leadID), crm.ActivityNote)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		out = append(out, body)
	}
	return out, rows.Err()
}
