package store

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"patio/backend/crm"
	"patio/sync/vv"
)

// changeLog is what an operation did, for undo and audit. Made records are
// kept as bare ids: an import makes a hundred thousand.
type changeLog struct {
	Replica vv.Replica    `json:"replica"` // whose writes the n below are
	Made    []madeRecords `json:"made,omitempty"`
	Edits   []recordEdit  `json:"edits,omitempty"`
}

// madeRecords are the records of one kind that the operation made.
type madeRecords struct {
	Kind  int    `json:"kind"`
	IDs   []byte `json:"ids"`   // 16 bytes each
	First uint64 `json:"first"` // the writes of the operation: [First, Last]
	Last  uint64 `json:"last"`
}

// recordEdit is what happened to one record.
type recordEdit struct {
	Kind    int         `json:"kind"`
	ID      string      `json:"id"`
	Fields  []fieldEdit `json:"fields,omitempty"`
	Died    uint64      `json:"died,omitempty"`    // the deleting write's n
	Revived uint64      `json:"revived,omitempty"` // the reviving write's n
}

// fieldEdit is one register or one element of a set, old and new. An element
// that was or becomes absent has no Old or New.
type fieldEdit struct {
	Fid uint16   `json:"fid"`
	Sub string   `json:"sub,omitempty"`
	N   uint64   `json:"n"`
	Old []string `json:"old,omitempty"`
	New []string `json:"new,omitempty"`
}

func (e *recordEdit) has(fid uint16) bool {
	for _, f := range e.Fields {
		if f.Fid == fid {
			return true
		}
	}
	return false
}

func (l *changeLog) empty() bool { return len(l.Made) == 0 && len(l.Edits) == 0 }

// made notes a new record. Events are not undone: history stays.
func (l *changeLog) made(im *image, first, last uint64) {
	if im.t.kind == crm.KindEvent {
		return
	}
	for i := range l.Made {
		if l.Made[i].Kind == int(im.t.kind) {
			l.Made[i].IDs = append(l.Made[i].IDs, blob(im.id)...)
			l.Made[i].Last = last
			return
		}
	}
	l.Made = append(l.Made, madeRecords{Kind: int(im.t.kind), IDs: blob(im.id), First: first, Last: last})
}

func (l *changeLog) edited(e recordEdit) { l.Edits = append(l.Edits, e) }

// undoKinds of an operation.
const (
	undoNever = 0
	undoable  = 1
	undoUndo  = 2
)

