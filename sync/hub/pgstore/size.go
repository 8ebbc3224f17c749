package pgstore

import "context"

// Size answers how many bytes the database takes.
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	err = s.pool.QueryRow(ctx, "SELECT pg_database_size(current_database())").Scan(&size)
	return size, err
}
