package pgstore

import (
	"context"
	"errors"
	"slices"

	"github.com/fxamacker/cbor/v2"
	"github.com/jackc/pgx/v5"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

type tx struct {
	ctx context.Context
	tx  pgx.Tx
	ws  []byte
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.tx.Exec(t.ctx, query, args...)
	return err
}

func (t *tx) Head() (h hub.Head, err error) {
	var epoch, past []byte
	var seq, token, number, grant int64
	err = t.tx.QueryRow(t.ctx, "SELECT name,epoch,past,seq,token,hub,last_grant FROM workspaces WHERE ws=$1", t.ws).
		Scan(&h.Name, &epoch, &past, &seq, &token, &number, &grant)
	if err != nil {
		return h, err
	}
	h.Epoch, h.Seq, h.Token, h.Grant, h.Hub = record.ID(epoch), uint64(seq), uint64(token), uint64(grant), vv.Replica(number)
	for id := range slices.Chunk(past, len(h.Epoch)) {
		h.Past = append(h.Past, record.ID(id))
	}
	return h, nil
}

func (t *tx) SetHead(h hub.Head) error {
	var seq int64
	if err := t.tx.QueryRow(t.ctx, "SELECT seq FROM workspaces WHERE ws=$1", t.ws).Scan(&seq); err != nil {
		return err
	}
	if err := t.exec("UPDATE workspaces SET name=$2,epoch=$3,past=$4,seq=$5,token=$6,hub=$7,last_grant=$8 WHERE ws=$1",
		t.ws, h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant)); err != nil {
		return err
	}
	if h.Seq == uint64(seq) {
		return nil
	}
	return t.exec("INSERT INTO commits(ws,seq,token) VALUES ($1,$2,$3)", t.ws, int64(h.Seq), int64(h.Token))
}

func (t *tx) Token(seq uint64) (uint64, error) {
	var token int64
	err := t.tx.QueryRow(t.ctx, "SELECT token FROM commits WHERE ws=$1 AND seq>=$2 ORDER BY seq LIMIT 1", t.ws, int64(seq)).Scan(&token)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return uint64(token), err
}

func bytesOf(list []record.ID) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i][:]
	}
	return out
}

func (t *tx) Records(list []record.ID) (map[record.ID]protocol.Row, error) {
	rows, err := t.tx.Query(t.ctx, "SELECT id,kind,scope,seq,state,false FROM records WHERE ws=$1 AND id=ANY($2)", t.ws, bytesOf(list))
	found, err := records(rows, err)
	out := make(map[record.ID]protocol.Row, len(found))
	for _, r := range found {
		out[r.ID] = r
	}
	return out, err
}

func (t *tx) Changed(scope record.ID, after uint64, limit int) ([]protocol.Row, error) {
	rows, err := t.tx.Query(t.ctx, `
		(SELECT id,kind,scope,seq,state,false AS gone FROM records WHERE ws=$1 AND scope=$2 AND seq>$3 ORDER BY seq LIMIT $4)
		UNION ALL
		(SELECT id,0,scope,seq,''::bytea,true FROM lefts WHERE ws=$1 AND scope=$2 AND seq>$3 ORDER BY seq LIMIT $4)
		ORDER BY seq LIMIT $4`, t.ws, scope[:], int64(after), limit)
	return records(rows, err)
}

func records(rows pgx.Rows, failed error) ([]protocol.Row, error) {
	if failed != nil {
		return nil, failed
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (protocol.Row, error) {
		var r protocol.Row
		var id, scope []byte
		var kind, seq int64
		if err := row.Scan(&id, &kind, &scope, &seq, &r.State, &r.Left); err != nil {
			return r, err
		}
		r.ID, r.Kind, r.Scope, r.Seq = record.ID(id), uint32(kind), record.ID(scope), uint64(seq)
		return r, nil
	})
	if len(out) == 0 {
		return nil, err
	}
	return out, err
}

func (t *tx) Erased(after uint64) ([]record.ID, error) {
	rows, err := t.tx.Query(t.ctx, "SELECT id FROM erased WHERE ws=$1 AND seq>$2 ORDER BY seq", t.ws, int64(after))
	return ids(rows, err)
}

