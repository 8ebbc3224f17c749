// Command patio-hub is the hub of a dealer's own: it keeps what the shops' PCs
// write in agreement. docs/hub.md describes its commands.
//
// With --json, standard output carries exactly one JSON object: the result, or
// {"error": {"code", "message", "field", "params"}}. Without it, results are
// text on standard output and failures text on standard error. The exit code
// says the same either way; see exit.go. serve logs to standard error.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl+C ends what doesn't heed the first
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
