package store

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"patio/backend/crm"
)

// indexer moves search texts from their queue to the index. To put one text
// into the trigram index takes longer than all else of a save, and a tenth of
// that among hundreds; so a save queues the text, which the search reads, too,
// and the indexer comes when there are enough. A load queues leads without
// their texts, which can't be found until then. The queue is a table: a kill
// loses nothing. Activities wait likewise, see FindNotes.
type indexer struct {
	waiting atomic.Int64 // texts in the queue, about
	loads   atomic.Int32 // running; the indexer waits for them
	wake    chan struct{}
	fill    chan struct{} // as wake, for notes alone
	stop    context.CancelFunc
	done    sync.WaitGroup
}

const (
	// indexAt is how many texts wait until they are indexed: the search goes
	// through them one by one.
	indexAt = 128
	// indexChunk is how many leads are indexed at once: the longest that a
	// save waits for it is some 20 ms.
	indexChunk = 500
)

// SearchPending answers how many leads the search doesn't find yet.
func (s *Store) SearchPending(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, "SELECT count(*) FROM search_queue WHERE text IS NULL", nil, &n)
	return n, s.fail("count search queue", err)
}

// startSearch goes on with the queue that the last run left.
func (s *Store) startSearch(ctx context.Context) error {
	var texts, pending int
	if err := s.one(ctx, "SELECT count(text), count(*)-count(text) FROM search_queue", nil, &texts, &pending); err != nil {
		return s.fail("count search queue", err)
	}
	x := &s.indexer
	x.wake, x.fill = make(chan struct{}, 1), make(chan struct{}, 1)
	ctx, x.stop = context.WithCancel(context.Background())
	x.done.Go(func() { s.runIndexer(ctx) })
	s.queuedTexts(texts, pending > 0)
	return nil
}

// stopSearch ends the indexer and waits for its running chunk.
func (s *Store) stopSearch() {
	if s.indexer.stop != nil {
		s.indexer.stop()
	}
	s.indexer.done.Wait()
}

// queuedTexts tells the indexer of texts in its queue, and whether there are
// leads that can't be found without it.
func (s *Store) queuedTexts(n int, pending bool) {
	if s.indexer.waiting.Add(int64(n)) >= indexAt || pending {
		s.wakeSearch()
	}
}

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
		case <-s.indexer.fill:
			s.runNotes(ctx)
			continue
		case <-s.indexer.wake:
		}
		for s.indexer.loads.Load() == 0 {
			n, err := s.indexSome(ctx)
			if err != nil && ctx.Err() == nil {
				_ = s.fail("index search texts", err) // logged; the queue keeps them
			}
			if err != nil || n < indexChunk {
				s.indexer.waiting.Store(0)
				break
			}
		}
		s.runNotes(ctx)
	}
}

// runNotes indexes the notes that wait, until leads do.
func (s *Store) runNotes(ctx context.Context) {
	for s.indexer.loads.Load() == 0 && len(s.indexer.wake) == 0 {
		begun := time.Now()
		n, err := s.indexNotes(ctx)
		if err != nil && ctx.Err() == nil {
			_ = s.fail("index notes", err) // logged; they wait on
		}
		if err != nil || n < indexChunk {
			return
		}
		select { // half the time is for saves
		case <-ctx.Done():
			return
		case <-time.After(time.Since(begun)):
		}
	}
}

// indexSome indexes one chunk of the queue and answers how many leads it had.
func (s *Store) indexSome(ctx context.Context) (n int, err error) {
	return s.inChunk(ctx, s.indexTexts)
}

// inChunk indexes one chunk in a transaction of its own.
func (s *Store) inChunk(ctx context.Context, index func(context.Context) (int, error)) (n int, err error) {
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
	if n, err = index(ctx); err != nil {
		return 0, err
	}
	_, err = s.exec(ctx, "COMMIT")
	return n, err
}

func (s *Store) indexTexts(ctx context.Context) (int, error) {
	texts, err := s.nextTexts(ctx)
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
	return len(texts), nil
}

// queued is a lead of the search queue.
type queued struct {
	rid  int64
	live bool
	text string
}

// nextTexts reads the texts of the next chunk, in the order of rowids.
func (s *Store) nextTexts(ctx context.Context) ([]queued, error) {
	rows, err := s.stmt(ctx, `SELECT q.lead, coalesce(l.live, 0), l.plate, l.vehicle, l.subject, c.name, c.company, c.document,
		(SELECT group_concat(key, ' ' ORDER BY pos, key) FROM contact_phones WHERE owner = c.rid),
		(SELECT group_concat(key, ' ' ORDER BY pos, key) FROM contact_emails WHERE owner = c.rid),
		o.name, o.company, o.document,
		(SELECT group_concat(key, ' ' ORDER BY pos, key) FROM contact_phones WHERE owner = o.rid),
		(SELECT group_concat(key, ' ' ORDER BY pos, key) FROM contact_emails WHERE owner = o.rid)
		FROM search_queue q LEFT JOIN leads l ON l.rid = q.lead LEFT JOIN contacts c ON c.id = l.person
		LEFT JOIN contacts o ON o.id = l.contact_id AND l.contact_id <> l.person
		ORDER BY q.lead LIMIT ?`, indexChunk)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []queued
	for rows.Next() {
		var q queued
		var live int
		var l [3]sql.NullString           // of a purged lead there is none
		var person, own [5]sql.NullString // own: of a contact that was merged
		if err := rows.Scan(&q.rid, &live, &l[0], &l[1], &l[2], &person[0], &person[1], &person[2], &person[3], &person[4],
			&own[0], &own[1], &own[2], &own[3], &own[4]); err != nil {
			return nil, err
		}
		lead := crm.Lead{Plate: l[0].String, Vehicle: l[1].String, Subject: l[2].String}
		c, o := contactOf(person), contactOf(own)
		if own[0].Valid {
			o.ID = "own"
		}
		q.live, q.text = live > 0, searchText(&c, &o, &lead)
		out = append(out, q)
	}
	return out, rows.Err()
}

func contactOf(text [5]sql.NullString) crm.Contact {
	return crm.Contact{Name: text[0].String, Company: text[1].String, Document: text[2].String, Phones: entries(text[3].String), Emails: entries(text[4].String)}
}

func entries(keys string) []crm.Entry {
	var out []crm.Entry
	for key := range strings.FieldsSeq(keys) {
		out = append(out, crm.Entry{Key: key})
	}
	return out
}
