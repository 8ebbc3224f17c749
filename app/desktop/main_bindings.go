//go:build bindings

package desktop

import (
	"context"
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"

	"patio/app/api"
	"patio/app/wire"
)

// Main of a program built with the tag bindings writes the TypeScript side of
// the API to where wails.json says, and opens no window. Here the API's structs
// are bound themselves; the window binds bind.Gate, which reaches the same ones.
func Main([]string) int {
	if err := writeBindings(); err != nil {
		fmt.Fprintln(os.Stderr, "bindings:", err)
		return 1
	}
	return 0
}

func writeBindings() error {
	dir, err := os.MkdirTemp("", "patio-bindings-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	files := api.NewFiles()
	shell := newShell(files)
	app, err := wire.Open(context.Background(), wire.Config{DataDir: dir, Shell: shell, Files: files})
	if err != nil {
		return err
	}
	defer app.Close()
	return wails.Run(&options.App{Bind: append(wire.Always(shell, files), app.Bound()...)})
}
