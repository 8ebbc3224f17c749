package sample

import (
	"context"

	"patio/backend/crm"
	"patio/backend/store"
)

// chunk is how many leads one transaction of a seeding writes.
const chunk = 2000

// Activities is how many a made-up lead has unless told otherwise.
const Activities = 5

// Seed fills a store with n leads, so many activities each, for tests and
// measurements: the same seed makes the same names, values and places. They
// are no sample: Clear leaves them. All of it is one undo.
func Seed(ctx context.Context, s *store.Store, n, activities int, seed uint64, progress func(done, total int)) error {
	w, err := s.Workspace(ctx)
	if err != nil {
		return err
	}
	op := store.Op{Label: "sample.seed", Group: s.NewID(), Quiet: true, Bulk: true}
	return s.Load(ctx, func() error {
		var d *dealer
		for done := 0; done < n; {
			size := min(chunk, n-done)
			_, err := s.Transact(ctx, op, func(tx *store.Tx) error {
				if d == nil {
					var err error
					if d, _, err = newDealer(tx, s, w, seed, len(sellers)); err != nil {
						return err
					}
					d.via, d.planned = crm.ViaImport, activities
				}
				for range size {
					one, err := d.draft()
					if err != nil {
						return err
					}
					if err := one.put(tx); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			done += size
			if progress != nil {
				progress(done, n)
			}
		}
		return nil
	})
}
