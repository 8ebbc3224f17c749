package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"patio/backend/crm"
	"patio/backend/format"
)

// Values of custom fields lie in a row each, under their field's ref. Two
// columns are derived from the value alone, for it may come before its field:
// num orders numbers and amounts, match is what a text is found by.

// maxMatch is how many characters of a text a filter looks at.
const maxMatch = 1000

// numDigits are the decimals that num counts.
const numDigits = 4

// valueKeys answers num, nil for what is no number, and match.
func valueKeys(value string) (num any, match string) {
	if n, ok := scaled(value); ok {
		num = n
	}
	match = format.Fold(value)
	if utf8.RuneCountInString(match) > maxMatch {
		match = string([]rune(match)[:maxMatch])
	}
	return num, match
}

// scaled reads a decimal number as numbers and amounts are kept.
func scaled(value string) (int64, bool) {
	whole, fraction, _ := strings.Cut(value, ".")
	digits := strings.TrimPrefix(whole, "-")
	if len(fraction) > numDigits || digits == "" || len(digits) > 15 || strings.HasPrefix(whole, "+") {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", numDigits-len(fraction)), 10, 64)
	return n, err == nil
}

// readFields answers all custom fields that were not deleted.
func (s *Store) readFields(ctx context.Context) ([]crm.Field, error) {
	list, err := readAll(ctx, s, s.tables[crm.KindField], "deleted=0")
	if err != nil {
		return nil, err
	}
	out := make([]crm.Field, len(list))
	for i, f := range list {
		out[i] = *f.v.Addr().Interface().(*crm.Field)
	}
	slices.SortFunc(out, func(a, b crm.Field) int {
		return cmp.Or(strings.Compare(b.Target, a.Target), cmp.Compare(a.Pos, b.Pos), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// Field answers a custom field, nil when there is none of that id.
func (w *Workspace) Field(id string) *crm.Field {
	i := slices.IndexFunc(w.Fields, func(f crm.Field) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return &w.Fields[i]
}
