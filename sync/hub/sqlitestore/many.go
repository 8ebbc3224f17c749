package sqlitestore

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"patio/sync/record"
)

// most is how many rows, or ids, a statement has: a power of two, as all have,
// so that few are prepared.
const most = 256

// marks writes n of a text in parentheses, with commas.
func marks(text string, n int) string {
	return strings.TrimSuffix(strings.Repeat(text+",", n), ",")
}

// in runs a query that ends in IN on ids, f on each row that it answers. The last
// id stands as often as it takes to a power of two.
func (t *tx) in(query string, list []record.ID, f func(*sql.Rows) error) error {
	return inIDs(t, query, list, func(id *record.ID) []byte { return id[:] }, f)
}

func inIDs[ID any](t *tx, query string, list []ID, bytes func(*ID) []byte, f func(*sql.Rows) error) error {
	for part := range slices.Chunk(list, most) {
		n := 1
		for n < len(part) {
			n *= 2
		}
		args := make([]any, 0, n+1)
		args = append(args, t.ws)
		for i := range n {
			args = append(args, bytes(&part[min(i, len(part)-1)]))
		}
		query := query + " (" + marks("?", n) + ")"
		if f == nil {
			if err := t.exec(query, args...); err != nil {
				return err
			}
			continue
		}
		rows, err := t.query(query, args...)
		if err != nil {
			return err
		}
		if err := each(rows, f); err != nil {
			return err
		}
	}
	return nil
}

// many writes rows of so many values in few statements.
func (t *tx) many(query string, width int, values []any, tail string) error {
	one := "(" + marks("?", width) + ")"
	for n := most; len(values) > 0; {
		if len(values) < n*width {
			n /= 2
			continue
		}
		if err := t.exec(query+marks(one, n)+tail, values[:n*width]...); err != nil {
			return err
		}
		values = values[n*width:]
	}
	return nil
}

// each runs f on the rows and closes them.
func each(rows *sql.Rows, f func(*sql.Rows) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
