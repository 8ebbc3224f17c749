// Command patioctl is the program without a window: for scripts, support and
// tests. docs/patioctl.md describes its commands.
//
// With --json, standard output carries exactly one JSON object: the result, or
// {"error": {"code", "message", "field", "params"}}. Without it, results are
// text on standard output and failures text on standard error. The exit code
// says the same either way; see exit.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"patio/backend/sheet"
)

func main() {
	if sheet.IsChild(os.Args) { // this process is to read one workbook, within bounds
		os.Exit(sheet.ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl+C ends what doesn't heed the first
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
