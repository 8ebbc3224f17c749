package store

import (
	"context"
	"database/sql"
	"errors"

	"patio/backend/crm"
)

// Interest is what a lead says of whom it is shown as, on the boards or in the
// archive. Ids are their 16 bytes: all leads are gone through at once.
type Interest struct {
	Contact string // the lead's own, "" when that is the person
	Person  string
	Name    string // folded
	Vehicle string
	Plate   string
}

// EachInterest calls f with every lead, in the order in which they lie on disk.
func (s *Store) EachInterest(ctx context.Context, f func(Interest) error) error {
	rows, err := s.query(ctx, "SELECT nullif(contact_id, person), person, sort_name, vehicle, plate FROM leads WHERE live > 0")
	if err != nil {
		return s.fail("read interests", err)
	}
	defer rows.Close()
	for rows.Next() {
		var i Interest
		var own, person sql.RawBytes
		if err := rows.Scan(&own, &person, &i.Name, &i.Vehicle, &i.Plate); err != nil {
			return s.fail("read interests", err)
		}
		i.Contact, i.Person = string(own), string(person)
		if err := f(i); err != nil {
			return err
		}
	}
	return s.fail("read interests", rows.Err())
}

// Shared is a key that several contacts have.
type Shared struct {
	Key     string
	Contact string // 16 bytes
}

// SharedBy are the kinds of keys that contacts share, in the order of their
// weight.
const (
	SharedDocument = "document"
	SharedEmail    = "email"
	SharedPhone    = "phone"
)

var sharedSQL = map[string]string{
	SharedDocument: `WITH m AS (SELECT document FROM contacts WHERE document <> '' GROUP BY document HAVING count(*) > 1)
		SELECT m.document, c.id FROM m CROSS JOIN contacts c ON c.document = m.document AND c.document <> '' WHERE c.deleted = 0 ORDER BY m.document`,
	SharedEmail: `WITH m AS (SELECT match FROM contact_emails GROUP BY match HAVING count(*) > 1)
		SELECT m.match, c.id FROM m CROSS JOIN contact_emails k ON k.match = m.match CROSS JOIN contacts c ON c.rid = k.owner WHERE c.deleted = 0 ORDER BY m.match`,
	SharedPhone: `WITH m AS (SELECT match FROM contact_phones GROUP BY match HAVING count(*) > 1)
		SELECT m.match, c.id FROM m CROSS JOIN contact_phones k ON k.match = m.match CROSS JOIN contacts c ON c.rid = k.owner WHERE c.deleted = 0 ORDER BY m.match`,
}

// EachShared calls f with every key of a kind that several contacts have, those
// of one key one after the other: a phone by its match key (format.MatchKey).
func (s *Store) EachShared(ctx context.Context, by string, f func(Shared) error) error {
	rows, err := s.query(ctx, sharedSQL[by])
	if err != nil {
		return s.fail("read shared keys", err)
	}
	defer rows.Close()
	for rows.Next() {
		var sh Shared
		var id sql.RawBytes
		if err := rows.Scan(&sh.Key, &id); err != nil {
			return s.fail("read shared keys", err)
		}
		sh.Contact = string(id)
		if err := f(sh); err != nil {
			return err
		}
	}
	return s.fail("read shared keys", rows.Err())
}

// Documents answers the documents of contacts that have one, by 16 bytes of id.
func (s *Store) Documents(ctx context.Context) (map[string]string, error) {
	rows, err := s.query(ctx, "SELECT id, document FROM contacts WHERE document <> '' AND deleted = 0")
	if err != nil {
		return nil, s.fail("read documents", err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var id sql.RawBytes
		var document string
		if err := rows.Scan(&id, &document); err != nil {
			return nil, s.fail("read documents", err)
		}
		out[string(id)] = document
	}
	return out, s.fail("read documents", rows.Err())
}

// Said is what people said of contacts until now.
type Said struct {
	Apart  map[[2]string]bool // the greater id first
	Merged map[string]string  // whom each was merged into
}

// Said answers what was said of contacts, ids as text.
func (s *Store) Said(ctx context.Context) (Said, error) {
	out := Said{Apart: map[[2]string]bool{}, Merged: map[string]string{}}
	err := s.each(ctx, s.tables[crm.KindPair], "apart_at > 0 AND deleted = 0", func(v any) {
		p := v.(*crm.Pair)
		out.Apart[[2]string{p.ContactID, p.IntoID}] = true
	})
	err = errors.Join(err, s.each(ctx, s.tables[crm.KindContact], "merged_into IS NOT NULL AND deleted = 0", func(v any) {
		if c := v.(*crm.Contact); isMerged(c) {
			out.Merged[c.ID] = c.MergedInto
		}
	}))
	return out, s.fail("read what was said", err)
}

// CountLeads answers how many there are on the boards and in the archive, about.
func (s *Store) CountLeads(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, "SELECT (SELECT coalesce(sum(n),0) FROM lead_totals WHERE tag=0) + (SELECT count(*) FROM leads WHERE live=2)", nil, &n)
	return n, s.fail("count leads", err)
}

// IDOf answers 16 bytes of an id as the CRM writes it.
func IDOf(b string) string { return text([]byte(b)) }
