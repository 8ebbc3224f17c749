// Command patio is the desktop program. The window's build tool compiles the
// folder that holds wails.json, so main stands here and says no more than this.
package main

import (
	"os"

	"patio/app/desktop"
)

func main() { os.Exit(desktop.Main(os.Args[1:])) }
