package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// carryAudit appends the operations that the damaged database had after the
// restored one's last, as long as the chain holds. They can't be undone any
// more: what they wrote comes back under other dots.
func (s *Store) carryAudit(ctx context.Context, sc *scratch) (err error) {
	if ok, err := s.carryRefs(ctx, sc); err != nil || !ok {
		return err
	}
	var seq int64
	var prev []byte
	err = s.writer.QueryRowContext(ctx, "SELECT seq,chain FROM operations ORDER BY seq DESC LIMIT 1").Scan(&seq, &prev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	tx, err := s.writer.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // an error after Commit says so
	l := sc.layouts["operations"]
	names := make([]string, len(l.columns))
	for i, c := range l.columns {
		names[i] = c.name
	}
	insert := fmt.Sprintf("INSERT INTO operations(%s) VALUES (?%s)", strings.Join(names, ","), strings.Repeat(",?", len(names)-1))
	rows, err := sc.db.QueryContext(ctx, "SELECT "+strings.Join(names, ",")+" FROM operations WHERE seq>? ORDER BY seq", seq)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		o := newOperationRow(names)
		if err := rows.Scan(o.dest...); err != nil {
			return err
		}
		link, ok := o.continues(prev, seq)
		if !ok {
			break
		}
		o.set("undo", int64(undoNever))
		o.set("undoes", nil)
		o.set("undone", nil)
		if _, err := tx.ExecContext(ctx, insert, o.values...); err != nil {
			return err
		}
		seq, prev = seq+1, link
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return tx.Commit()
}

// operationRow is a row of the audit log with whatever columns it has.
type operationRow struct {
	names  []string
	values []any
	dest   []any
}

func newOperationRow(names []string) *operationRow {
	o := &operationRow{names: names, values: make([]any, len(names)), dest: make([]any, len(names))}
	for i := range o.values {
		o.dest[i] = &o.values[i]
	}
	return o
}

func (o *operationRow) get(name string) any { return o.values[slices.Index(o.names, name)] }

func (o *operationRow) set(name string, value any) {
	if i := slices.Index(o.names, name); i >= 0 {
		o.values[i] = value
	}
}

// continues says whether the row is the chain's next, and answers its link.
func (o *operationRow) continues(prev []byte, last int64) (link []byte, ok bool) {
	seq, _ := o.get("seq").(int64)
	id, _ := o.get("id").([]byte)
	label, _ := o.get("label").(string)
	user, _ := o.get("user").(int64)
	at, _ := o.get("at").(int64)
	changes, whole := o.get("changes").([]byte)
	salt, _ := o.get("salt").([]byte)
	digest, _ := o.get("digest").([]byte)
	link, _ = o.get("chain").([]byte)
	sum := sha256.Sum256(append(slices.Clone(salt), changes...))
	ok = seq == last+1 && len(id) == 16 && whole && (len(changes) == 0 || string(sum[:]) == string(digest)) &&
		string(chain(prev, seq, text(id), label, user, at, digest)) == string(link)
	return link, ok
}

// carryRefs takes over the refs that operations name, and gives those that were
// not readable as the restored database has them; false when the two gave one
// number to two ids.
func (s *Store) carryRefs(ctx context.Context, sc *scratch) (bool, error) {
	old := &sc.old.refs
	for ref, id := range old.ids {
		if there, known := s.refs.ids[ref]; known && there != id {
			return false, nil
		}
		if other, known := s.refs.byID[id]; known && other != ref {
			return false, nil
		}
	}
	for ref, id := range old.ids {
		if ref == 0 {
			continue
		}
		if _, err := s.writer.ExecContext(ctx, "INSERT OR IGNORE INTO refs(ref,id) VALUES (?,?)", ref, blob(id)); err != nil {
			return false, err
		}
	}
	if err := s.refs.load(ctx, s.writer); err != nil {
		return false, err
	}
	old.ids, old.byID = maps.Clone(s.refs.ids), maps.Clone(s.refs.byID)
	return true, nil
}
