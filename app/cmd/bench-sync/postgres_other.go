//go:build !linux

package main

import (
	"context"
	"errors"
)

// postgres starts one on Linux only.
func postgres(context.Context) (string, func() error, error) {
	return "", nil, errors.New("a PostgreSQL of its own is started on Linux only")
}
