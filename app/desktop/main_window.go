//go:build !bindings

package desktop

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/wailsapp/wails/v2"

	"patio/app/version"
)

// Main opens the window and answers the exit code once it is closed.
func Main(args []string) int {
	flags := flag.NewFlagSet("patio", flag.ContinueOnError)
	dir := flags.String("data", "", "folder of the database (default: the one of your operating system)")
	draw := flags.String("drawing", "", "how pages are drawn in this start, on Linux: "+strings.Join(drawModes, ", "))
	minimised := flags.Bool(hiddenFlag, false, "begin in the task bar, as when it starts with the PC")
	showVersion := flags.Bool("version", false, "print the version and end")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if *showVersion {
		fmt.Println(version.Number)
		return 0
	}
	p, err := newProgram(*dir, *draw)
	if err != nil {
		fmt.Fprintln(os.Stderr, "patio:", err)
		return 1
	}
	p.minimised = *minimised
	defer p.close() // also when the window never opened; twice does no harm
	if err := p.shell.drawing.prepare(); err != nil {
		p.log.Warn().Str("error", err.Error()).Msg("drawing")
	}
	if err := wails.Run(p.options()); err != nil {
		p.log.Error().Str("error", err.Error()).Msg("window failed")
		fmt.Fprintln(os.Stderr, "patio:", err)
		return 1
	}
	return 0
}
