package store

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"

	"patio/backend/crm"
)

// indexer fills the search index from its queue, which bulk operations leave
// behind: the trigram index costs more than all else in a load, and rows are
// usable without it. The queue is a table, so that a kill loses nothing.
type indexer struct {
	loads atomic.Int32 // running; the indexer waits for them
	wake  chan struct{}
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// indexChunk is how many leads are indexed at once: the longest that a save
// waits for it is some 60 ms.
const indexChunk = 500

// SearchPending answers how many leads the search doesn't find yet.
func (s *Store) SearchPending(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, "SELECT count(*) FROM search_queue", nil, &n)
	return n, s.fail("count search queue", err)
}

// startSearch goes on with the queue that the last run left.
func (s *Store) startSearch(context.Context) error {
	x := &s.indexer
	x.wake = make(chan struct{}, 1)
	var ctx context.Context
	ctx, x.stop = context.WithCancel(context.Background())
	x.done.Go(func() { s.runIndexer(ctx) })
	s.wakeSearch()
	return nil
}

// stopSearch ends the indexer and waits for its running chunk.
func (s *Store) stopSearch() {
	if s.indexer.stop != nil {
		s.indexer.stop()
	}
	s.indexer.done.Wait()
}

// wakeSearch tells the indexer to look at its queue.
func (s *Store) wakeSearch() {
	select {
	case s.indexer.wake <- struct{}{}:
	default:
	}
}

func (s *Store) runIndexer(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.indexer.wake:
		}
		for s.indexer.loads.Load() == 0 {
			n, err := s.indexSome(ctx)
			if err != nil && ctx.Err() == nil {
				_ = s.fail("index search texts", err) // logged; the queue keeps them
			}
			if err != nil || n < indexChunk {
				break
			}
		}
	}
}

// indexSome indexes one chunk of the queue and answers how many leads it had.
func (s *Store) indexSome(ctx context.Context) (n int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.readOnly != nil || ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if _, err := s.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			_, _ = s.exec(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	texts, err := s.queuedTexts(ctx)
	if err != nil {
		return 0, err
	}
	for _, t := range texts {
		query, args := "INSERT OR REPLACE INTO search(rowid,text) VALUES (?,?)", []any{t.rid, t.text}
		if !t.live {
			query, args = "DELETE FROM search WHERE rowid=?", args[:1]
		}
		if _, err := s.exec(ctx, query, args...); err != nil {
			return 0, err
		}
	}
	if len(texts) > 0 {
		if _, err := s.exec(ctx, "DELETE FROM search_queue WHERE lead <= ?", texts[len(texts)-1].rid); err != nil {
			return 0, err
		}
	}
	_, err = s.exec(ctx, "COMMIT")
	return len(texts), err
}

// queued is a lead of the search queue.
type queued struct {
	rid  int64
	live bool
	text string
}

// queuedTexts reads the texts of the next chunk, in the order of rowids.
func (s *Store) queuedTexts(ctx context.Context) ([]queued, error) {
	rows, err := s.stmt(ctx, `SELECT q.lead, coalesce(l.live, 0), l.plate, l.vehicle, l.subject, c.name, c.company, c.document,
		(SELECT group_concat(key, ' ' ORDER BY pos, key) FROM contact_phones WHERE owner = c.rid),
		(SELECT group_concat(key, ' ' ORDER BY pos, key) FROM contact_emails WHERE owner = c.rid)
		FROM search_queue q LEFT JOIN leads l ON l.rid = q.lead LEFT JOIN contacts c ON c.id = l.contact_id
		ORDER BY q.lead LIMIT ?`, indexChunk)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []queued
	for rows.Next() {
		var q queued
		var live int
		var text [8]sql.NullString // a purged lead or contact has none
		if err := rows.Scan(&q.rid, &live, &text[0], &text[1], &text[2], &text[3], &text[4], &text[5], &text[6], &text[7]); err != nil {
			return nil, err
		}
		l := crm.Lead{Plate: text[0].String, Vehicle: text[1].String, Subject: text[2].String}
		c := crm.Contact{Name: text[3].String, Company: text[4].String, Document: text[5].String, Phones: entries(text[6].String), Emails: entries(text[7].String)}
		q.live, q.text = live > 0, searchText(&c, &l)
		out = append(out, q)
	}
	return out, rows.Err()
}

func entries(keys string) []crm.Entry {
	var out []crm.Entry
	for key := range strings.FieldsSeq(keys) {
		out = append(out, crm.Entry{Key: key})
	}
	return out
}
