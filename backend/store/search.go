package store

import (
	"context"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// searchText is what a lead is found by: name, company, e-mails, phone
// digits, plate, document, vehicle; folded, a line each.
func searchText(c *crm.Contact, l *crm.Lead) string {
	lines := []string{format.Fold(c.Name), format.Fold(c.Company)}
	for _, e := range c.Emails {
		lines = append(lines, e.Key)
	}
	for _, p := range c.Phones {
		lines = append(lines, strings.TrimPrefix(p.Key, "+"))
	}
	lines = append(lines, format.Fold(l.Plate), format.Fold(c.Document), format.Fold(l.Vehicle), format.Fold(l.Subject))
	var b strings.Builder
	for _, line := range lines {
		if line != "" {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(line)
		}
	}
	return b.String()
}

func (s *Store) startSearch(ctx context.Context) error { return nil }
func (s *Store) stopSearch()                           {}

func matchKey(table, key string) string {
	if table == "contact_phones" {
		return format.MatchKey(key)
	}
	return key
}
