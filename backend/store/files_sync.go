package store

import (
	"context"
	"errors"
	"os"

	"patio/backend/crm"
)

// Files go to a hub and come from it apart from the records that name them.

// Unsent answers the files that are here and that a hub, by its generation, is
// not known to have.
func (s *Store) Unsent(ctx context.Context, hub []byte) ([]File, error) {
	return s.namedFiles(ctx, true, `SELECT a.hash, max(a.size) FROM attachments a LEFT JOIN files f ON f.hash = a.hash
		WHERE a.deleted=0 AND f.sent IS NOT ? GROUP BY a.hash ORDER BY max(a.created_at)`, hub)
}

// Missing answers the files that attachments name and that aren't here, the
// latest first.
func (s *Store) Missing(ctx context.Context) ([]File, error) {
	return s.namedFiles(ctx, false, "SELECT hash, max(size) FROM attachments WHERE deleted=0 GROUP BY hash ORDER BY max(created_at) DESC")
}

func (s *Store) namedFiles(ctx context.Context, here bool, query string, args ...any) ([]File, error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, s.fail("read attachments", err)
	}
	defer rows.Close()
	var out []File
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.Hash, &f.Size); err != nil {
			return nil, s.fail("read attachments", err)
		}
		if _, err := filePath(s.dir, f.Hash); err == nil && s.HasFile(f.Hash) == here {
			out = append(out, f)
		}
	}
	return out, s.fail("read attachments", rows.Err())
}

// Sent notes that a hub has a file.
func (s *Store) Sent(ctx context.Context, hash string, hub []byte) error {
	return s.noteFiles(ctx, func() error {
		_, err := s.exec(ctx, "INSERT INTO files(hash,sent) VALUES (?,?) ON CONFLICT(hash) DO UPDATE SET sent=excluded.sent", hash, hub)
		return err
	})
}

// FetchFile has fetch write a file that comes from elsewhere, from have bytes on
// that came before; what came before it failed stays. A whole one is checked,
// and the window is told of the leads that it belongs to. Errors: disk_full,
// attachment.damaged, not_found when no attachment names it any more.
func (s *Store) FetchFile(ctx context.Context, f File, fetch func(part *os.File, have int64) error) error {
	path, err := filePath(s.dir, f.Hash)
	if err != nil {
		return err
	}
	if err := s.Room(f.Size); err != nil {
		return err
	}
	if err := s.makeFileFolder(path); err != nil {
		return err
	}
	part, err := os.OpenFile(path+partSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return folderFailure(s.dir, err)
	}
	st, err := part.Stat()
	if err == nil {
		err = fetch(part, st.Size())
	}
	if err = errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	sound, err := hasHash(part.Name(), f.Hash)
	if err == nil && !sound {
		err = crm.NewError(crm.CodeAttachmentDamaged, "")
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	s.filing.RLock() // a purge may have come meanwhile
	defer s.filing.RUnlock()
	leads, err := s.ids(ctx, "SELECT DISTINCT lead_id FROM attachments WHERE hash=? AND deleted=0", f.Hash)
	if err == nil && len(leads) == 0 {
		err = crm.NewError(crm.CodeNotFound, "")
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	if err := s.placeFile(part.Name(), f.Hash); err != nil {
		return err
	}
	s.events.publish(crm.Change{Label: "sync", LeadIDs: leads}, false)
	return nil
}
