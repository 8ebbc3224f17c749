package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"patio/backend/crm"
	"patio/backend/sheet"
	"patio/backend/store"
)

// Exit codes. They never change once released; scripts depend on them.
const (
	exitDone      = 0
	exitInternal  = 1
	exitUsage     = 2
	exitRefused   = 3
	exitLocked    = 4
	exitTooNew    = 5
	exitCorrupt   = 6
	exitDisk      = 7
	exitNotFound  = 8
	exitProblems  = 9
	exitCancelled = 130 // as shells count an interrupt
)

// exits is the one table of exit codes: help and docs/patioctl.md show it.
var exits = []struct {
	status  int
	meaning string
	codes   []crm.Code
}{
	{exitDone, "done", nil},
	{exitInternal, "a fault of the program or of the machine; logs/ in the data folder has more", []crm.Code{crm.CodeInternal}},
	{exitUsage, "the command line is wrong", []crm.Code{CodeUsage}},
	{exitRefused, "understood and refused: a file that can't be imported or restored, a wrong value", nil}, // every other code
	{exitLocked, "another process holds the database; try again when it is closed", []crm.Code{crm.CodeLocked, store.CodeBusy}},
	{exitTooNew, "the database, or the backup, comes from a newer version of the program", []crm.Code{crm.CodeTooNew}},
	{exitCorrupt, "the database, or the backup, is damaged and could not be mended", []crm.Code{crm.CodeCorrupt}},
	{exitDisk, "the disk is full, or the folder is read only or no place for a database", []crm.Code{
		crm.CodeDiskFull, crm.CodeReadOnly, store.CodeFolderNetwork, store.CodeFolderSynced,
	}},
	{exitNotFound, "no such file, database, stage, person, source or interrupted import", []crm.Code{crm.CodeNotFound, sheet.CodeMissing}},
	{exitProblems, "doctor found problems", nil},
	{exitCancelled, "interrupted; what was committed stays", []crm.Code{crm.CodeCancelled}},
}

// exitOf is exitRefused for every code that has no exit code of its own.
func exitOf(code crm.Code) int {
	for _, e := range exits {
		if slices.Contains(e.codes, code) {
			return e.status
		}
	}
	return exitRefused
}

// status ends the program with an exit code after a result was answered.
type status int

// Error is for the log only: the result has told what there was to tell.
func (s status) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// exitTable is the table as Markdown.
func exitTable() string {
	var b strings.Builder
	b.WriteString("| exit | meaning | error codes |\n|---:|---|---|\n")
	for _, e := range exits {
		codes := make([]string, len(e.codes))
		for i, c := range e.codes {
			codes[i] = "`" + string(c) + "`"
		}
		if e.status == exitRefused {
			codes = []string{"every other one"}
		}
		fmt.Fprintf(&b, "| %d | %s | %s |\n", e.status, e.meaning, strings.Join(codes, ", "))
	}
	return b.String()
}

// newExitCodes is a topic of help, no command.
func newExitCodes() *cobra.Command {
	var b strings.Builder
	b.WriteString("Exit codes, the same with and without --json:\n\n")
	for _, e := range exits {
		fmt.Fprintf(&b, "  %3d  %s\n", e.status, e.meaning)
	}
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: b.String()}
}
