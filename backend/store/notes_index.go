package store

import (
	"context"

	"patio/backend/crm"
	"patio/backend/format"
)

// queueNote notes that an activity's text is another one now, where the index
// has come to it already.
func (tx *Tx) queueNote(im *image) error {
	if im.before.IsValid() && im.dead == im.dies {
		before, after := im.before.Addr().Interface().(*crm.Activity), im.after.Addr().Interface().(*crm.Activity)
		if before.Title == after.Title && before.Body == after.Body && before.Outcome == after.Outcome {
			return nil
		}
	}
	tx.notes++
	if tx.upto < 0 { // the indexer waits for this transaction
		if err := tx.s.row(tx.ctx, "SELECT upto FROM notes_upto").Scan(&tx.upto); err != nil {
			return err
		}
	}
	if im.rid > tx.upto {
		return nil
	}
	_, err := tx.s.exec(tx.ctx, "INSERT OR IGNORE INTO notes_queue(activity) VALUES (?)", im.rid)
	return err
}

// fillNotes has the indexer come when many notes wait: those of an older
// database, or of a load that was killed.
func (s *Store) fillNotes(ctx context.Context) {
	var waiting int64
	err := s.one(ctx, "SELECT coalesce((SELECT max(rid) FROM activities), 0) - upto + (SELECT count(*) FROM notes_queue) FROM notes_upto", nil, &waiting)
	if err != nil {
		_ = s.fail("count notes that wait", err) // logged; a later save wakes it
		return
	}
	if waiting >= indexAt {
		select {
		case s.indexer.fill <- struct{}{}:
		default:
		}
	}
}

// indexNotes indexes one chunk of the activities that wait and answers how many
// there were: first those that changed, then the next ones.
func (s *Store) indexNotes(ctx context.Context) (int, error) {
	return s.inChunk(ctx, func(ctx context.Context) (int, error) {
		changed, err := s.nextNotes(ctx, `SELECT q.activity,a.rid IS NOT NULL AND a.deleted=0,a.title,a.body,a.outcome
			FROM notes_queue q LEFT JOIN activities a ON a.rid=q.activity ORDER BY q.activity LIMIT ?`, indexChunk)
		if err != nil {
			return 0, err
		}
		if len(changed) > 0 {
			if _, err := s.exec(ctx, "DELETE FROM notes_queue WHERE activity <= ?", changed[len(changed)-1].rid); err != nil {
				return 0, err
			}
		}
		fresh, err := s.nextNotes(ctx, `SELECT rid,deleted=0,title,body,outcome FROM activities
			WHERE rid > (SELECT upto FROM notes_upto) ORDER BY rid LIMIT ?`, indexChunk-len(changed))
		if err != nil {
			return 0, err
		}
		if len(fresh) > 0 {
			if _, err := s.exec(ctx, "UPDATE notes_upto SET upto=?", fresh[len(fresh)-1].rid); err != nil {
				return 0, err
			}
		}
		for _, q := range append(changed, fresh...) {
			query, args := "INSERT OR REPLACE INTO notes(rowid,text) VALUES (?,?)", []any{q.rid, q.text}
			if !q.live {
				query, args = "DELETE FROM notes WHERE rowid=?", args[:1]
			}
			if _, err := s.exec(ctx, query, args...); err != nil {
				return 0, err
			}
		}
		return len(changed) + len(fresh), nil
	})
}

// nextNotes reads the texts of activities as they are indexed.
func (s *Store) nextNotes(ctx context.Context, query string, limit int) ([]queued, error) {
	rows, err := s.stmt(ctx, query, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []queued
	for rows.Next() {
		var q queued
		var title, body, outcome *string // of one that was purged there is none
		if err := rows.Scan(&q.rid, &q.live, &title, &body, &outcome); err != nil {
			return nil, err
		}
		if q.live {
			q.text = " " + format.Fold(noteText(*title, *body, *outcome))
		}
		out = append(out, q)
	}
	return out, rows.Err()
}
