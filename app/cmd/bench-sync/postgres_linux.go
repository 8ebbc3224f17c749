package main

import (
	"context"
	"errors"

	"patio/sync/hub/pgstore/pgtest"
)

// postgres starts a PostgreSQL with an empty database and answers its address,
// and what ends it.
func postgres(ctx context.Context) (address string, stop func() error, err error) {
	s, err := pgtest.Run()
	if err != nil {
		return "", nil, err
	}
	if address, err = s.NewDatabase(ctx); err != nil {
		return "", nil, errors.Join(err, s.Stop())
	}
	return address, s.Stop, nil
}
