package store

import "context"

// Made are the records that came in one way, such as the sample.
type Made struct {
	Leads, Contacts, Activities, Marks, Events []string
	Used                                       map[string]bool // users and tags that other leads refer to, by id
}

// MadeVia answers the leads that came in through via and all that belongs to
// them; a contact that has other leads, too, is left out.
func (s *Store) MadeVia(ctx context.Context, via string) (*Made, error) {
	const mine = " WHERE deleted = 0 AND lead_id IN (SELECT id FROM leads WHERE created_via = ? AND deleted = 0)"
	made := &Made{Used: map[string]bool{}}
	for _, q := range []struct {
		to  *[]string
		sql string
	}{
		{&made.Leads, "SELECT id FROM leads WHERE created_via = ? AND deleted = 0"},
		{&made.Contacts, `SELECT DISTINCT contact_id FROM leads l WHERE created_via = ?1 AND deleted = 0
			AND NOT EXISTS (SELECT 1 FROM leads o WHERE o.person = l.person AND o.created_via <> ?1 AND o.deleted = 0)`},
		{&made.Activities, "SELECT id FROM activities" + mine},
		{&made.Marks, "SELECT id FROM marks" + mine},
		{&made.Events, "SELECT id FROM events" + mine},
	} {
		var err error
		if *q.to, err = s.ids(ctx, q.sql, via); err != nil {
			return nil, err
		}
	}
	used, err := s.ids(ctx, `SELECT id FROM refs WHERE ref IN (SELECT owner FROM leads WHERE created_via <> ?1 AND deleted = 0)
		OR ref IN (SELECT t.tag FROM lead_tags t JOIN leads l ON l.rid = t.owner WHERE l.created_via <> ?1 AND l.deleted = 0)`, via)
	for _, id := range used {
		made.Used[id] = true
	}
	return made, err
}
