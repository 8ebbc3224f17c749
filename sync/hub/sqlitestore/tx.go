package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

type tx struct {
	ctx  context.Context
	line *line
	ws   []byte
	head hub.Head
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.line.exec(t.ctx, query, args...)
	return err
}

func (t *tx) query(query string, args ...any) (*sql.Rows, error) {
	return t.line.query(t.ctx, query, args...)
}

// scan reads one row, and answers false when there is none.
func (t *tx) scan(query string, args []any, dest ...any) (bool, error) {
	st, err := t.line.prepare(t.ctx, query)
	if err != nil {
		return false, err
	}
	err = st.QueryRowContext(t.ctx, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// readHead reads the workspace's row, which every transaction begins with.
func (t *tx) readHead() error {
	var epoch, past []byte
	var seq, token, number, grant int64
	h := &t.head
	there, err := t.scan("SELECT name,epoch,past,seq,token,hub,last_grant FROM workspaces WHERE ws=?", []any{t.ws}, &h.Name, &epoch, &past, &seq, &token, &number, &grant)
	if err != nil {
		return err
	}
	if !there {
		return hub.ErrNoWorkspace
	}
	h.Epoch, h.Seq, h.Token, h.Grant = record.ID(epoch), uint64(seq), uint64(token), uint64(grant)
	h.Hub = vv.Replica(number)
	h.Past = split(past)
	return nil
}

func (t *tx) Head() (hub.Head, error) {
	h := t.head
	h.Past = slices.Clone(h.Past)
	return h, nil
}

func (t *tx) SetHead(h hub.Head) error {
	if err := t.exec("UPDATE workspaces SET name=?,epoch=?,past=?,seq=?,token=?,hub=?,last_grant=? WHERE ws=?",
		h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant), t.ws); err != nil {
		return err
	}
	before := t.head.Seq
	if t.head = h; h.Seq == before {
		return nil
	}
	return t.exec("INSERT INTO commits(ws,seq,token) VALUES (?,?,?)", t.ws, int64(h.Seq), int64(h.Token))
}

func (t *tx) Token(seq uint64) (uint64, error) {
	var token int64
	_, err := t.scan("SELECT token FROM commits WHERE ws=? AND seq>=? ORDER BY seq LIMIT 1", []any{t.ws, int64(seq)}, &token)
	return uint64(token), err
}

func (t *tx) Records(list []record.ID) (map[record.ID]protocol.Row, error) {
	out := make(map[record.ID]protocol.Row, len(list))
	return out, t.in("SELECT seq,0,id,kind,scopes,seq,state FROM records WHERE ws=? AND id IN", list, func(rows *sql.Rows) error {
		c, err := change(rows)
		out[c.Row.ID] = c.Row
		return err
	})
}

func (t *tx) Children(list []record.ID) (map[record.ID][]record.ID, error) {
	out := map[record.ID][]record.ID{}
	return out, t.in("SELECT parent,child FROM refs WHERE ws=? AND parent IN", list, func(rows *sql.Rows) error {
		var parent, child []byte
		if err := rows.Scan(&parent, &child); err != nil {
			return err
		}
		out[record.ID(parent)] = append(out[record.ID(parent)], record.ID(child))
		return nil
	})
}

func (t *tx) Changed(scope record.ID, after uint64, limit int) (out []hub.Change, err error) {
	const row = ",r.id,r.kind,r.scopes,r.seq,r.state FROM "
	query, args := "SELECT p.seq,p.gone"+row+"places p CROSS JOIN records r ON r.ws=p.ws AND r.id=p.id WHERE p.ws=? AND p.scope=? AND p.seq>? ORDER BY p.seq LIMIT ?", []any{t.ws, scope[:], int64(after), limit}
	if scope == hub.Everything {
		query, args = "SELECT r.seq,0"+row+"records r WHERE r.ws=? AND r.seq>? ORDER BY r.seq LIMIT ?", []any{t.ws, int64(after), limit}
	}
	rows, err := t.query(query, args...)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(rows *sql.Rows) error {
		c, err := change(rows)
		out = append(out, c)
		return err
	})
	return out, err
}

