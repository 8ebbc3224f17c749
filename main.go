// Command patio is the desktop program. The window's build tool compiles the
// folder that holds wails.json, so main stands here and says no more than this.
package main

import (
	"os"

	"patio/app/desktop"
	"patio/backend/sheet"
)

func main() {
	if sheet.IsChild(os.Args) { // this process is to read one workbook, within bounds
		os.Exit(sheet.ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	os.Exit(desktop.Main(os.Args[1:]))
}
