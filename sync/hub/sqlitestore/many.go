package sqlitestore

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"patio/sync/record"
)

// variables is how many a statement may have, well below SQLite's 32,766.
const variables = 30_000

// marks writes n of a text in parentheses, with commas.
func marks(text string, n int) string {
	return strings.TrimSuffix(strings.Repeat(text+",", n), ",")
}

// in runs a query that ends in IN on ids, f on each row that it answers.
func (t *tx) in(query string, list []record.ID, f func(*sql.Rows) error) error {
	return inIDs(t, query, list, func(id *record.ID) []byte { return id[:] }, f)
}

func inIDs[ID any](t *tx, query string, list []ID, bytes func(*ID) []byte, f func(*sql.Rows) error) error {
	for part := range slices.Chunk(list, variables) {
		args := make([]any, 0, len(part)+1)
		args = append(args, t.ws)
		for i := range part {
			args = append(args, bytes(&part[i]))
		}
		query := query + " (" + marks("?", len(part)) + ")"
		if f == nil {
			if err := t.exec(query, args...); err != nil {
				return err
			}
			continue
		}
		rows, err := t.tx.QueryContext(t.ctx, query, args...)
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
	for part := range slices.Chunk(values, variables/width*width) {
		if err := t.exec(query+marks(one, len(part)/width)+tail, part...); err != nil {
			return err
		}
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
