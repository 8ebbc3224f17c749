package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/backend/replica"
)

// CodeUsage: the command line itself is wrong.
const CodeUsage crm.Code = "usage"

// Names of variables that stand for flags: a database's address holds a
// password, which is nobody's business who can list processes.
const (
	envData     = "PATIO_HUB_DATA"
	envDatabase = "PATIO_HUB_DATABASE"
)

// terminal is where a command writes, how, and on which hub it works.
type terminal struct {
	out, err io.Writer
	json     bool
	answered bool // one JSON object has been written

	dir, database string
}

// run executes one command line and answers the exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	t := &terminal{out: out, err: errOut}
	root := newRoot(t)
	t.json = slices.Contains(args, "--json") // known even if the rest can't be parsed
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var own *crm.Error
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &own):
	case errors.Is(err, context.Canceled):
		own = crm.NewError(crm.CodeCancelled, "").Because(err)
	default:
		own = crm.NewError(crm.CodeInternal, "").Because(err)
	}
	t.fail(own)
	return exitOf(own.Code)
}

// newRoot makes the command tree.
func newRoot(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "patio-hub",
		Short:         "Keep the PCs of a dealer's shops in agreement",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().BoolVar(&t.json, "json", false, "answer with one JSON object")
	root.PersistentFlags().StringVar(&t.dir, "data", os.Getenv(envData), "data folder of the hub; "+envData)
	root.PersistentFlags().StringVar(&t.database, "database", "", "PostgreSQL that has the workspaces, postgres://…; "+envDatabase)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(newServe(t), newWorkspace(t), newUser(t), newDevice(t), newEnroll(t), newBackup(t), newRestore(t), newVersion(t), newExitCodes())
	return root
}

// config is the hub that the command line names.
func (t *terminal) config(log zerolog.Logger) (hubd.Config, error) {
	if t.dir == "" {
		return hubd.Config{}, usage(errors.New("--data is required: the data folder of the hub"))
	}
	database := t.database
	if database == "" {
		database = os.Getenv(envDatabase)
	}
	return hubd.Config{Dir: t.dir, Database: database, Policy: replica.Policy{}, Log: log, Now: time.Now}, nil
}

// with runs f on the running hub, or on the folder when none runs.
func (t *terminal) with(ctx context.Context, f func(hubd.Caller) error) error {
	cfg, err := t.config(zerolog.Nop())
	if err != nil {
		return err
	}
	c, err := hubd.Dial(ctx, cfg)
	if err != nil {
		return err
	}
	return errors.Join(f(c), c.Close())
}

// call does a command of the hub's and answers its result.
func call[R any](ctx context.Context, t *terminal, name string, args any) (result R, err error) {
	err = t.with(ctx, func(c hubd.Caller) error { return c.Call(ctx, name, args, &result) })
	return result, err
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

// one is for commands that take one thing.
func one(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 || args[0] == "" {
			return usage(fmt.Errorf("%s takes %s; see %s --help", cmd.CommandPath(), what, cmd.CommandPath()))
		}
		return nil
	}
}

// group is a command that only holds others.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return usage(fmt.Errorf("say what to do; see %s --help", cmd.CommandPath()))
	}}
	cmd.AddCommand(commands...)
	return cmd
}

// answer writes a result: the value as JSON, or the text.
func (t *terminal) answer(value any, text string) error {
	if !t.json {
		_, err := fmt.Fprintln(t.out, strings.TrimRight(text, "\n"))
		return err
	}
	t.answered = true
	return encode(t.out, value)
}

func encode(out io.Writer, value any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

// told is an error as --json shows it.
type told struct {
	Code    crm.Code          `json:"code"`
	Message string            `json:"message"` // for operators, in English
	Field   string            `json:"field"`   // what it is about, "" for nothing in particular
	Params  map[string]string `json:"params"`
}

// failure is the whole answer of a command that failed.
type failure struct {
	Error told `json:"error"`
}

// fail tells an error. After a result was answered in JSON it goes to standard
// error, so that standard output still carries one object.
func (t *terminal) fail(err *crm.Error) {
	if !t.json || t.answered {
		_, _ = fmt.Fprintln(t.err, "patio-hub:", sentence(err)) // nowhere left to tell
		return
	}
	params := err.Params
	if params == nil {
		params = map[string]string{}
	}
	_ = encode(t.out, failure{told{err.Code, sentence(err), err.Field, params}}) // nowhere left to tell
}
