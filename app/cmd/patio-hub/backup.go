package main

import (
	"fmt"
	"path/filepath"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"patio/app/hubd"
)

// backedUp is the answer to a backup.
type backedUp struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
}

func newBackup(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE --data DIR", Short: "Write a checked copy of everything to a file",
		Long: "Copies all workspaces, the hub's key and its ledger of erasures into FILE, which is replaced whole\n" +
			"or not at all. The hub goes on meanwhile. Who has FILE has all records: keep it locked away.",
		Args: one("a file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			done := backedUp{File: filepath.Base(args[0])}
			err := t.with(cmd.Context(), func(c hubd.Caller) (err error) {
				done.Bytes, err = hubd.WriteBackup(cmd.Context(), c, args[0])
				return err
			})
			if err != nil {
				return err
			}
			return t.answer(done, fmt.Sprintf("%s: %d bytes", args[0], done.Bytes))
		},
	}
}

func newRestore(t *terminal) *cobra.Command {
	var ledger string
	cmd := &cobra.Command{
		Use: "restore [FILE] --data DIR", Short: "Put a backup in the place of everything",
		Long: "Puts a backup in the place of the workspaces while no hub runs; what was there is set aside in the\n" +
			"data folder. Every device then takes a new number and brings back what the backup lacks. What was\n" +
			"erased since stays erased: by the folder's own ledger and, if named, that of another folder.\n" +
			"With --database there is no FILE: PostgreSQL has brought its database back already.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := t.config(zerolog.Nop())
			if err != nil {
				return err
			}
			r, err := hubd.Restore(cmd.Context(), cfg, append(args, "")[0], ledger)
			if err != nil {
				return err
			}
			text := workspaces(r.Workspaces)
			if r.Aside != "" {
				text += "What was there is in " + filepath.Join(t.dir, r.Aside) + "\n"
			}
			return t.answer(r, text)
		},
	}
	cmd.Flags().StringVar(&ledger, "ledger", "", "hub.ledger of the folder that was lost, if it is left")
	return cmd
}
