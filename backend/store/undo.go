package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// Undo is a new write that touches only what the operation left untouched by
// others since, and counts what it skipped. It survives a restart.

// undoDays is how long an operation can be undone.
const undoDays = 30

// undoSince answers since when operations can be undone, in ms UTC.
func (s *Store) undoSince() int64 { return s.now().AddDate(0, 0, -undoDays).UnixMilli() }

// maxDoneIDs is how many records an answer names.
const maxDoneIDs = 100

// Labels of the operations that undo and redo.
const (
	labelUndo = "undo"
	labelRedo = "redo"
)

// LabelImport is the label of an import's operations. The leads of one come and
// go as a whole: no history of theirs tells it.
const LabelImport = "import"

// past is an operation as the log keeps it.
type past struct {
	seq     int64
	label   string
	params  map[string]string
	grp     []byte
	changes []byte
}

// Undo takes back the last operation of this device that was not undone yet,
// with its whole group. Errors: undo.nothing. progress may be nil.
func (s *Store) Undo(ctx context.Context, progress func(done, total int)) (crm.Done, error) {
	return s.takeLast(ctx, labelUndo, crm.CodeNothingToUndo, progress, "undo=1 AND undone IS NULL AND at>?", s.undoSince())
}

// UndoGroup takes back all operations of a group that were not undone yet,
// such as an import, whatever was done since. Errors: undo.nothing.
func (s *Store) UndoGroup(ctx context.Context, group string, progress func(done, total int)) (crm.Done, error) {
	if err := CheckID("group", group); err != nil {
		return crm.Done{}, err
	}
	return s.takeLast(ctx, labelUndo, crm.CodeNothingToUndo, progress, "grp=? AND undo=1 AND undone IS NULL AND at>?", blob(group), s.undoSince())
}

// Redo takes back the last undo, as long as nothing else was done since.
// Errors: redo.nothing.
func (s *Store) Redo(ctx context.Context, progress func(done, total int)) (crm.Done, error) {
	return s.takeLast(ctx, labelRedo, crm.CodeNothingToRedo, progress,
		"undo=2 AND undone IS NULL AND seq>(SELECT coalesce(max(seq),0) FROM operations WHERE undo=1 AND undoes IS NULL)")
}

// errTaken: somebody else took the operation back first.
var errTaken = errors.New("taken back already")

// takeLast takes back the last operation that a condition names; code answers
// that there is none. Two who ask at once take two operations.
func (s *Store) takeLast(ctx context.Context, label string, code crm.Code, progress func(done, total int), where string, args ...any) (crm.Done, error) {
	for {
		last, err := s.lastOperation(ctx, where, args...)
		if err != nil {
			return crm.Done{}, err
		}
		if last == nil {
			return crm.Done{}, crm.NewError(code, "")
		}
		done, err := s.takeBack(ctx, last, label, progress)
		if !errors.Is(err, errTaken) {
			return done, err
		}
	}
}

const pastColumns = "seq,label,params,grp,changes"

func (s *Store) lastOperation(ctx context.Context, where string, args ...any) (*past, error) {
	list, err := s.operations(ctx, where+" ORDER BY seq DESC LIMIT 1", args...)
	if err != nil || len(list) == 0 {
		return nil, s.fail("read operations", err)
	}
	return &list[0], nil
}

