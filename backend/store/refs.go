package store

import (
	"context"
	"database/sql"
	"sync"
)

// refs translates the ids of small entities to local integers and back. It
// is whole in memory: a workspace has some hundreds.
type refs struct {
	mu   sync.RWMutex
	byID map[string]int64
	ids  map[int64]string
}

func (r *refs) load(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SELECT ref,id FROM refs")
	if err != nil {
		return err
	}
	defer rows.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID, r.ids = map[string]int64{"": 0}, map[int64]string{0: ""}
	for rows.Next() {
		var ref int64
		var id []byte
		if err := rows.Scan(&ref, &id); err != nil {
			return err
		}
		r.byID[text(id)], r.ids[ref] = ref, text(id)
	}
	return rows.Err()
}

// ref answers the integer of an id within a write, making one when needed.
func (s *Store) ref(ctx context.Context, id string) (int64, error) {
	if ref, ok := s.findRef(id); ok {
		return ref, nil
	}
	res, err := s.exec(ctx, "INSERT INTO refs(id) VALUES (?)", blob(id))
	if err != nil {
		return 0, err
	}
	ref, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	s.refs.mu.Lock()
	s.refs.byID[id], s.refs.ids[ref] = ref, id
	s.refs.mu.Unlock()
	return ref, nil
}

// findRef answers the integer of an id that has one.
func (s *Store) findRef(id string) (int64, bool) {
	s.refs.mu.RLock()
	defer s.refs.mu.RUnlock()
	ref, ok := s.refs.byID[id]
	return ref, ok
}

// refID answers the id of an integer, "" for 0.
func (s *Store) refID(ref int64) string {
	s.refs.mu.RLock()
	defer s.refs.mu.RUnlock()
	return s.refs.ids[ref]
}

// forgetRefs reads the refs again after a rollback, which took new ones back.
func (s *Store) forgetRefs() {
	_ = s.refs.load(context.Background(), s.writer)
}
