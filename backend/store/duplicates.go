package store

import (
	"context"
	"encoding/json"

	"patio/backend/crm"
)

// Match is a contact that shares a key with what is looked for.
type Match struct {
	ContactID string
	Key       string // the key as it was given
}

// MatchContacts answers the contacts that share a phone's match key
// (format.MatchKey), an e-mail (lower case) or a document, in one query a
// kind: ten thousand keys are one call. A merged contact answers as the one as
// whom it is shown.
func (s *Store) MatchContacts(ctx context.Context, phoneKeys, emails, documents []string) ([]Match, error) {
	const contact = " JOIN contacts c ON c.rid = k.owner WHERE c.deleted = 0"
	var out []Match
	for _, q := range []struct {
		keys []string
		sql  string
	}{
		{phoneKeys, "SELECT c.id, c.merged_into, j.value FROM json_each(?) j CROSS JOIN contact_phones k ON k.match = j.value" + contact},
		{emails, "SELECT c.id, c.merged_into, j.value FROM json_each(?) j CROSS JOIN contact_emails k ON k.match = j.value" + contact},
		{documents, "SELECT c.id, c.merged_into, j.value FROM json_each(?) j CROSS JOIN contacts c ON c.document = j.value WHERE c.document <> '' AND c.deleted = 0"},
	} {
		if len(q.keys) == 0 {
			continue
		}
		list, err := json.Marshal(q.keys)
		if err != nil {
			return nil, err
		}
		if out, err = s.matches(ctx, out, q.sql, string(list)); err != nil {
			return nil, s.fail("match contacts", err)
		}
	}
	return out, nil
}

func (s *Store) matches(ctx context.Context, out []Match, query, keys string) ([]Match, error) {
	rows, err := s.query(ctx, query, keys)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	first := len(out)
	merged := map[string]string{} // as whom some are shown
	for rows.Next() {
		var id, into []byte
		var m Match
		if err := rows.Scan(&id, &into, &m.Key); err != nil {
			return nil, err
		}
		if m.ContactID = text(id); into != nil {
			merged[m.ContactID] = ""
		}
		out = append(out, m)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for id := range merged {
		c, err := s.PersonOf(ctx, id)
		if err != nil {
			return nil, err
		}
		merged[id] = c.ID
	}
	for i := range out[first:] {
		if as := merged[out[first+i].ContactID]; as != "" {
			out[first+i].ContactID = as
		}
	}
	return out, nil
}

// LeadsOfContacts answers the leads of contacts that are not in the archive,
// without their tags: what a new enquiry may belong to.
func (s *Store) LeadsOfContacts(ctx context.Context, contactIDs []string) ([]crm.Lead, error) {
	out := []crm.Lead{}
	t := s.tables[crm.KindLead]
	for _, id := range contactIDs {
		if err := CheckID("contactIds", id); err != nil {
			return nil, err
		}
		err := s.each(ctx, t, "person = ? AND live = 1", func(v any) { out = append(out, *v.(*crm.Lead)) }, blob(id))
		if err != nil {
			return nil, s.fail("read leads of contacts", err)
		}
	}
	return out, nil
}