func (s *Store) operations(ctx context.Context, where string, args ...any) ([]past, error) {
	rows, err := s.query(ctx, "SELECT "+pastColumns+" FROM operations WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []past
	for rows.Next() {
		var p past
		var params string
		if err := rows.Scan(&p.seq, &p.label, &params, &p.grp, &p.changes); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(params), &p.params); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// takeBack reverses an operation, or all of its group from last to first,
// each in a transaction of its own: after a kill the next undo goes on.
func (s *Store) takeBack(ctx context.Context, last *past, label string, progress func(done, total int)) (crm.Done, error) {
	list := []past{*last}
	group := ""
	if last.grp != nil {
		var err error
		if list, err = s.operations(ctx, "grp=? AND undone IS NULL ORDER BY seq DESC", last.grp); err != nil {
			return crm.Done{}, s.fail("read group", err)
		}
		group = s.NewID()
	}
	var out crm.Done
	skipped := 0
	for i, p := range list {
		params := maps.Clone(p.params)
		if params == nil {
			params = map[string]string{}
		}
		if _, again := params["label"]; !again {
			params["label"] = p.label
		}
		delete(params, "skipped")
		if all, ok := list[0].params["count"]; ok && group != "" {
			params["count"] = all // the last one counts those before it, too
		}
		op := Op{Label: label, Params: params, Group: group, Quiet: params["label"] == LabelImport, undoes: p.seq, redo: label == labelRedo}
		done, err := s.Transact(ctx, op, func(tx *Tx) error {
			var taken bool
			if err := tx.s.row(ctx, "SELECT undone IS NOT NULL FROM operations WHERE seq=?", p.seq).Scan(&taken); err != nil {
				return err
			}
			if taken {
				return errTaken
			}
			n, err := tx.reverse(p)
			skipped += n
			if skipped > 0 {
				params["skipped"] = strconv.Itoa(skipped)
			}
			return err
		})
		if err != nil {
			return crm.Done{}, err
		}
		done.IDs = append(out.IDs, done.IDs...)
		done.IDs = done.IDs[:min(len(done.IDs), maxDoneIDs)]
		out = done
		if progress != nil {
			progress(i+1, len(list))
		}
	}
	return out, nil
}

// reverse puts an operation's records back as they were, as far as its writes
// are still the live ones. It answers how many fields it skipped.
func (tx *Tx) reverse(p past) (skipped int, err error) {
	var log changeLog
	if err := json.Unmarshal(p.changes, &log); err != nil {
		return 0, err
	}
	for _, e := range slices.Backward(log.Edits) {
		t := tx.s.tables[crm.Kind(e.Kind)]
		im, err := tx.load(t, e.ID)
		if err != nil {
			return 0, err
		}
		if im == nil { // purged since
			skipped++
			continue
		}
		state, err := tx.s.state(tx.ctx, e.ID)
		if err != nil {
			return 0, err
		}
		for _, f := range e.Fields {
			ok, err := tx.reverseField(im, f, state, log.Replica)
			if err != nil {
				return 0, err
			}
			if !ok {
				skipped++
			}
		}
		if n := e.Died + e.Revived; n > 0 {
			ours := false
			if len(state.Life) == 1 && im.dead == (e.Died > 0) {
				if ours, err = tx.stands(state.Life[0].Dot, vv.Dot{Replica: log.Replica, N: n}); err != nil {
					return 0, err
				}
			}
			if ours {
				im.dies = e.Revived > 0
			} else {
				skipped++
			}
		}
		im.put = true
	}
	for _, m := range slices.Backward(log.Made) {
		t := tx.s.tables[crm.Kind(m.Kind)]
		err := m.each(func(id string) error {
			im, err := tx.load(t, id)
			if err != nil || im == nil {
				return err
			}
			edited, err := tx.editedSince(id, log.Replica, m)
			if err != nil {
				return err
			}
			if edited {
				skipped++
				return nil
			}
			im.dies, im.put = true, true
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	return skipped, nil
}

// stands says whether a live write is still the operation's own, or one by
// which an undo or a redo put it back.
func (tx *Tx) stands(live, own vv.Dot) (bool, error) {
	if live == own {
		return true, nil
	}
	// What the hub had not seen when this replica took another number bears
	// the new one.
	if live.Replica != own.Replica && (!tx.s.isOwn(live.Replica) || !tx.s.isOwn(own.Replica)) {
		return false, nil
	}
	if live.N == own.N {
		return true, nil
	}
	var again bool
	err := tx.s.row(tx.ctx, "SELECT undoes IS NOT NULL FROM operations WHERE last_n>=? ORDER BY last_n LIMIT 1", int64(live.N)).Scan(&again)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return again, err
}

// reverseField puts one register or element back; false when somebody wrote
// it since.
func (tx *Tx) reverseField(im *image, f fieldEdit, state *record.State, replica vv.Replica) (bool, error) {
	live, ok := state.Live(record.Key{ID: f.Fid, Sub: f.Sub})
	ours := false
	if ok {
		var err error
		if ours, err = tx.stands(live.Dot, vv.Dot{Replica: replica, N: f.N}); err != nil {
			return false, err
		}
	}
	for _, s := range im.t.sets {
		if s.fid != f.Fid {
			continue
		}
		// A removal leaves no live write: absent means still removed.
		now, there := elements(s, im.after)[f.Sub]
		if removed := len(f.New) == 0; removed && there || !removed && (!ours || now != f.New[0]) {
			return false, nil
		}
		reverseElement(im.after.Field(s.field), f)
		return true, nil
	}
	if !ours {
		return false, nil
	}
	i := 0
	for _, c := range im.t.columns {
		if c.fid != f.Fid {
			continue
		}
		if c.get(im.after) != f.New[i] {
			return false, nil
		}
		i++
	}
	i = 0
	for _, c := range im.t.columns {
		if c.fid == f.Fid {
			c.put(im.after, f.Old[i])
			i++
		}
	}
	return true, nil
}

// reverseElement puts one element of a set back as it was, or takes it out.
func reverseElement(list reflect.Value, f fieldEdit) {
	switch elements := list.Interface().(type) {
	case []string:
		elements = slices.DeleteFunc(slices.Clone(elements), func(id string) bool { return id == f.Sub })
		if len(f.Old) > 0 {
			elements = append(elements, f.Sub)
		}
		list.Set(reflect.ValueOf(elements))
	case []crm.Entry:
		elements = slices.DeleteFunc(slices.Clone(elements), func(e crm.Entry) bool { return e.Key == f.Sub })
		if len(f.Old) > 0 {
			pos, label := entryValue(f.Old[0])
			elements = append(elements, crm.Entry{Key: f.Sub, Label: label, Pos: pos})
			slices.SortStableFunc(elements, func(a, b crm.Entry) int { return int(a.Pos - b.Pos) })
		}
		list.Set(reflect.ValueOf(elements))
	case []crm.FieldValue:
		elements = slices.DeleteFunc(slices.Clone(elements), func(v crm.FieldValue) bool { return v.FieldID == f.Sub })
		if len(f.Old) > 0 {
			elements = append(elements, crm.FieldValue{FieldID: f.Sub, Value: f.Old[0]})
		}
		list.Set(reflect.ValueOf(elements))
	}
}

// editedSince says whether a record that an operation made was written again
// by another one that still stands.
func (tx *Tx) editedSince(id string, replica vv.Replica, m madeRecords) (bool, error) {
	state, err := tx.s.state(tx.ctx, id)
	if err != nil {
		return false, err
	}
	for _, f := range state.Fields {
		if f.Dot.Replica != replica && (!tx.s.isOwn(f.Dot.Replica) || !tx.s.isOwn(replica)) {
			return true, nil
		}
		if f.Dot.N >= m.First && f.Dot.N <= m.Last {
			continue
		}
		if stands, err := tx.stands(f.Dot, vv.Dot{Replica: replica, N: m.Last}); err != nil || !stands {
			return !stands, err
		}
	}
	return false, nil
}

// HistoryEntry is one operation in the list of what was done.
type HistoryEntry struct {
	OpID   string            `json:"opId"`
	Label  string            `json:"label"`
	Params map[string]string `json:"params"`
	At     int64             `json:"at"`
	UserID string            `json:"userId"`
	Undone bool              `json:"undone"`
	Undo   bool              `json:"undo"` // it can be undone, once those after it are
}

// History answers the last operations of this device, newest first.
func (s *Store) History(ctx context.Context, limit int) ([]HistoryEntry, error) {
	rows, err := s.query(ctx, "SELECT id,label,params,at,user,undone IS NOT NULL,undo=1 AND undone IS NULL AND at>? FROM operations ORDER BY seq DESC LIMIT ?",
		s.undoSince(), min(max(limit, 1), 200))
	if err != nil {
		return nil, s.fail("read history", err)
	}
	defer rows.Close()
	out := []HistoryEntry{}
	for rows.Next() {
		var h HistoryEntry
		var id []byte
		var params string
		var user int64
		if err := rows.Scan(&id, &h.Label, &params, &h.At, &user, &h.Undone, &h.Undo); err != nil {
			return nil, s.fail("read history", err)
		}
		if err := json.Unmarshal([]byte(params), &h.Params); err != nil {
			return nil, s.fail("read history", err)
		}
		h.OpID, h.UserID = text(id), s.refID(user)
		out = append(out, h)
	}
	return out, s.fail("read history", rows.Err())
}
