package pgstore

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

func blobsOf(list []protocol.BlobID) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i][:]
	}
	return out
}

func (t *tx) Blobs(list []protocol.BlobID) (map[protocol.BlobID]hub.Blob, error) {
	rows, err := t.query("SELECT blob,size,loose,puts FROM blobs WHERE ws=$1 AND blob=ANY($2)", t.ws, blobsOf(list))
	found, err := blobRows(rows, err)
	out := make(map[protocol.BlobID]hub.Blob, len(found))
	for _, b := range found {
		out[b.ID] = b
	}
	return out, err
}

func (t *tx) Loose(until int64, limit int) ([]hub.Blob, error) {
	rows, err := t.query("SELECT blob,size,loose,puts FROM blobs WHERE ws=$1 AND loose>0 AND loose<=$2 ORDER BY loose,blob LIMIT $3", t.ws, until, limit)
	found, err := blobRows(rows, err)
	if len(found) == 0 {
		return nil, err
	}
	return found, err
}

func blobRows(rows pgx.Rows, failed error) ([]hub.Blob, error) {
	if failed != nil {
		return nil, failed
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b hub.Blob, err error) {
		var id, puts []byte
		if err := row.Scan(&id, &b.Size, &b.Loose, &puts); err != nil {
			return b, err
		}
		b.ID = protocol.BlobID(id)
		for key := range slices.Chunk(puts, len([32]byte{})) {
			b.Puts = append(b.Puts, [32]byte(key))
		}
		return b, nil
	})
}

func (t *tx) BlobBytes() (all, loose int64, err error) {
	_, err = t.scan("SELECT coalesce(sum(size),0)::bigint, coalesce(sum(size) FILTER (WHERE loose>0),0)::bigint FROM blobs WHERE ws=$1", []any{t.ws}, &all, &loose)
	return all, loose, err
}

func (t *tx) PutBlobs(list []hub.Blob) error {
	if len(list) == 0 {
		return nil
	}
	ids, puts := make([][]byte, len(list)), make([][]byte, len(list))
	sizes, loose := make([]int64, len(list)), make([]int64, len(list))
	for i := range list {
		b := &list[i]
		ids[i], sizes[i], loose[i], puts[i] = b.ID[:], b.Size, b.Loose, []byte{}
		for _, key := range b.Puts {
			puts[i] = append(puts[i], key[:]...)
		}
	}
	t.exec(`INSERT INTO blobs(ws,blob,size,loose,puts)
		SELECT $1,* FROM unnest($2::bytea[],$3::bigint[],$4::bigint[],$5::bytea[])
		ON CONFLICT(ws,blob) DO UPDATE SET size=excluded.size, loose=excluded.loose, puts=excluded.puts`, t.ws, ids, sizes, loose, puts)
	return nil
}

func (t *tx) DropBlobs(list []protocol.BlobID) error {
	t.exec("DELETE FROM blobs WHERE ws=$1 AND blob=ANY($2)", t.ws, blobsOf(list))
	return nil
}

func (t *tx) Named(list []record.ID) (map[record.ID][]hub.Name, error) {
	out := map[record.ID][]hub.Name{}
	return out, t.names("id=ANY($2)", bytesOf(list), func(id record.ID, n hub.Name) { out[id] = append(out[id], n) })
}

func (t *tx) Naming(list []protocol.BlobID) (map[protocol.BlobID][]hub.Naming, error) {
	out := map[protocol.BlobID][]hub.Naming{}
	return out, t.names("blob=ANY($2)", blobsOf(list), func(id record.ID, n hub.Name) {
		out[n.Blob] = append(out[n.Blob], hub.Naming{Record: id, Word: n.Word})
	})
}

// names calls f with who names what, by record and blob.
func (t *tx) names(where string, list [][]byte, f func(record.ID, hub.Name)) error {
	rows, err := t.query("SELECT id,blob,word FROM names WHERE ws=$1 AND "+where+" ORDER BY id,blob", t.ws, list)
	if err != nil {
		return err
	}
	var id, blob, word []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &blob, &word}, func() error {
		f(record.ID(id), hub.Name{Blob: protocol.BlobID(blob), Word: [32]byte(word)})
		return nil
	})
	return err
}

func (t *tx) Name(list []hub.Names) error {
	if len(list) == 0 {
		return nil
	}
	all := make([]record.ID, len(list))
	var ids, blobs, words [][]byte
	for i := range list {
		all[i] = list[i].Record
		for j := range list[i].Blobs {
			n := &list[i].Blobs[j]
			ids, blobs, words = append(ids, list[i].Record[:]), append(blobs, n.Blob[:]), append(words, n.Word[:])
		}
	}
	t.exec("DELETE FROM names WHERE ws=$1 AND id=ANY($2)", t.ws, bytesOf(all))
	t.exec("INSERT INTO names(ws,id,blob,word) SELECT $1,* FROM unnest($2::bytea[],$3::bytea[],$4::bytea[])", t.ws, ids, blobs, words)
	return nil
}
