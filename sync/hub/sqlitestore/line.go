package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// line is a connection with the statements that were prepared on it: to prepare
// one takes longer than most take to run.
type line struct {
	conn *sql.Conn
	kept map[string]*sql.Stmt
}

// lines are some that take turns.
type lines chan *line

// newLines opens so many connections.
func newLines(ctx context.Context, db *sql.DB, n int) (lines, error) {
	out := make(lines, n)
	for range n {
		conn, err := db.Conn(ctx)
		if err != nil {
			return out, errors.Join(err, out.close())
		}
		out <- &line{conn, map[string]*sql.Stmt{}}
	}
	return out, nil
}

// close closes them, each once it is free.
func (ls lines) close() error {
	var err error
	for range cap(ls) {
		select {
		case l := <-ls:
			for _, st := range l.kept {
				err = errors.Join(err, st.Close())
			}
			err = errors.Join(err, l.conn.Close())
		default:
		}
	}
	return err
}

// run runs f in one transaction on a line that is free. It gives up when ctx
// ends before it begins. From then on it is short: to be told in the middle of a
// statement the driver would start a goroutine for each.
func (ls lines) run(ctx context.Context, begin string, f func(context.Context, *line) error) (err error) {
	var l *line
	select {
	case l = <-ls:
	case <-ctx.Done():
		return ctx.Err()
	}
	ctx = context.WithoutCancel(ctx)
	done := false
	defer func() {
		if !done { // also when f panics
			_, _ = l.exec(ctx, "ROLLBACK") // what went wrong is told already
		}
		ls <- l
	}()
	if _, err := l.exec(ctx, begin); err != nil {
		return err
	}
	if err := f(ctx, l); err != nil {
		return err
	}
	if _, err := l.exec(ctx, "COMMIT"); err != nil {
		return err
	}
	done = true
	return nil
}

func (l *line) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if st := l.kept[query]; st != nil {
		return st, nil
	}
	st, err := l.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	l.kept[query] = st
	return st, nil
}

func (l *line) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	st, err := l.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(ctx, args...)
}

func (l *line) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	st, err := l.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(ctx, args...)
}
