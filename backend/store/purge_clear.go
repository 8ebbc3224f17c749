package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"patio/backend/crm"
)

// ClearPurged takes away what is left of purged records: their values in the
// audit log (the chain covers digests, and stays whole), what the write-ahead
// log still holds, the snapshots from before, and the files of what was attached.
// What fails is tried again the next day.
func (s *Store) ClearPurged(ctx context.Context) error {
	s.purging.Lock()
	defer s.purging.Unlock()
	list, err := s.ids(ctx, "SELECT id FROM purges")
	if err != nil || len(list) == 0 {
		return err
	}
	purged := make(map[string]bool, len(list))
	for _, id := range list {
		purged[id] = true
	}
	if err := s.clearOperations(ctx, purged); err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	if err := s.clearLog(ctx); err != nil {
		return fmt.Errorf("write-ahead log: %w", err)
	}
	if err := s.renewSnapshots(ctx); err != nil {
		return fmt.Errorf("snapshots: %w", err)
	}
	if err := s.removePurgedFiles(ctx); err != nil {
		return fmt.Errorf("files: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	for chunk := range slices.Chunk(list, 500) {
		ids := make([]any, len(chunk))
		for i, id := range chunk {
			ids[i] = blob(id)
		}
		if _, err := s.exec(ctx, "DELETE FROM purges WHERE id"+oneOf(len(ids)), ids...); err != nil {
			return err
		}
	}
	return nil
}

// clearOperations empties the operations that wrote purged records, which can't
// be undone then. They are looked for beside the writer, so that saves go on.
func (s *Store) clearOperations(ctx context.Context, purged map[string]bool) error {
	found, last, err := s.mentioning(ctx, purged, 0)
	if err != nil {
		return err
	}
	_, err = s.Transact(ctx, Op{Label: labelPurge, NoUndo: true, Quiet: true}, func(tx *Tx) error {
		since, _, err := s.mentioning(ctx, purged, last)
		if err != nil {
			return err
		}
		for _, p := range append(found, since...) {
			params, err := json.Marshal(unnamed(p.params))
			if err != nil {
				return err
			}
			if _, err := s.exec(tx.ctx, "UPDATE operations SET changes=x'', params=?, undo=0 WHERE seq=?", string(params), p.seq); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// mentioning answers the operations after a seq that wrote one of the records,
// and the last one that was looked at.
func (s *Store) mentioning(ctx context.Context, purged map[string]bool, after int64) (found []past, last int64, err error) {
	const page = 1000
	for last = after; ; {
		list, err := s.operations(ctx, "seq>? ORDER BY seq LIMIT ?", last, page)
		if err != nil {
			return nil, last, err
		}
		for _, p := range list {
			last = p.seq
			if len(p.changes) == 0 {
				continue
			}
			var log changeLog
			if err := json.Unmarshal(p.changes, &log); err != nil {
				return nil, last, err
			}
			if log.mentions(purged) {
				found = append(found, past{seq: p.seq, params: p.params})
			}
		}
		if len(list) < page {
			return found, last, nil
		}
	}
}

// clearLog writes the write-ahead log into the database and empties it: its
// older pages have what the database no longer has.
func (s *Store) clearLog(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	var busy, logged, written int
	if err := s.writer.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &written); err != nil {
		return err
	}
	if busy != 0 {
		return crm.NewError(crm.CodeConflict, "")
	}
	return nil
}

// renewSnapshots makes a snapshot, checks it, and removes all others of this
// database: also those in the second folder, where they would outlive the purge
// unseen.
func (s *Store) renewSnapshots(ctx context.Context) error {
	s.files.Lock()
	defer s.files.Unlock()
	snap, err := s.makeSnapshot(ctx, SnapshotDaily)
	if err != nil {
		return err
	}
	s.copyOut(ctx, snap)
	own, err := s.ownNumbers(ctx)
	if err != nil {
		return err
	}
	second, err := s.Device(ctx, deviceSnapshots)
	if err != nil {
		return err
	}
	for _, dir := range []string{s.snapshotDir(), second} {
		if dir == "" {
			continue
		}
		list, err := s.listSnapshots(dir)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(other Snapshot) bool { return other.ID == snap.ID }) {
			return fmt.Errorf("no copy in the second folder yet: those there stay until there is one")
		}
		list = slices.DeleteFunc(list, func(other Snapshot) bool {
			return other.ID == snap.ID || dir == second && !slices.Contains(own, other.replica)
		})
		if err := removeSnapshots(dir, list); err != nil {
			return err
		}
	}
	return nil
}
