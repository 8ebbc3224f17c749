package pgstore

import (
	"slices"

	"github.com/fxamacker/cbor/v2"
	"github.com/jackc/pgx/v5"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

type tx struct {
	*line
	ws   []byte
	head hub.Head
}

// readHead reads the workspace's row, which every transaction begins with.
func (t *tx) readHead(lock string) error {
	var epoch, past []byte
	var seq, token, number, grant int64
	h := &t.head
	there, err := t.scan("SELECT name,epoch,past,seq,token,hub,last_grant FROM workspaces WHERE ws=$1"+lock, []any{t.ws}, &h.Name, &epoch, &past, &seq, &token, &number, &grant)
	if err != nil {
		return err
	}
	if !there {
		return hub.ErrNoWorkspace
	}
	h.Epoch, h.Seq, h.Token, h.Grant, h.Hub = record.ID(epoch), uint64(seq), uint64(token), uint64(grant), vv.Replica(number)
	h.Past = split(past)
	return nil
}

func (t *tx) Head() (hub.Head, error) {
	h := t.head
	h.Past = slices.Clone(h.Past)
	return h, nil
}

func (t *tx) SetHead(h hub.Head) error {
	t.exec("UPDATE workspaces SET name=$2,epoch=$3,past=$4,seq=$5,token=$6,hub=$7,last_grant=$8 WHERE ws=$1",
		t.ws, h.Name, h.Epoch[:], joined(h.Past), int64(h.Seq), int64(h.Token), int64(h.Hub), int64(h.Grant))
	if h.Seq != t.head.Seq {
		t.exec("INSERT INTO commits(ws,seq,token) VALUES ($1,$2,$3)", t.ws, int64(h.Seq), int64(h.Token))
	}
	t.head = h
	return nil
}

func (t *tx) Token(seq uint64) (uint64, error) {
	var token int64
	_, err := t.scan("SELECT token FROM commits WHERE ws=$1 AND seq>=$2 ORDER BY seq LIMIT 1", []any{t.ws, int64(seq)}, &token)
	return uint64(token), err
}

func bytesOf(list []record.ID) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i][:]
	}
	return out
}

// Records are looked up one by one. A server plans these queries while its
// tables are empty, and keeps to that until its first ANALYZE: as a join, or as
// id=ANY, they read all records of the workspace each time. OFFSET 0 keeps them
// from being made a join again.
const (
	recordRow = ",r.id,r.kind,r.scopes,r.seq,r.state FROM "
	recordOf  = "LATERAL (SELECT * FROM records WHERE ws=$1 AND id="
)

func (t *tx) Records(list []record.ID) (map[record.ID]protocol.Row, error) {
	rows, err := t.query("SELECT r.seq,false"+recordRow+"unnest($2::bytea[]) AS x(id), "+recordOf+"x.id OFFSET 0) r", t.ws, bytesOf(list))
	found, err := changes(rows, err)
	out := make(map[record.ID]protocol.Row, len(found))
	for _, c := range found {
		out[c.Row.ID] = c.Row
	}
	return out, err
}

func (t *tx) Children(list []record.ID) (map[record.ID][]record.ID, error) {
	rows, err := t.query("SELECT r.parent,r.child FROM unnest($2::bytea[]) AS x(id), LATERAL (SELECT parent,child FROM refs WHERE ws=$1 AND parent=x.id OFFSET 0) r", t.ws, bytesOf(list))
	if err != nil {
		return nil, err
	}
	out := map[record.ID][]record.ID{}
	var parent, child []byte
	_, err = pgx.ForEachRow(rows, []any{&parent, &child}, func() error {
		out[record.ID(parent)] = append(out[record.ID(parent)], record.ID(child))
		return nil
	})
	return out, err
}

func (t *tx) Changed(scope record.ID, after uint64, limit int) ([]hub.Change, error) {
	if scope == hub.Everything {
		rows, err := t.query("SELECT r.seq,false"+recordRow+"records r WHERE r.ws=$1 AND r.seq>$2 ORDER BY r.seq LIMIT $3", t.ws, int64(after), limit)
		return changes(rows, err)
	}
	rows, err := t.query("SELECT p.seq,p.gone"+recordRow+"places p, "+recordOf+"p.id OFFSET 0) r WHERE p.ws=$1 AND p.scope=$2 AND p.seq>$3 ORDER BY p.seq LIMIT $4",
		t.ws, scope[:], int64(after), limit)
	return changes(rows, err)
}

// changes reads rows of seq, gone and the columns of records.
func changes(rows pgx.Rows, failed error) ([]hub.Change, error) {
	if failed != nil {
		return nil, failed
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c hub.Change, err error) {
		var id, scopes []byte
		var kind, seq, at int64
		if err := row.Scan(&at, &c.Left, &id, &kind, &scopes, &seq, &c.Row.State); err != nil {
			return c, err
		}
		c.At, c.Row.ID, c.Row.Kind, c.Row.Scopes, c.Row.Seq = uint64(at), record.ID(id), uint32(kind), split(scopes), uint64(seq)
		return c, nil
	})
	if len(out) == 0 {
		return nil, err
	}
	return out, err
}

func (t *tx) Erased(after uint64) ([]record.ID, error) {
	rows, err := t.query("SELECT id FROM erased WHERE ws=$1 AND seq>$2 ORDER BY seq", t.ws, int64(after))
	return ids(rows, err)
}

