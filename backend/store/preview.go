package store

import (
	"context"
	"database/sql"
	"path/filepath"

	"patio/backend/crm"
)

// SnapshotLeads counts the living leads in a snapshot. Codes: not_found,
// database.corrupt, of the snapshot.
func (s *Store) SnapshotLeads(ctx context.Context, snapshotID string) (n int, err error) {
	if _, ok := parseSnapshot(snapshotID); !ok {
		return 0, crm.NewError(crm.CodeNotFound, "snapshotId", "id", snapshotID)
	}
	path := filepath.Join(s.snapshotDir(), snapshotID+".db")
	if there, err := exists(path); err != nil || !there {
		return 0, crm.NewError(crm.CodeNotFound, "snapshotId", "id", snapshotID)
	}
	db, err := sql.Open("sqlite", asideDSN(path, true))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	// What it answers about the snapshot must not count as damage of ours.
	if err := db.QueryRowContext(ctx, "SELECT coalesce(sum(n), 0) FROM lead_totals WHERE tag = 0").Scan(&n); err != nil {
		return 0, crm.NewError(codeOf(err), "snapshotId", "id", snapshotID).Because(err)
	}
	return n, nil
}
