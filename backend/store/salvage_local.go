package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"patio/sync/vv"
)

// imports brings back what a hub refused and nobody has read, and what is known
// of spreadsheets: which leads came of which, how far an unfinished one got, and
// how columns were mapped. They are
// no records and refer to leads by their place, which is another one now.
func (v *salvage) imports(ctx context.Context) error {
	for _, name := range []string{"imports", "import_mappings", "sync_refused"} {
		if err := v.copyRows(ctx, name); err != nil {
			return err
		}
	}
	rows, err := v.sc.db.QueryContext(ctx, "SELECT i.import,l.id FROM import_leads i JOIN leads l ON l.rid=i.lead")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of, lead []byte
		if err := rows.Scan(&of, &lead); err != nil {
			return err
		}
		if _, err := v.s.exec(ctx, "INSERT OR IGNORE INTO import_leads(import,lead) SELECT ?,rid FROM leads WHERE id=?", of, lead); err != nil {
			return err
		}
	}
	return rows.Err()
}

// copyRows takes a table's rows over as they were.
func (v *salvage) copyRows(ctx context.Context, table string) error {
	var names []string
	for _, c := range v.sc.layouts[table].columns {
		names = append(names, c.name)
	}
	list := strings.Join(names, ",")
	rows, err := v.sc.db.QueryContext(ctx, "SELECT "+list+" FROM "+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	insert := fmt.Sprintf("INSERT OR REPLACE INTO %s(%s) VALUES (?%s)", table, list, strings.Repeat(",?", len(names)-1))
	values, dest := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if _, err := v.s.exec(ctx, insert, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// device brings back this device's values: they lay in the damaged database,
// not in the snapshot.
func (v *salvage) device(ctx context.Context) error {
	values, err := v.sc.device(ctx)
	if err != nil {
		return err
	}
	numbers, err := v.s.ownNumbers(ctx)
	if err != nil {
		return err
	}
	for _, n := range v.sc.numbers(ctx, values) {
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	encoded, err := json.Marshal(numbers)
	if err != nil {
		return err
	}
	values[deviceNumbers] = string(encoded)
	for key, value := range values {
		if err := v.s.SetDevice(ctx, key, value); err != nil {
			return err
		}
	}
	return nil
}

// device answers the device values that were readable.
func (sc *scratch) device(ctx context.Context) (map[string]string, error) {
	rows, err := sc.db.QueryContext(ctx, "SELECT key,value FROM device")
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		values[key] = value
	}
	return values, errors.Join(rows.Err(), rows.Close())
}

// numbers answers the replica numbers that the damaged database had.
func (sc *scratch) numbers(ctx context.Context, device map[string]string) []vv.Replica {
	list := formerNumbers(device[deviceNumbers])
	var number vv.Replica
	if sc.db.QueryRowContext(ctx, "SELECT number FROM replica").Scan(&number) == nil {
		list = append(list, number)
	}
	return list
}