func (t *tx) IsErased(list []record.ID) (map[record.ID]bool, error) {
	rows, err := t.query("SELECT id FROM erased WHERE ws=$1 AND id=ANY($2)", t.ws, bytesOf(list))
	found, err := ids(rows, err)
	out := make(map[record.ID]bool, len(found))
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// PutRecords sends all rows in two statements.
func (t *tx) PutRecords(list []protocol.Row) error {
	recordIDs, scopes, states := make([][]byte, len(list)), make([][]byte, len(list)), make([][]byte, len(list))
	kinds, seqs := make([]int64, len(list)), make([]int64, len(list))
	var in []hub.Left
	for i := range list {
		r := &list[i]
		recordIDs[i], scopes[i], states[i], kinds[i], seqs[i] = r.ID[:], joined(r.Scopes), r.State, int64(r.Kind), int64(r.Seq)
		for _, scope := range r.Scopes {
			in = append(in, hub.Left{Scope: scope, ID: r.ID, Seq: r.Seq})
		}
	}
	t.exec(`INSERT INTO records(ws,id,kind,scopes,seq,state)
		SELECT $1,* FROM unnest($2::bytea[],$3::bigint[],$4::bytea[],$5::bigint[],$6::bytea[])
		ON CONFLICT(ws,id) DO UPDATE SET scopes=excluded.scopes, seq=excluded.seq, state=excluded.state`, t.ws, recordIDs, kinds, scopes, seqs, states)
	t.place(in, false)
	return nil
}

func (t *tx) Leave(list []hub.Left) error {
	t.place(list, true)
	return nil
}

// place says that records are in scopes, or left them.
func (t *tx) place(list []hub.Left, gone bool) {
	recordIDs, scopes, seqs := make([][]byte, len(list)), make([][]byte, len(list)), make([]int64, len(list))
	for i := range list {
		l := &list[i]
		recordIDs[i], scopes[i], seqs[i] = l.ID[:], l.Scope[:], int64(l.Seq)
	}
	if len(list) == 0 {
		return
	}
	t.exec(`INSERT INTO places(ws,id,scope,seq,gone)
		SELECT $1,*,$5 FROM unnest($2::bytea[],$3::bytea[],$4::bigint[])
		ON CONFLICT(ws,id,scope) DO UPDATE SET seq=excluded.seq, gone=excluded.gone`, t.ws, recordIDs, scopes, seqs, gone)
}

// Refer asks nothing first, and leaves what stays as it is: most records refer to
// whom they always did. A statement a child is planned by its key alone; one of
// them all would read the table until its first ANALYZE.
func (t *tx) Refer(list []hub.Refs) error {
	var children, parents [][]byte
	for i := range list {
		r := &list[i]
		t.exec("DELETE FROM refs WHERE ws=$1 AND child=$2 AND parent<>ALL($3)", t.ws, r.Child[:], bytesOf(r.Parents))
		for j := range r.Parents {
			children, parents = append(children, r.Child[:]), append(parents, r.Parents[j][:])
		}
	}
	if len(children) > 0 {
		t.exec("INSERT INTO refs(ws,child,parent) SELECT $1,* FROM unnest($2::bytea[],$3::bytea[]) ON CONFLICT DO NOTHING", t.ws, children, parents)
	}
	return nil
}

func (t *tx) Erase(list []record.ID, seq uint64) error {
	gone, seqs := bytesOf(list), make([]int64, len(list))
	for i := range seqs {
		seqs[i] = int64(seq) + int64(i)
	}
	t.exec("DELETE FROM records WHERE ws=$1 AND id=ANY($2)", t.ws, gone)
	t.exec("DELETE FROM places WHERE ws=$1 AND id=ANY($2)", t.ws, gone)
	t.exec("DELETE FROM refs WHERE ws=$1 AND child=ANY($2)", t.ws, gone)
	t.exec("DELETE FROM names WHERE ws=$1 AND id=ANY($2)", t.ws, gone)
	t.exec("INSERT INTO erased(ws,id,seq) SELECT $1,* FROM unnest($2::bytea[],$3::bigint[]) ON CONFLICT DO NOTHING", t.ws, gone, seqs)
	return nil
}

func (t *tx) Device(replica vv.Replica) (*hub.Device, error) {
	return one[hub.Device](t, "SELECT device FROM devices WHERE ws=$1 AND replica=$2", int64(replica))
}

func (t *tx) Devices() ([]hub.Device, error) {
	rows, err := t.query("SELECT device FROM devices WHERE ws=$1 ORDER BY replica", t.ws)
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
	t.exec("INSERT INTO devices(ws,replica,device) VALUES ($1,$2,$3) ON CONFLICT(ws,replica) DO UPDATE SET device=excluded.device", t.ws, int64(d.Replica), b)
	return nil
}

func (t *tx) Invite(hash [32]byte) (*hub.Invite, error) {
	return one[hub.Invite](t, "SELECT invite FROM invites WHERE ws=$1 AND hash=$2", hash[:])
}

func (t *tx) PutInvite(i hub.Invite) error {
	b, err := cbor.Marshal(i)
	if err != nil {
		return err
	}
	t.exec("INSERT INTO invites(ws,hash,invite) VALUES ($1,$2,$3) ON CONFLICT(ws,hash) DO UPDATE SET invite=excluded.invite", t.ws, i.Hash[:], b)
	return nil
}

// one reads a value that is kept whole, nil when there is none.
func one[T any](t *tx, query string, key any) (*T, error) {
	var b []byte
	if there, err := t.scan(query, []any{t.ws, key}, &b); err != nil || !there {
		return nil, err
	}
	v := new(T)
	return v, cbor.Unmarshal(b, v)
}
