package store

import "context"

// SearchPending answers how many leads of a bulk load can't be found yet.
func (s *Store) SearchPending(ctx context.Context) (int, error) {
	var n int
	err := s.one(ctx, "SELECT count(*) FROM search_queue", nil, &n)
	return n, s.fail("count search queue", err)
}
