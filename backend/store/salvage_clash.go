package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// What stands in a table stands in part in an index, too. Where a flipped bit
// makes them disagree, or two rows claim one place, the other tells the truth.

// clash is a row that came under the row id of another.
type clash struct {
	l    *layout
	args []any
}

// settle gives a record that came under the row id of another one of its own.
// In one of the two a bit of the row id was flipped: the index on ids tells in
// which.
func (sc *scratch) settle(ctx context.Context, conn *sql.Conn, c clash) error {
	at := slices.IndexFunc(c.l.columns, func(c layoutColumn) bool { return c.rowID })
	named := slices.IndexFunc(c.l.columns, func(c layoutColumn) bool { return c.name == "id" })
	if at < 0 || named < 0 || c.l.columns[at].name != "rid" {
		return nil
	}
	id, rid := c.args[named], c.args[at]
	var known, rightful bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM "+c.l.table+" WHERE id=?1), EXISTS(SELECT 1 FROM found_ids WHERE id=?1 AND rid=?2)",
		id, rid).Scan(&known, &rightful); err != nil || known {
		return err // known: an older state of the same record
	}
	const free = `SELECT coalesce((SELECT rid FROM found_ids WHERE id=?1 AND rid NOT IN (SELECT rid FROM %[1]s)), (SELECT max(rid)+1 FROM %[1]s))`
	if rightful {
		var other []byte
		if err := conn.QueryRowContext(ctx, "SELECT id FROM "+c.l.table+" WHERE rid=?", rid).Scan(&other); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf("UPDATE %[1]s SET rid=("+free+") WHERE id=?1", c.l.table), other); err != nil {
			return err
		}
	} else if err := conn.QueryRowContext(ctx, fmt.Sprintf(free, c.l.table), id).Scan(&c.args[at]); err != nil {
		return err
	}
	_, err := c.l.insert.ExecContext(ctx, c.args...)
	return err
}

// refPairSQL takes in a pair of refs, from the table or from its index.
const refPairSQL = "INSERT INTO ref_pairs(ref,id) VALUES (?,?) ON CONFLICT DO UPDATE SET n=n+1"

// chooseRefs fills refs with the pairs that table and index agree on, then
// with those whose id is a record's, then with those that a record names. A
// wrong one moves every lead of a stage or of a person.
func (sc *scratch) chooseRefs(ctx context.Context, conn *sql.Conn) error {
	used := []string{"SELECT tag FROM lead_tags", "SELECT field FROM lead_values", "SELECT field FROM contact_values"}
	for _, r := range refColumns {
		used = append(used, "SELECT "+r.column+" FROM "+r.table)
	}
	_, err := conn.ExecContext(ctx, `INSERT OR IGNORE INTO refs(ref,id) SELECT ref,id FROM ref_pairs
		ORDER BY n>1 DESC, id IN (SELECT id FROM sync_records UNION SELECT id FROM found_ids) DESC, ref IN (`+strings.Join(used, " UNION ")+`) DESC`)
	return err
}
