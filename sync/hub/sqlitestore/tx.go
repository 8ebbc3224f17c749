package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

type tx struct {
	ctx context.Context
	tx  *sql.Tx
	ws  []byte
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return err
}

func (t *tx) Head() (h hub.Head, err error) {
	var epoch, past []byte
	var seq, token, number, grant int64
	err = t.tx.QueryRowContext(t.ctx, "SELECT name,epoch,past,seq,token,hub,last_grant FROM workspaces WHERE ws=?", t.ws).
		Scan(&h.Name, &epoch, &past, &seq, &token, &number, &grant)
	if err != nil {
		return h, err
	}
	h.Epoch, h.Seq, h.Token, h.Grant = record.ID(epoch), uint64(seq), uint64(token), uint64(grant)
	h.Hub = vv.Replica(number)
	for id := range slices.Chunk(past, len(h.Epoch)) {
		h.Past = append(h.Past, record.ID(id))
	}
	return h, nil
}

func (t *tx) SetHead(h hub.Head) error {
	var seq int64
	if err := t.tx.QueryRowContext(t.ctx, "SELECT seq FROM workspaces WHERE ws=?", t.ws).Scan(&seq); err != nil {
		return err
	}
	if err := t.exec("UPDATE workspaces SET name=?,epoch=?,past=?,seq=?,token=?,hub=?,last_grant=? WHERE ws=?",
		h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant), t.ws); err != nil {
		return err
	}
	if h.Seq == uint64(seq) {
		return nil
	}
	return t.exec("INSERT INTO commits(ws,seq,token) VALUES (?,?,?)", t.ws, int64(h.Seq), int64(h.Token))
}

func (t *tx) Token(seq uint64) (uint64, error) {
	var token int64
	err := t.tx.QueryRowContext(t.ctx, "SELECT token FROM commits WHERE ws=? AND seq>=? ORDER BY seq LIMIT 1", t.ws, int64(seq)).Scan(&token)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return uint64(token), err
}

// marks writes n question marks, and their arguments behind the workspace's.
func (t *tx) marks(list []record.ID) (string, []any) {
	args := make([]any, 0, len(list)+1)
	args = append(args, t.ws)
	for i := range list {
		args = append(args, list[i][:])
	}
	return strings.TrimSuffix(strings.Repeat("?,", len(list)), ","), args
}

func (t *tx) Records(list []record.ID) (map[record.ID]protocol.Row, error) {
	marks, args := t.marks(list)
	rows, err := t.tx.QueryContext(t.ctx, "SELECT id,kind,scope,seq,state,0 FROM records WHERE ws=? AND id IN ("+marks+")", args...)
	found, err := records(rows, err)
	out := make(map[record.ID]protocol.Row, len(found))
	for _, r := range found {
		out[r.ID] = r
	}
	return out, err
}

func (t *tx) Changed(scope record.ID, after uint64, limit int) ([]protocol.Row, error) {
	rows, err := t.tx.QueryContext(t.ctx, `SELECT id,kind,scope,seq,state,0 FROM (SELECT * FROM records WHERE ws=?1 AND scope=?2 AND seq>?3 ORDER BY seq LIMIT ?4)
		UNION ALL SELECT id,0,scope,seq,x'',1 FROM (SELECT * FROM lefts WHERE ws=?1 AND scope=?2 AND seq>?3 ORDER BY seq LIMIT ?4)
		ORDER BY seq LIMIT ?4`, t.ws, scope[:], int64(after), limit)
	return records(rows, err)
}

func records(rows *sql.Rows, failed error) (out []protocol.Row, err error) {
	if failed != nil {
		return nil, failed
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r protocol.Row
		var id, scope []byte
		var seq int64
		if err := rows.Scan(&id, &r.Kind, &scope, &seq, &r.State, &r.Left); err != nil {
			return nil, err
		}
		r.ID, r.Scope, r.Seq = record.ID(id), record.ID(scope), uint64(seq)
		out = append(out, r)
	}
	return out, rows.Err()
}

