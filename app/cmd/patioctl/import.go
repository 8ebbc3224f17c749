package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

// importAsk is the command line of an import.
type importAsk struct {
	dir, file, tab       string
	maps                 []string // "Coluna=field"
	stage, owner, source string   // by name or id
	duplicates           string
	dryRun, resume       bool
}

// importResult is the answer to an import: created, merged and refused add up
// to rows.
type importResult struct {
	ImportID    string         `json:"importId"` // "" for a dry run
	File        string         `json:"file"`
	Rows        int            `json:"rows"`  // blank ones not counted
	Blank       int            `json:"blank"` // blank ones
	Created     int            `json:"created"`
	Merged      int            `json:"merged"` // into a lead that was there
	Refused     int            `json:"refused"`
	RefusedRows []refusedRow   `json:"refusedRows"` // the first 1,000
	Columns     []sheet.Column `json:"columns"`     // what each column was taken for
	DryRun      bool           `json:"dryRun"`
	Resumed     bool           `json:"resumed"`
	Ms          int64          `json:"ms"`         // with reading the file
	SearchMs    int64          `json:"searchMs"`   // from then on until the search found the leads
	Unsearched  int            `json:"unsearched"` // leads that the search finds only after the next start
}

func newImport(t *terminal) *cobra.Command {
	var ask importAsk
	cmd := &cobra.Command{
		Use:   "import --data DIR FILE",
		Short: "Bring in the leads of a CSV, TSV or XLSX file",
		Long: "Brings in the leads of a CSV, TSV or XLSX file. What each column means is found from\n" +
			"its header and values, or remembered from the last file with the same headers; --map\n" +
			"says otherwise, by header or by letter. Every row is created, merged or refused.\n\n" +
			"An import that was interrupted goes on where it stopped when the same file is imported\n" +
			"again with the same mapping and choices, or with --resume.\n\n" +
			"Fields: " + fieldList() + ".",
		Example: `  patioctl import --data ~/patio leads.csv --map "Contato=name" --map "C=phone"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if ask.resume && len(args) == 0 {
				return nil
			}
			return oneFile(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				ask.file = args[0]
			}
			if err := ask.check(cmd); err != nil {
				return err
			}
			return importFile(cmd.Context(), t, ask)
		},
	}
	dataFlag(cmd, &ask.dir)
	f := cmd.Flags()
	f.StringArrayVar(&ask.maps, "map", nil, `what a column means, as "Column=field"; may be repeated`)
	f.StringVar(&ask.tab, "tab", "", "sheet of a workbook (default the first)")
	f.StringVar(&ask.stage, "stage", "", `stage of rows that name none, as "Stage" or "Pipeline/Stage" (default the first of the sales pipeline)`)
	f.StringVar(&ask.owner, "owner", "", "owner of rows that name nobody")
	f.StringVar(&ask.source, "source", "", "source of rows that name none")
	f.StringVar(&ask.duplicates, "duplicates", transfer.Fill, "rows about a known lead: fill its empty fields, skip, or create another")
	f.BoolVar(&ask.dryRun, "dry-run", false, "tell what would happen and write nothing")
	f.BoolVar(&ask.resume, "resume", false, "go on with the interrupted import of FILE, or with the last one")
	return cmd
}

func fieldList() string {
	names := make([]string, 0, 40)
	for _, f := range sheet.Fields() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// check refuses a command line that contradicts itself.
func (ask *importAsk) check(cmd *cobra.Command) error {
	if err := needData(ask.dir); err != nil {
		return err
	}
	if !slices.Contains([]string{transfer.Fill, transfer.Skip, transfer.Create}, ask.duplicates) {
		return usage(fmt.Errorf("--duplicates is fill, skip or create, not %q", ask.duplicates))
	}
	for _, m := range ask.maps {
		if column, field, ok := cutMap(m); !ok {
			return usage(fmt.Errorf(`--map is "Column=field", not %q`, m))
		} else if column == "" || field == "" {
			return usage(fmt.Errorf("--map %q lacks a column or a field", m))
		}
	}
	for _, name := range []string{"map", "tab", "stage", "owner", "source", "duplicates", "dry-run"} {
		if ask.resume && cmd.Flags().Changed(name) {
			return usage(fmt.Errorf("--resume goes on with the choices that the import began with: leave --%s out", name))
		}
	}
	return nil
}

// cutMap parts "Column=field" at the last sign: headers may hold one.
func cutMap(text string) (column string, field sheet.Field, ok bool) {
	at := strings.LastIndexByte(text, '=')
	if at < 0 {
		return "", "", false
	}
	return strings.TrimSpace(text[:at]), sheet.Field(strings.TrimSpace(text[at+1:])), true
}

func importFile(ctx context.Context, t *terminal, ask importAsk) error {
	if ask.dryRun || ask.resume {
		if err := needDatabase(ask.dir); err != nil {
			return err
		}
	}
	var result importResult
	err := t.withStore(ctx, ask.dir, func(s *store.Store, p *progress) (err error) {
		begun := time.Now()
		job, err := ask.prepare(ctx, s, p)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, job.close()) }()
		if result, err = job.run(ctx, s, p); err != nil {
			return err
		}
		result.Ms, begun = time.Since(begun).Milliseconds(), time.Now()
		result.Unsearched, err = awaitSearch(ctx, s, p)
		result.SearchMs = time.Since(begun).Milliseconds()
		return err
	})
	if err != nil {
		return err
	}
	return t.answer(result, result.text())
}

// shownRefused is how many refused rows the text names.
const shownRefused = 20

func (r importResult) text() string {
	var b strings.Builder
	verb := "were"
	if r.DryRun {
		verb = "would be"
		for _, c := range r.Columns {
			fmt.Fprintf(&b, "%-30s → %s\n", c.Header, c.Field)
		}
	}
	if r.Resumed {
		b.WriteString("went on where an earlier import of this file stopped\n")
	}
	fmt.Fprintf(&b, "%s: of %d rows %d %s created, %d merged, %d refused\n", r.File, r.Rows, r.Created, verb, r.Merged, r.Refused)
	if !r.DryRun {
		fmt.Fprintf(&b, "it took %s\n", took(r.Ms, r.SearchMs))
	}
	for i, row := range r.RefusedRows {
		if i == shownRefused {
			fmt.Fprintf(&b, "  … and %d more; --json lists up to %d\n", r.Refused-i, maxRefusedRows)
			break
		}
		reasons := make([]string, len(row.Reasons))
		for j, reason := range row.Reasons {
			reasons[j] = reason.Message
		}
		fmt.Fprintf(&b, "  line %d: %s\n", row.Line, strings.Join(reasons, "; "))
	}
	if r.Unsearched > 0 {
		fmt.Fprintf(&b, "%d leads can't be searched for yet; the next start goes on with them\n", r.Unsearched)
	}
	return b.String()
}
