package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/events"
	"patio/app/logs"
	"patio/app/webhost"
	"patio/app/wire"
	"patio/frontend"
)

// lastRequests is how long an interrupted serve waits for what is under way.
const lastRequests = 5 * time.Second

func newServe(t *terminal) *cobra.Command {
	var dir, addr string
	cmd := &cobra.Command{
		Use:   "serve --data DIR",
		Short: "Show the program in a browser on this computer, until interrupted",
		Long: "Serves the pages and the API on a loopback address and prints the address to open.\n" +
			"It holds a secret token: whoever has it reads and writes the database.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needData(dir); err != nil {
				return err
			}
			return serve(cmd.Context(), t, dir, addr)
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "loopback address to listen on; port 0 takes a free one")
	return cmd
}

// serve runs until ctx ends, which is its ordinary end and no failure.
func serve(ctx context.Context, t *terminal, dir, addr string) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	log, logFile := logs.Open(filepath.Join(dir, "logs"), "patioctl")
	defer logFile.Close()

	files, bus := api.NewFiles(), &events.Bus{}
	folder := filepath.Join(dir, "transfer")
	shell := webhost.NewShell(files, folder)
	door, err := wire.NewDoor(log, shell, files)
	if err != nil {
		return err
	}
	// The lock of the database comes first: the folder for transfers belongs to
	// whoever holds it.
	app, err := wire.Open(ctx, wire.Config{DataDir: dir, Log: log, Shell: shell, Files: files, Events: bus})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.Close()) }()
	table, err := bind.NewTable(log, app.Bound()...)
	if err != nil {
		return err
	}
	door.Open(table)

	host, err := webhost.Listen(webhost.Config{
		Addr: addr, Pages: frontend.Pages(), Door: door, Events: bus, Files: files, Folder: folder, Log: log,
	})
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- host.Serve() }()
	answer := struct {
		Address string `json:"address"`
	}{host.Address()}
	if err := t.answer(answer, answer.Address); err != nil {
		return errors.Join(err, closeHost(host, door), <-served)
	}

	select {
	case <-ctx.Done():
		return errors.Join(closeHost(host, door), <-served)
	case err := <-served:
		return errors.Join(err, closeHost(host, door))
	}
}

// closeHost lets what is under way end, for a while.
func closeHost(host *webhost.Host, door *bind.Door) error {
	ctx, cancel := context.WithTimeout(context.Background(), lastRequests)
	defer cancel()
	if err := errors.Join(host.Close(ctx), door.Close(ctx)); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}
