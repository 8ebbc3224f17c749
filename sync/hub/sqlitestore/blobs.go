package sqlitestore

import (
	"database/sql"
	"slices"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

func (t *tx) Blobs(list []protocol.BlobID) (map[protocol.BlobID]hub.Blob, error) {
	out := make(map[protocol.BlobID]hub.Blob, len(list))
	return out, inBlobs(t, "SELECT blob,size,loose,puts FROM blobs WHERE ws=? AND blob IN", list, func(rows *sql.Rows) error {
		b, err := blob(rows)
		out[b.ID] = b
		return err
	})
}

func (t *tx) Loose(until int64, limit int) (out []hub.Blob, err error) {
	rows, err := t.query("SELECT blob,size,loose,puts FROM blobs WHERE ws=? AND loose>0 AND loose<=? ORDER BY loose,blob LIMIT ?", t.ws, until, limit)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(rows *sql.Rows) error {
		b, err := blob(rows)
		out = append(out, b)
		return err
	})
	return out, err
}

// blob reads a row of the blobs.
func blob(rows *sql.Rows) (b hub.Blob, err error) {
	var id, puts []byte
	if err := rows.Scan(&id, &b.Size, &b.Loose, &puts); err != nil {
		return b, err
	}
	b.ID = protocol.BlobID(id)
	for key := range slices.Chunk(puts, len([32]byte{})) {
		b.Puts = append(b.Puts, [32]byte(key))
	}
	return b, nil
}

func (t *tx) BlobBytes() (all, loose int64, err error) {
	_, err = t.scan("SELECT coalesce(sum(size),0), coalesce(sum(size) FILTER (WHERE loose>0),0) FROM blobs WHERE ws=?", []any{t.ws}, &all, &loose)
	return all, loose, err
}

func (t *tx) PutBlobs(list []hub.Blob) error {
	var values []any
	for i := range list {
		b := &list[i]
		puts := []byte{}
		for _, key := range b.Puts {
			puts = append(puts, key[:]...)
		}
		values = append(values, t.ws, b.ID[:], b.Size, b.Loose, puts)
	}
	return t.many("INSERT INTO blobs(ws,blob,size,loose,puts) VALUES", 5, values, " ON CONFLICT(ws,blob) DO UPDATE SET size=excluded.size, loose=excluded.loose, puts=excluded.puts")
}

func (t *tx) DropBlobs(list []protocol.BlobID) error {
	return inBlobs(t, "DELETE FROM blobs WHERE ws=? AND blob IN", list, nil)
}

func (t *tx) Named(list []record.ID) (map[record.ID][]hub.Name, error) {
	out := map[record.ID][]hub.Name{}
	return out, t.in("SELECT id,blob,word FROM names WHERE ws=? AND id IN", list, func(rows *sql.Rows) error {
		id, n, err := name(rows)
		out[id] = append(out[id], n)
		return err
	})
}

func (t *tx) Naming(list []protocol.BlobID) (map[protocol.BlobID][]hub.Naming, error) {
	out := map[protocol.BlobID][]hub.Naming{}
	return out, inBlobs(t, "SELECT id,blob,word FROM names WHERE ws=? AND blob IN", list, func(rows *sql.Rows) error {
		id, n, err := name(rows)
		out[n.Blob] = append(out[n.Blob], hub.Naming{Record: id, Word: n.Word})
		return err
	})
}

// name reads a row of who names what.
func name(rows *sql.Rows) (of record.ID, n hub.Name, err error) {
	var id, blob, word []byte
	if err := rows.Scan(&id, &blob, &word); err != nil {
		return of, n, err
	}
	return record.ID(id), hub.Name{Blob: protocol.BlobID(blob), Word: [32]byte(word)}, nil
}

func (t *tx) Name(list []hub.Names) error {
	ids := make([]record.ID, len(list))
	var values []any
	for i := range list {
		ids[i] = list[i].Record
		for j := range list[i].Blobs {
			n := &list[i].Blobs[j]
			values = append(values, t.ws, list[i].Record[:], n.Blob[:], n.Word[:])
		}
	}
	if err := t.in("DELETE FROM names WHERE ws=? AND id IN", ids, nil); err != nil {
		return err
	}
	return t.many("INSERT INTO names(ws,id,blob,word) VALUES", 4, values, "")
}

func inBlobs(t *tx, query string, list []protocol.BlobID, f func(*sql.Rows) error) error {
	return inIDs(t, query, list, func(id *protocol.BlobID) []byte { return id[:] }, f)
}
