package store

import (
	"context"
)

func (s *Store) finishRecovery(ctx context.Context) error { return nil }
func (s *Store) recover(ctx context.Context, cause error) error { return cause }
func (s *Store) recoveryNote(ctx context.Context) (*Recovery, error) { return nil, nil }

// Recovery tells what became of a damaged database.
type Recovery struct {
	At       int64    `json:"at"`       // ms UTC
	Snapshot string   `json:"snapshot"` // the one restored, "" when there was none
	Salvaged int      `json:"salvaged"` // records read from the damaged file and written again
	Lost     []string `json:"lost"`     // what was not readable, table by table
}
