package store

import (
	"context"

	"patio/backend/crm"
	"patio/sync/record"
)

// Planned answers a lead's planned activities by due.
func (s *Store) Planned(ctx context.Context, leadID string) ([]crm.Activity, error) {
	out := []crm.Activity{}
	err := s.each(ctx, s.tables[crm.KindActivity], "lead_id=? AND done_at=0 AND deleted=0 ORDER BY due,id", func(a any) {
		out = append(out, *a.(*crm.Activity))
	}, blob(leadID))
	return out, s.fail("read planned activities", err)
}

// LeadsOf answers the ids of a contact's leads, those of contacts that were
// merged into it too, the newest first, archived ones included.
func (s *Store) LeadsOf(ctx context.Context, contactID string) ([]string, error) {
	return s.ids(ctx, "SELECT id FROM leads WHERE person=? AND live>0 ORDER BY created_at DESC,id DESC", blob(contactID))
}

// HasSample says whether leads of the sample are present.
func (s *Store) HasSample(ctx context.Context) (bool, error) {
	var n int
	err := s.one(ctx, "SELECT EXISTS(SELECT 1 FROM leads WHERE created_via='sample' AND live>0)", nil, &n)
	return n > 0, s.fail("look for sample", err)
}

// ids reads a column of ids.
func (s *Store) ids(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, s.fail("read ids", err)
	}
	defer rows.Close()
	out := []string{}
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return nil, s.fail("read ids", err)
		}
		out = append(out, text(id))
	}
	return out, s.fail("read ids", rows.Err())
}

// ActivitiesOf answers all activities of a lead, in the order of their making.
func (s *Store) ActivitiesOf(ctx context.Context, leadID string) ([]crm.Activity, error) {
	out := []crm.Activity{}
	err := s.each(ctx, s.tables[crm.KindActivity], "lead_id=? AND deleted=0 ORDER BY id", func(a any) {
		out = append(out, *a.(*crm.Activity))
	}, blob(leadID))
	return out, s.fail("read activities", err)
}

// SeenAt answers when somebody last looked at a lead, 0 for never, -1 when it
// was marked unread by hand.
func (s *Store) SeenAt(ctx context.Context, leadID string) (int64, error) {
	var at int64
	err := s.one(ctx, "SELECT coalesce((SELECT seen_at FROM marks WHERE lead_id=? AND deleted=0),0)", []any{blob(leadID)}, &at)
	return at, s.fail("read mark", err)
}

// AllIDs answers the ids of all records of a kind that are here, deleted ones
// included.
func (s *Store) AllIDs(ctx context.Context, kind crm.Kind) ([]record.ID, error) {
	rows, err := s.query(ctx, "SELECT id FROM sync_records WHERE kind=?", int(kind))
	if err != nil {
		return nil, s.fail("read ids", err)
	}
	defer rows.Close()
	var out []record.ID
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil || len(b) != 16 {
			return nil, s.fail("read ids", err)
		}
		out = append(out, record.ID(b))
	}
	return out, s.fail("read ids", rows.Err())
}

// IDText answers an id as the CRM writes it.
func IDText(id record.ID) string { return text(id[:]) }
