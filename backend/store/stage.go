package store

import "context"

// StageLeads counts who stands in a stage: on the boards, and in the archive.
func (s *Store) StageLeads(ctx context.Context, stageID string) (living, archived int, err error) {
	ref, known := s.findRef(stageID)
	if !known {
		return 0, 0, nil // nobody has stood there yet
	}
	err = s.one(ctx, "SELECT (SELECT coalesce(sum(n),0) FROM lead_totals WHERE tag=0 AND stage=?), (SELECT count(*) FROM leads WHERE live=2 AND stage=?)",
		[]any{ref, ref}, &living, &archived)
	return living, archived, s.fail("count a stage's leads", err)
}

// LeadsIn answers the ids of leads that stand in a stage, those on the boards as
// they stand there, then the archived ones; at most limit. It sees the stage as
// it was before the transaction.
func (tx *Tx) LeadsIn(stageID string, limit int) ([]string, error) {
	ref, err := tx.s.ref(tx.ctx, stageID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, query := range []string{
		"SELECT id FROM leads WHERE live=1 AND stage=? ORDER BY fresh DESC, rank, id LIMIT ?",
		"SELECT id FROM leads WHERE live=2 AND stage=? ORDER BY rid LIMIT ?",
	} {
		ids, err := tx.recordIDs(query, ref, limit-len(out))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out = append(out, IDText(id))
		}
	}
	return out, nil
}

// OtherCurrency answers a currency in which a lead has a value, other than one
// of them; "" when there is none.
func (s *Store) OtherCurrency(ctx context.Context, than string) (string, error) {
	var other string
	err := s.one(ctx, "SELECT coalesce((SELECT currency FROM leads WHERE live>0 AND value_cents<>0 AND currency<>? AND currency<>'' LIMIT 1),'')", []any{than}, &other)
	return other, s.fail("read currencies", err)
}