// writeOperation appends the operation to the audit chain.
func (tx *Tx) writeOperation() error {
	if tx.log.empty() {
		return nil
	}
	tx.log.Replica = tx.s.replica
	changes, err := json.Marshal(tx.log)
	if err != nil {
		return err
	}
	params, err := json.Marshal(tx.op.Params)
	if err != nil {
		return err
	}
	user, err := tx.s.ref(tx.ctx, tx.User)
	if err != nil {
		return err
	}
	var seq int64
	var prev []byte
	err = tx.s.row(tx.ctx, "SELECT seq,chain FROM operations ORDER BY seq DESC LIMIT 1").Scan(&seq, &prev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	seq++
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	digest := sha256.Sum256(append(salt[:16:16], changes...))
	kind := undoable
	var undoes any
	switch {
	case tx.op.NoUndo:
		kind = undoNever
	case tx.op.redo:
		undoes = tx.op.undoes
	case tx.op.undoes != 0:
		kind, undoes = undoUndo, tx.op.undoes
	}
	_, err = tx.s.exec(tx.ctx, `INSERT INTO operations(seq,id,label,params,user,at,grp,undo,undoes,last_n,changes,salt,digest,chain)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`, seq, blob(tx.opID), tx.op.Label, string(params), user, tx.Now, blob(tx.op.Group), kind, undoes, int64(tx.n),
		changes, salt, digest[:], chain(prev, seq, tx.opID, tx.op.Label, user, tx.Now, digest[:]))
	if err == nil && tx.op.undoes != 0 {
		_, err = tx.s.exec(tx.ctx, "UPDATE operations SET undone=? WHERE seq=?", seq, tx.op.undoes)
	}
	return err
}

// chain hashes an operation's facts onto the one before: a row that was
// changed or taken out afterwards breaks every later link. It covers the
// digest, not the values, so that a purge can clear them.
func chain(prev []byte, seq int64, id, label string, user, at int64, digest []byte) []byte {
	b := append([]byte(nil), prev...)
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
	b = append(b, blob(id)...)
	b = binary.AppendUvarint(b, uint64(len(label)))
	b = append(b, label...)
	b = binary.BigEndian.AppendUint64(b, uint64(user))
	b = binary.BigEndian.AppendUint64(b, uint64(at))
	sum := sha256.Sum256(append(b, digest...))
	return sum[:]
}

// fieldChanges turns an edit into what the timeline shows, by json name.
// A move within a stage shows nothing.
func (t *table) fieldChanges(e recordEdit, prefix string) []crm.FieldChange {
	var out []crm.FieldChange
	for _, f := range e.Fields {
		i := 0
		for _, c := range t.columns {
			if c.fid != f.Fid {
				continue
			}
			if f.Old[i] != f.New[i] && c.json != "rank" && c.json != "stageSince" {
				out = append(out, crm.FieldChange{Field: prefix + c.json, Old: f.Old[i], New: f.New[i]})
			}
			i++
		}
		for _, s := range t.sets {
			if s.fid != f.Fid {
				continue
			}
			if s.of == ofValues {
				out = append(out, crm.FieldChange{Field: prefix + s.json + "." + f.Sub, Old: only(f.Old), New: only(f.New)})
				continue
			}
			if len(f.Old) > 0 && len(f.New) > 0 {
				continue
			}
			ch := crm.FieldChange{Field: prefix + s.json}
			if len(f.Old) > 0 {
				ch.Old = f.Sub
			} else {
				ch.New = f.Sub
			}
			out = append(out, ch)
		}
	}
	return out
}

// only answers the text of a register of one, "" of none.
func only(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// each calls f with every id.
func (m madeRecords) each(f func(id string) error) error {
	for i := 0; i+16 <= len(m.IDs); i += 16 {
		if err := f(text(m.IDs[i : i+16])); err != nil {
			return err
		}
	}
	return nil
}

// Differences tells, as a timeline would, what f changes of an entity.
func Differences[T any](entity T, f func(*T)) []crm.FieldChange {
	v := reflect.ValueOf(&entity).Elem()
	after := clone(v)
	f(after.Addr().Interface().(*T))
	for _, t := range registry() {
		if t.typ != v.Type() {
			continue
		}
		return t.differences(v, after)
	}
	return nil
}

func (t *table) differences(before, after reflect.Value) []crm.FieldChange {
	out := []crm.FieldChange{}
	for _, c := range t.columns {
		if was, is := c.get(before), c.get(after); was != is {
			out = append(out, crm.FieldChange{Field: c.json, Old: was, New: is})
		}
	}
	for _, s := range t.sets {
		was, is := elements(s, before), elements(s, after)
		for _, key := range sorted(is) {
			if s.of == ofValues {
				if was[key] != is[key] {
					out = append(out, crm.FieldChange{Field: s.json + "." + key, Old: was[key], New: is[key]})
				}
				continue
			}
			if _, had := was[key]; !had {
				out = append(out, crm.FieldChange{Field: s.json, New: key})
			}
		}
	}
	return out
}

// Restore takes back what changes made of an entity, as Differences told them,
// as far as it still is what they made of it.
func Restore[T any](entity *T, changes []crm.FieldChange) {
	v := reflect.ValueOf(entity).Elem()
	for _, t := range registry() {
		if t.typ == v.Type() {
			t.restore(v, changes)
		}
	}
}

func (t *table) restore(v reflect.Value, changes []crm.FieldChange) {
	for _, ch := range changes {
		for _, c := range t.columns {
			if c.json == ch.Field && c.get(v) == ch.New {
				c.put(v, ch.Old)
			}
		}
		for _, s := range t.sets {
			id, ofField := strings.CutPrefix(ch.Field, s.json+".")
			switch {
			case s.of == ofValues && ofField && elements(s, v)[id] == ch.New:
				reverseElement(v.Field(s.field), fieldEdit{Sub: id, Old: []string{ch.Old}})
			case s.of != ofValues && s.json == ch.Field && ch.Old == "":
				reverseElement(v.Field(s.field), fieldEdit{Sub: ch.New})
			}
		}
	}
}
