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
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
	At    int64  `json:"at"` // ms UTC
}

func newBackup(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "backup --data DIR FILE",
		Short: "Write a checked copy of the database to a file",
		Long: "Copies the database, checks the copy and writes it to FILE, which is replaced whole or not at\n" +
			"all. The data folder keeps nothing of it.",
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
	r := backupResult{File: filepath.Base(file)}
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		p.step("snapshot", 0, 0)
		r.At = s.Now().UnixMilli()
		return s.Backup(ctx, func(path string) (err error) {
			r.Bytes, err = copyOut(ctx, path, file, p)
			return naming(err, file)
		})
	})
	if err == nil {
		err = syncFolder(filepath.Dir(file))
	}
	if err != nil {
		return err
	}
	return t.answer(r, fmt.Sprintf("%s: %d bytes", file, r.Bytes))
}

// copyOut copies a file out of the data folder and answers its size.
func copyOut(ctx context.Context, path, file string, p *progress) (size int64, err error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	st, err := in.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), transfer.WriteFile(file, func(out io.Writer) error {
		for done := int64(0); ; {
			if err := ctx.Err(); err != nil {
				return crm.NewError(crm.CodeCancelled, "").Because(err)
			}
			n, err := io.CopyN(out, in, 4<<20)
			done += n
			p.step("copy", int(done>>20), int(st.Size()>>20))
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
	Aside string `json:"aside"` // folder in the data folder with a database that could not be opened, "" when there was none
}

func newRestore(t *terminal) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "restore --data DIR FILE",
		Short: "Put a backup in the database's place",
		Long: "Puts a backup, a snapshot or the database of another PC in the place of the database, which\n" +
			"is kept as a snapshot first, or is set aside when it can't be opened: damaged beyond recovery, or\n" +
			"of a newer version. The file is checked before anything changes, and stays as it is.",
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
	opened := false
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		opened = true
		p.step("restore", 0, 0)
		if err := s.RestoreFile(ctx, file); err != nil {
			return err
		}
		return r.count(ctx, s)
	})
	if code := crm.CodeOf(err); !opened && (code == crm.CodeCorrupt || code == crm.CodeTooNew) {
		err = t.withFolder(dir, func(cfg store.Config, p *progress) (err error) {
			p.step("restore", 0, 0)
			r.Aside, err = store.Replace(ctx, cfg, file)
			return err
		})
		if err == nil {
			err = t.withStore(ctx, dir, func(s *store.Store, _ *progress) error { return r.count(ctx, s) })
		}
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s restored: %d leads", file, r.Leads)
	if r.Aside != "" {
		text += fmt.Sprintf("; the database that could not be opened is in %s", filepath.Join(dir, r.Aside))
	}
	return t.answer(r, text)
}

func (r *restoreResult) count(ctx context.Context, s *store.Store) error {
	_, totals, err := s.List(ctx, crm.ListRequest{})
	r.Leads = totals.Count
	return err
}
