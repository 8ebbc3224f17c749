package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"patio/backend/crm"
)

// CodeUsage: the command line itself is wrong.
const CodeUsage crm.Code = "usage"

// terminal is where a command writes, and how.
type terminal struct {
	out, err io.Writer
	json     bool
	progress bool // asked for, whatever standard error is
	answered bool // one JSON object has been written
}

// run executes one command line and answers the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	t := &terminal{out: out, err: errOut}
	root := newRoot(t)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	if wantsJSON(args) {
		t.json = true // known even if the rest can't be parsed
	}
	err := root.ExecuteContext(ctx)
	var own *crm.Error
	var ended status
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &ended):
		return int(ended)
	case errors.As(err, &own):
	case errors.Is(err, context.Canceled):
		own = crm.NewError(crm.CodeCancelled, "").Because(err)
	default:
		own = crm.NewError(crm.CodeInternal, "").Because(err)
	}
	t.fail(own)
	return exitOf(own.Code)
}

// newRoot makes the command tree. A command is one file with one constructor.
func newRoot(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "patioctl",
		Short:         "Pátio without a window",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.PersistentFlags().BoolVar(&t.json, "json", false, "answer with one JSON object")
	root.PersistentFlags().BoolVar(&t.progress, "progress", false, "tell progress on standard error even if it is no terminal")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(
		newServe(t), newImport(t), newExport(t), newSeed(t), newDoctor(t), newBackup(t), newRestore(t), newJoin(t), newSync(t), newBench(t), newVersion(t), newExitCodes(),
	)
	return root
}

// wantsJSON looks for --json before the flags are parsed, so that a wrong flag
// is told in JSON too.
func wantsJSON(args []string) bool {
	for _, arg := range args {
		if arg == "--" {
			return false
		}
		if arg == "--json" || arg == "--json=true" {
			return true
		}
	}
	return false
}

// usage marks an error of the command line.
func usage(err error) error { return crm.NewError(CodeUsage, "").Because(err) }

// noArgs is for commands that take flags only.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%s takes no %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath()))
	}
	return nil
}

// oneFile is for commands that take a file.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return usage(fmt.Errorf("%s takes one file; see %s --help", cmd.CommandPath(), cmd.CommandPath()))
	}
	return nil
}

// answer writes a result: the value as JSON, or the text.
func (t *terminal) answer(value any, text string) error {
	if !t.json {
		_, err := fmt.Fprintln(t.out, strings.TrimRight(text, "\n"))
		return err
	}
	t.answered = true
	enc := json.NewEncoder(t.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

// told is an error, or a reason why a row is refused, as --json shows it.
type told struct {
	Code    crm.Code          `json:"code"`
	Message string            `json:"message"` // for operators, in English
	Field   string            `json:"field"`   // what it is about, "" for nothing in particular
	Params  map[string]string `json:"params"`
}

func tell(err *crm.Error) told {
	params := err.Params
	if params == nil {
		params = map[string]string{}
	}
	return told{err.Code, sentence(err), err.Field, params}
}

// failure is the whole answer of a command that failed.
type failure struct {
	Error told `json:"error"`
}

// fail tells an error. After a result was answered in JSON it goes to standard
// error, so that standard output still carries one object.
func (t *terminal) fail(err *crm.Error) {
	if !t.json || t.answered {
		_, _ = fmt.Fprintln(t.err, "patioctl:", sentence(err)) // nowhere left to tell
		return
	}
	enc := json.NewEncoder(t.out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(failure{tell(err)}) // nowhere left to tell
}

// newProgress answers where long work tells how far it is; nil tells nobody.
func (t *terminal) newProgress() *progress {
	file, ok := t.err.(*os.File)
	onTerminal := ok && (isatty.IsTerminal(file.Fd()) || isatty.IsCygwinTerminal(file.Fd()))
	if !t.progress && !onTerminal {
		return nil
	}
	return &progress{out: t.err, rewrite: onTerminal}
}
