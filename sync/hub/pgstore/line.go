package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"patio/sync/hub"
)

// line is a transaction under way. What it writes travels with its next question,
// or when it is flushed: a push of two records is a dozen statements, and to wait
// for each takes longer than they take.
type line struct {
	ctx   context.Context
	tx    pgx.Tx
	later *pgx.Batch
	asked bool      // something has travelled since this was last set
	head  *hub.Head // of the workspace that it holds, as the last write that went well left it; nil: to be read
}

func newLine(ctx context.Context, tx pgx.Tx) *line {
	return &line{ctx: ctx, tx: tx, later: &pgx.Batch{}}
}

// exec writes. That it failed is told by what it travels with.
func (l *line) exec(query string, args ...any) { l.later.Queue(query, args...) }

// take empties what waits.
func (l *line) take() *pgx.Batch {
	b := l.later
	l.later, l.asked = &pgx.Batch{}, true
	return b
}

// forget drops what waits, and what is known: the server may have refused it.
func (l *line) forget() { l.later, l.head = &pgx.Batch{}, nil }

// flush sends what waits.
func (l *line) flush() error {
	if l.later.Len() == 0 {
		return nil
	}
	return l.tx.SendBatch(l.ctx, l.take()).Close()
}

// query asks. The rows are to be closed before anything else is asked.
func (l *line) query(query string, args ...any) (pgx.Rows, error) {
	n := l.later.Len()
	l.asked = true
	if n == 0 {
		return l.tx.Query(l.ctx, query, args...)
	}
	b := l.take()
	b.Queue(query, args...)
	answers := l.tx.SendBatch(l.ctx, b)
	for range n {
		if _, err := answers.Exec(); err != nil {
			return nil, errors.Join(err, answers.Close())
		}
	}
	rows, err := answers.Query()
	if err != nil {
		return nil, errors.Join(err, answers.Close())
	}
	return &lastRows{rows, answers, nil}, nil
}

// scan reads one row; false when there is none.
func (l *line) scan(query string, args []any, into ...any) (there bool, err error) {
	rows, err := l.query(query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if there = rows.Next(); there {
		err = rows.Scan(into...)
	}
	rows.Close()
	return there, errors.Join(err, rows.Err())
}

// lastRows are the answer to the last question of a batch, which ends with them.
type lastRows struct {
	pgx.Rows
	batch  pgx.BatchResults
	failed error
}

func (r *lastRows) Close() {
	r.Rows.Close()
	if r.batch != nil {
		r.failed = r.batch.Close()
		r.batch = nil
	}
}

// Next ends the batch behind the last row.
func (r *lastRows) Next() bool {
	next := r.Rows.Next()
	if !next {
		r.Close()
	}
	return next
}

func (r *lastRows) Err() error { return errors.Join(r.Rows.Err(), r.failed) }