func (t *tx) Erased(after uint64) ([]record.ID, error) {
	rows, err := t.tx.QueryContext(t.ctx, "SELECT id FROM erased WHERE ws=? AND seq>? ORDER BY seq", t.ws, int64(after))
	if err != nil {
		return nil, err
	}
	return ids(rows)
}

func (t *tx) IsErased(list []record.ID) (map[record.ID]bool, error) {
	marks, args := t.marks(list)
	rows, err := t.tx.QueryContext(t.ctx, "SELECT id FROM erased WHERE ws=? AND id IN ("+marks+")", args...)
	if err != nil {
		return nil, err
	}
	found, err := ids(rows)
	out := make(map[record.ID]bool, len(found))
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

func (t *tx) PutRecords(list []protocol.Row) error {
	st, err := t.tx.PrepareContext(t.ctx, `INSERT INTO records(ws,id,kind,scope,seq,state) VALUES (?,?,?,?,?,?)
		ON CONFLICT(ws,id) DO UPDATE SET scope=excluded.scope, seq=excluded.seq, state=excluded.state`)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		if _, err := st.ExecContext(t.ctx, t.ws, r.ID[:], int64(r.Kind), r.Scope[:], int64(r.Seq), r.State); err != nil {
			return errors.Join(err, st.Close())
		}
	}
	return st.Close()
}

func (t *tx) Leave(scope, id record.ID, seq uint64) error {
	return t.exec("INSERT INTO lefts(ws,scope,id,seq) VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET seq=excluded.seq", t.ws, scope[:], id[:], int64(seq))
}

func (t *tx) Return(scope, id record.ID) error {
	return t.exec("DELETE FROM lefts WHERE ws=? AND scope=? AND id=?", t.ws, scope[:], id[:])
}

func (t *tx) Erase(id record.ID, seq uint64) error {
	return errors.Join(
		t.exec("DELETE FROM records WHERE ws=? AND id=?", t.ws, id[:]),
		t.exec("DELETE FROM lefts WHERE ws=? AND id=?", t.ws, id[:]),
		t.exec("INSERT INTO erased(ws,id,seq) VALUES (?,?,?) ON CONFLICT DO NOTHING", t.ws, id[:], int64(seq)))
}

func (t *tx) Device(replica vv.Replica) (*hub.Device, error) {
	return one[hub.Device](t, "SELECT device FROM devices WHERE ws=? AND replica=?", int64(replica))
}

func (t *tx) Devices() (out []hub.Device, err error) {
	rows, err := t.tx.QueryContext(t.ctx, "SELECT device FROM devices WHERE ws=? ORDER BY replica", t.ws)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var b []byte
		var d hub.Device
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if err := cbor.Unmarshal(b, &d); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

func (t *tx) PutDevice(d hub.Device) error {
	b, err := cbor.Marshal(d)
	if err != nil {
		return err
	}
	return t.exec("INSERT INTO devices(ws,replica,device) VALUES (?,?,?) ON CONFLICT DO UPDATE SET device=excluded.device", t.ws, int64(d.Replica), b)
}

func (t *tx) Invite(hash [32]byte) (*hub.Invite, error) {
	return one[hub.Invite](t, "SELECT invite FROM invites WHERE ws=? AND hash=?", hash[:])
}

func (t *tx) PutInvite(i hub.Invite) error {
	b, err := cbor.Marshal(i)
	if err != nil {
		return err
	}
	return t.exec("INSERT INTO invites(ws,hash,invite) VALUES (?,?,?) ON CONFLICT DO UPDATE SET invite=excluded.invite", t.ws, i.Hash[:], b)
}

// one reads a value that is kept whole, nil when there is none.
func one[T any](t *tx, query string, key any) (*T, error) {
	var b []byte
	err := t.tx.QueryRowContext(t.ctx, query, t.ws, key).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	return v, cbor.Unmarshal(b, v)
}
