package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"patio/backend/crm"
	"patio/backend/store"
	"patio/backend/transfer"
)

// backupResult is the answer to a backup.
type backupResult struct {
	File     string `json:"file"`
	Bytes    int64  `json:"bytes"`
	At       int64  `json:"at"`       // ms UTC
	Snapshot string `json:"snapshot"` // its id among those in the data folder
}

func newBackup(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "backup --data DIR FILE",
		Short: "Write a checked copy of the database to a file",
		Long: "Takes a snapshot, checks it and copies it to FILE, which is replaced whole or not at all.\n" +
			"The snapshot also stays in the data folder, as one that a person asked for: the last seven\n" +
			"of those are kept.",
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			return backup(cmd.Context(), t, dir, args[0])
		},
	}
	dataFlag(cmd, &dir)
	return cmd
}

func backup(ctx context.Context, t *terminal, dir, file string) error {
	if err := needDatabase(dir); err != nil {
		return err
	}
	if err := checkTarget(file, dir); err != nil {
		return err
	}
	var r backupResult
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		p.step("snapshot", 0, 0)
		snap, err := s.TakeSnapshot(ctx, store.SnapshotManual)
		if err != nil {
			return err
		}
		r = backupResult{File: filepath.Base(file), Bytes: snap.Bytes, At: snap.At, Snapshot: snap.ID}
		return naming(copySnapshot(ctx, s, snap, file, p), file)
	})
	if err == nil {
		err = syncFolder(filepath.Dir(file))
	}
	if err != nil {
		return err
	}
	return t.answer(r, fmt.Sprintf("%s: %d bytes", file, r.Bytes))
}

// snapshotPath is where a snapshot lies.
func snapshotPath(s *store.Store, snap store.Snapshot) string {
	return filepath.Join(s.Dir(), "snapshots", snap.ID+".db")
}

// copySnapshot copies a snapshot's file out of the data folder.
func copySnapshot(ctx context.Context, s *store.Store, snap store.Snapshot, file string, p *progress) error {
	in, err := os.Open(snapshotPath(s, snap))
	if err != nil {
		return err
	}
	defer in.Close()
	return transfer.WriteFile(file, func(out io.Writer) error {
		for done := int64(0); ; {
			if err := ctx.Err(); err != nil {
				return crm.NewError(crm.CodeCancelled, "").Because(err)
			}
			n, err := io.CopyN(out, in, 4<<20)
			done += n
			p.step("copy", int(done>>20), int(snap.Bytes>>20))
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
}

// restoreResult is the answer to a restore.
type restoreResult struct {
	File  string `json:"file"`
	Leads int    `json:"leads"` // in the restored database, those not archived
}

func newRestore(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "restore --data DIR FILE",
		Short: "Put a backup in the database's place",
		Long: "Puts a backup, a snapshot or the database of another PC in the place of the database, which\n" +
			"is kept as a snapshot first. The file is checked before anything changes, and stays as it is.",
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			return restore(cmd.Context(), t, dir, args[0])
		},
	}
	dataFlag(cmd, &dir)
	return cmd
}

func restore(ctx context.Context, t *terminal, dir, file string) error {
	if _, err := os.Stat(file); err != nil { // before a folder is made for nothing
		return crm.NewError(crm.CodeNotFound, "file", "file", filepath.Base(file)).Because(err)
	}
	r := restoreResult{File: filepath.Base(file)}
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		p.step("restore", 0, 0)
		if err := s.RestoreFile(ctx, file); err != nil {
			return err
		}
		_, totals, err := s.List(ctx, crm.ListRequest{})
		r.Leads = totals.Count
		return err
	})
	if err != nil {
		return err
	}
	return t.answer(r, fmt.Sprintf("%s restored: %d leads", file, r.Leads))
}
