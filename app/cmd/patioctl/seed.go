package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"patio/backend/sample"
	"patio/backend/store"
)

// seedResult is the answer to a seeding.
type seedResult struct {
	Leads      int    `json:"leads"`
	Activities int    `json:"activities"` // each lead's
	Seed       uint64 `json:"seed"`
	Ms         int64  `json:"ms"`         // until all leads were there
	SearchMs   int64  `json:"searchMs"`   // from then on until the search found them
	Unsearched int    `json:"unsearched"` // leads that the search finds only after the next start
}

func newSeed(t *terminal) *cobra.Command {
	var dir string
	r := seedResult{}
	cmd := &cobra.Command{
		Use:   "seed --data DIR --leads N",
		Short: "Make up leads of invented people, for tests and measurements",
		Long: "Adds N made-up leads, five activities each unless told otherwise. The same seed makes the same names,\n" +
			"values and places, in a database that is otherwise the same. All of it is one undo.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			if r.Leads < 1 {
				return usage(errors.New("--leads is required: how many, at least 1"))
			}
			if r.Activities < 0 {
				return usage(errors.New("--activities is at least 0"))
			}
			return seed(cmd.Context(), t, dir, r)
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().IntVar(&r.Leads, "leads", 0, "how many leads (required)")
	cmd.Flags().IntVar(&r.Activities, "activities", sample.Activities, "how many activities each lead has")
	cmd.Flags().Uint64Var(&r.Seed, "seed", 1, "where the made-up world begins")
	return cmd
}

func seed(ctx context.Context, t *terminal, dir string, r seedResult) error {
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		begun := time.Now()
		if err := sample.Seed(ctx, s, r.Leads, r.Activities, r.Seed, func(done, total int) { p.step("seed", done, total) }); err != nil {
			return err
		}
		r.Ms, begun = time.Since(begun).Milliseconds(), time.Now()
		var err error
		r.Unsearched, err = awaitSearch(ctx, s, p)
		r.SearchMs = time.Since(begun).Milliseconds()
		if err == nil {
			_, err = awaitNotes(ctx, s, p) // so that what is timed next isn't beside it
		}
		return err
	})
	if err != nil {
		return err
	}
	return t.answer(r, fmt.Sprintf("%d leads made up in %s", r.Leads, took(r.Ms, r.SearchMs)))
}