func (t *tx) IsErased(list []record.ID) (map[record.ID]bool, error) {
	rows, err := t.tx.Query(t.ctx, "SELECT id FROM erased WHERE ws=$1 AND id=ANY($2)", t.ws, bytesOf(list))
	found, err := ids(rows, err)
	out := make(map[record.ID]bool, len(found))
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// PutRecords sends all rows in one statement.
func (t *tx) PutRecords(list []protocol.Row) error {
	if len(list) == 0 {
		return nil
	}
	recordIDs, scopes, states := make([][]byte, len(list)), make([][]byte, len(list)), make([][]byte, len(list))
	kinds, seqs := make([]int64, len(list)), make([]int64, len(list))
	for i := range list {
		r := &list[i]
		recordIDs[i], scopes[i], states[i], kinds[i], seqs[i] = r.ID[:], r.Scope[:], r.State, int64(r.Kind), int64(r.Seq)
	}
	return t.exec(`INSERT INTO records(ws,id,kind,scope,seq,state)
		SELECT $1,* FROM unnest($2::bytea[],$3::bigint[],$4::bytea[],$5::bigint[],$6::bytea[])
		ON CONFLICT(ws,id) DO UPDATE SET scope=excluded.scope, seq=excluded.seq, state=excluded.state`, t.ws, recordIDs, kinds, scopes, seqs, states)
}

func (t *tx) Leave(scope, id record.ID, seq uint64) error {
	return t.exec("INSERT INTO lefts(ws,scope,id,seq) VALUES ($1,$2,$3,$4) ON CONFLICT(ws,scope,id) DO UPDATE SET seq=excluded.seq", t.ws, scope[:], id[:], int64(seq))
}

func (t *tx) Return(scope, id record.ID) error {
	return t.exec("DELETE FROM lefts WHERE ws=$1 AND scope=$2 AND id=$3", t.ws, scope[:], id[:])
}

func (t *tx) Erase(id record.ID, seq uint64) error {
	return errors.Join(
		t.exec("DELETE FROM records WHERE ws=$1 AND id=$2", t.ws, id[:]),
		t.exec("DELETE FROM lefts WHERE ws=$1 AND id=$2", t.ws, id[:]),
		t.exec("INSERT INTO erased(ws,id,seq) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING", t.ws, id[:], int64(seq)))
}

func (t *tx) Device(replica vv.Replica) (*hub.Device, error) {
	return one[hub.Device](t, "SELECT device FROM devices WHERE ws=$1 AND replica=$2", int64(replica))
}

func (t *tx) Devices() ([]hub.Device, error) {
	rows, err := t.tx.Query(t.ctx, "SELECT device FROM devices WHERE ws=$1 ORDER BY replica", t.ws)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d hub.Device, err error) {
		var b []byte
		if err := row.Scan(&b); err != nil {
			return d, err
		}
		return d, cbor.Unmarshal(b, &d)
	})
}

func (t *tx) PutDevice(d hub.Device) error {
	b, err := cbor.Marshal(d)
	if err != nil {
		return err
	}
	return t.exec("INSERT INTO devices(ws,replica,device) VALUES ($1,$2,$3) ON CONFLICT(ws,replica) DO UPDATE SET device=excluded.device", t.ws, int64(d.Replica), b)
}

func (t *tx) Invite(hash [32]byte) (*hub.Invite, error) {
	return one[hub.Invite](t, "SELECT invite FROM invites WHERE ws=$1 AND hash=$2", hash[:])
}

func (t *tx) PutInvite(i hub.Invite) error {
	b, err := cbor.Marshal(i)
	if err != nil {
		return err
	}
	return t.exec("INSERT INTO invites(ws,hash,invite) VALUES ($1,$2,$3) ON CONFLICT(ws,hash) DO UPDATE SET invite=excluded.invite", t.ws, i.Hash[:], b)
}

// one reads a value that is kept whole, nil when there is none.
func one[T any](t *tx, query string, key any) (*T, error) {
	var b []byte
	err := t.tx.QueryRow(t.ctx, query, t.ws, key).Scan(&b)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	return v, cbor.Unmarshal(b, v)
}
