package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"patio/backend/crm"
	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

// exportResult is the answer to an export.
type exportResult struct {
	File   string `json:"file"`
	Format string `json:"format"` // "csv" or "xlsx"
	Rows   int    `json:"rows"`   // leads
	All    bool   `json:"all"`
}

// exportColumns are the columns of a list. Scripts read the ids by which the
// program knows them; most are headers that an import recognises.
var exportColumns = []string{
	"name", "company", "phone", "email", "city", "vehicle", "plate", "subject", "value", "stage", "owner", "source", "shop", "reason", "tags",
	"timeframe", "created", "stageSince", "lastContact", "archived", "next", "nextDue", "id",
}

func newExport(t *terminal) *cobra.Command {
	var dir string
	var all bool
	cmd := &cobra.Command{
		Use:   "export --data DIR FILE.csv|FILE.xlsx",
		Short: "Write the leads to a CSV or XLSX file",
		Long: "Writes the leads that are not archived, a column each of what the list shows and the id.\n" +
			"With --all it writes everything, archived leads, activities and notes too: an import makes\n" +
			"the same leads of it. A file that is there is replaced, whole or not at all.",
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			return export(cmd.Context(), t, dir, args[0], all)
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().BoolVar(&all, "all", false, "everything, without loss")
	return cmd
}

// formats of an export, by the file's extension.
var formats = map[string]string{".csv": sheet.CSV, ".xlsx": sheet.XLSX}

func export(ctx context.Context, t *terminal, dir, file string, all bool) error {
	r := exportResult{File: filepath.Base(file), Format: formats[strings.ToLower(filepath.Ext(file))], All: all}
	if r.Format == "" {
		return usage(fmt.Errorf("%s: an export ends in .csv or .xlsx", file))
	}
	if err := needDatabase(dir); err != nil {
		return err
	}
	if err := checkTarget(file, dir); err != nil {
		return err
	}
	err := t.withStore(ctx, dir, func(s *store.Store, p *progress) error {
		return naming(transfer.WriteFile(file, func(out io.Writer) error {
			w, err := transfer.NewWriter(r.Format, out, "Pátio")
			if err != nil {
				return err
			}
			rows := &countedRows{Writer: w, ctx: ctx}
			step := func(done int) { p.step("export", done, 0) }
			if all {
				err = transfer.Everything(ctx, s, rows, nil, step)
			} else {
				err = transfer.List(ctx, s, rows, crm.ListRequest{Sort: crm.SortName}, listColumns(), nil, step)
			}
			r.Rows = rows.n - 1 // the header
			return err
		}), file)
	})
	if err == nil {
		err = syncFolder(filepath.Dir(file))
	}
	if err != nil {
		return err
	}
	return t.answer(r, fmt.Sprintf("%s: %d leads", file, r.Rows))
}

func listColumns() []transfer.Column {
	out := make([]transfer.Column, len(exportColumns))
	for i, id := range exportColumns {
		out[i] = transfer.Column{ID: id, Title: id}
	}
	return out
}

// countedRows counts what is written, and stops at an interrupt.
type countedRows struct {
	sheet.Writer
	ctx context.Context
	n   int
}

func (w *countedRows) Row(cells ...sheet.Cell) error {
	if err := w.ctx.Err(); err != nil {
		return crm.NewError(crm.CodeCancelled, "").Because(err)
	}
	w.n++
	return w.Writer.Row(cells...)
}