// change reads a row of seq, gone and the columns of records.
func change(rows *sql.Rows) (c hub.Change, err error) {
	var id, scopes []byte
	var at, seq int64
	if err := rows.Scan(&at, &c.Left, &id, &c.Row.Kind, &scopes, &seq, &c.Row.State); err != nil {
		return c, err
	}
	c.At, c.Row.ID, c.Row.Scopes, c.Row.Seq = uint64(at), record.ID(id), split(scopes), uint64(seq)
	return c, nil
}

func (t *tx) Erased(after uint64) ([]record.ID, error) {
	rows, err := t.query("SELECT id FROM erased WHERE ws=? AND seq>? ORDER BY seq", t.ws, int64(after))
	if err != nil {
		return nil, err
	}
	return ids(rows)
}

func (t *tx) IsErased(list []record.ID) (map[record.ID]bool, error) {
	out := map[record.ID]bool{}
	return out, t.in("SELECT id FROM erased WHERE ws=? AND id IN", list, func(rows *sql.Rows) error {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return err
		}
		out[record.ID(id)] = true
		return nil
	})
}

func (t *tx) PutRecords(list []protocol.Row) error {
	var records, places []any
	for i := range list {
		r := &list[i]
		records = append(records, t.ws, r.ID[:], int64(r.Kind), joined(r.Scopes), int64(r.Seq), r.State)
		for _, scope := range r.Scopes {
			places = append(places, t.ws, r.ID[:], scope[:], int64(r.Seq), 0)
		}
	}
	if err := t.many("INSERT INTO records(ws,id,kind,scopes,seq,state) VALUES", 6, records,
		" ON CONFLICT(ws,id) DO UPDATE SET scopes=excluded.scopes, seq=excluded.seq, state=excluded.state"); err != nil {
		return err
	}
	return t.place(places)
}

func (t *tx) Leave(list []hub.Left) error {
	var places []any
	for i := range list {
		l := &list[i]
		places = append(places, t.ws, l.ID[:], l.Scope[:], int64(l.Seq), 1)
	}
	return t.place(places)
}

func (t *tx) place(places []any) error {
	return t.many("INSERT INTO places(ws,id,scope,seq,gone) VALUES", 5, places, " ON CONFLICT(ws,id,scope) DO UPDATE SET seq=excluded.seq, gone=excluded.gone")
}

func (t *tx) Refer(list []hub.Refs) error {
	children := make([]record.ID, len(list))
	var refs []any
	for i := range list {
		children[i] = list[i].Child
		for _, parent := range list[i].Parents {
			refs = append(refs, t.ws, list[i].Child[:], parent[:])
		}
	}
	if err := t.in("DELETE FROM refs WHERE ws=? AND child IN", children, nil); err != nil {
		return err
	}
	return t.many("INSERT INTO refs(ws,child,parent) VALUES", 3, refs, "")
}

func (t *tx) Erase(list []record.ID, seq uint64) error {
	var erased []any
	for i := range list {
		erased = append(erased, t.ws, list[i][:], int64(seq)+int64(i))
	}
	for _, query := range []string{"DELETE FROM records WHERE ws=? AND id IN", "DELETE FROM places WHERE ws=? AND id IN", "DELETE FROM refs WHERE ws=? AND child IN", "DELETE FROM names WHERE ws=? AND id IN"} {
		if err := t.in(query, list, nil); err != nil {
			return err
		}
	}
	return t.many("INSERT INTO erased(ws,id,seq) VALUES", 3, erased, " ON CONFLICT DO NOTHING")
}

func (t *tx) Device(replica vv.Replica) (*hub.Device, error) {
	return one[hub.Device](t, "SELECT device FROM devices WHERE ws=? AND replica=?", int64(replica))
}

func (t *tx) Devices() (out []hub.Device, err error) {
	rows, err := t.query("SELECT device FROM devices WHERE ws=? ORDER BY replica", t.ws)
	if err != nil {
		return nil, err
	}
	err = each(rows, func(rows *sql.Rows) error {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return err
		}
		out = append(out, hub.Device{})
		return cbor.Unmarshal(b, &out[len(out)-1])
	})
	return out, err
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
	there, err := t.scan(query, []any{t.ws, key}, &b)
	if err != nil || !there {
		return nil, err
	}
	v := new(T)
	return v, cbor.Unmarshal(b, v)
}
