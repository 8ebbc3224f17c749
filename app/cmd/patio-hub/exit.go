package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"patio/app/hubd"
	"patio/backend/crm"
)

// Exit codes, those of patioctl. They never change once released.
const (
	exitDone      = 0
	exitInternal  = 1
	exitUsage     = 2
	exitRefused   = 3
	exitLocked    = 4
	exitCorrupt   = 6
	exitDisk      = 7
	exitNotFound  = 8
	exitCancelled = 130 // as shells count an interrupt
)

// exits is the one table of exit codes: help and docs/hub.md show it.
var exits = []struct {
	status  int
	meaning string
	codes   []crm.Code
}{
	{exitDone, "done; of serve: it was stopped", nil},
	{exitInternal, "a fault of the program or of the machine, or a database that can't be reached", []crm.Code{crm.CodeInternal}},
	{exitUsage, "the command line is wrong", []crm.Code{CodeUsage}},
	{exitRefused, "understood and refused: a wrong value, a name that is taken", nil}, // every other code
	{exitLocked, "another process works in the data folder", []crm.Code{crm.CodeLocked}},
	{exitCorrupt, "the file is no backup of a hub, or a damaged one", []crm.Code{hubd.CodeNotBackup}},
	{exitDisk, "the disk is full, or the folder is read only", []crm.Code{crm.CodeDiskFull, crm.CodeReadOnly}},
	{exitNotFound, "no such workspace, user, shop, device or file", []crm.Code{crm.CodeNotFound}},
	{exitCancelled, "interrupted", []crm.Code{crm.CodeCancelled}},
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
