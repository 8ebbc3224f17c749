package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patio/backend/store"
	"patio/backend/transfer"
)

// checkup is what doctor found.
type checkup struct {
	OK       bool            `json:"ok"`       // no problems, nothing recovered, the last snapshot worked
	Unclean  bool            `json:"unclean"`  // the last run didn't close the database, as after a kill; no problem by itself
	Recovery *store.Recovery `json:"recovery"` // the database was damaged and mended, and nobody has dismissed the note; else null
	store.Report
	Digest        string `json:"digest"` // of all that is synced: equal on PCs that agree; "" when something is wrong
	Snapshots     int    `json:"snapshots"`
	LastSnapshot  int64  `json:"lastSnapshot"`  // ms UTC, 0 when there is none
	SnapshotError *told  `json:"snapshotError"` // why the last one failed; else null
	Interrupted   int    `json:"interrupted"`   // imports that can go on
	Unsearched    int    `json:"unsearched"`    // leads that the search doesn't find yet
}

func newDoctor(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "doctor --data DIR",
		Short: "Check the whole database",
		Long: "Checks the file, every record against what was written, all that is derived, the audit\n" +
			"log. A damaged database is recovered first, as at any start: the answer tells. It names\n" +
			"places, never what they hold. Exits with 9 when something is wrong.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			return doctor(cmd.Context(), t, dir)
		},
	}
	dataFlag(cmd, &dir)
	return cmd
}

func doctor(ctx context.Context, t *terminal, dir string) error {
	if err := needDatabase(dir); err != nil {
		return err
	}
	var c checkup
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		p.step("verify", 0, 0)
		report, err := s.Verify(ctx)
		if err != nil {
			return err
		}
		c.Report = *report
		if c.Count == 0 {
			p.step("digest", 0, 0)
			if c.Digest, err = s.Digest(ctx); err != nil {
				return err
			}
		}
		return c.ask(ctx, s)
	})
	if err != nil {
		return err
	}
	if err := t.answer(c, c.text()); err != nil {
		return err
	}
	if !c.OK {
		return status(exitProblems)
	}
	return nil
}

// ask adds what the store knows beside the report.
func (c *checkup) ask(ctx context.Context, s *store.Store) error {
	opened := s.Opened()
	c.Unclean, c.Recovery = opened.Unclean, opened.Recovered
	snapshots, err := s.SnapshotStatus(ctx)
	if err != nil {
		return err
	}
	c.Snapshots, c.LastSnapshot = len(snapshots.Snapshots), snapshots.LastAt
	if snapshots.Error != nil {
		e := tell(snapshots.Error)
		c.SnapshotError = &e
	}
	pending, err := transfer.Pending(ctx, s)
	if err != nil {
		return err
	}
	c.Interrupted = len(pending)
	if c.Unsearched, err = s.SearchPending(ctx); err != nil {
		return err
	}
	c.OK = c.Count == 0 && c.Recovery == nil && c.SnapshotError == nil
	return nil
}

func (c *checkup) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d records and %d operations checked\n", c.Records, c.Operations)
	if c.Unclean {
		b.WriteString("the last run didn't close the database\n")
	}
	if r := c.Recovery; r != nil {
		fmt.Fprintf(&b, "recovered %s: %d records salvaged, %d older, %d doubtful, lost %s; the damaged files are in %s\n",
			moment(r.At), r.Salvaged, r.Older, r.Doubtful, orNone(strings.Join(r.Lost, ", ")), r.Folder)
	}
	if c.LastSnapshot == 0 {
		b.WriteString("no snapshots\n")
	} else {
		fmt.Fprintf(&b, "snapshots: %d, the last of %s\n", c.Snapshots, moment(c.LastSnapshot))
	}
	if c.SnapshotError != nil {
		fmt.Fprintf(&b, "the last snapshot failed: %s\n", c.SnapshotError.Message)
	}
	if c.Interrupted > 0 {
		fmt.Fprintf(&b, "interrupted imports: %d; patioctl import --resume goes on with the last\n", c.Interrupted)
	}
	if c.Unsearched > 0 {
		fmt.Fprintf(&b, "leads that the search doesn't find yet: %d\n", c.Unsearched)
	}
	for _, p := range c.Problems {
		fmt.Fprintln(&b, strings.Join(strings.Fields(strings.Join([]string{p.Check + ":", p.Table, p.ID, p.Detail}, " ")), " "))
	}
	if c.Count == 0 {
		b.WriteString("no problems")
	} else {
		fmt.Fprintf(&b, "problems: %d", c.Count)
	}
	return b.String()
}

func moment(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04:05") }

func orNone(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
