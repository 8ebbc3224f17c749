package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/sync/protocol"
)

func newServe(t *terminal) *cobra.Command {
	var cfg hubd.Serving
	var verbose bool
	var maxFile int64
	cmd := &cobra.Command{
		Use:   "serve --data DIR",
		Short: "Answer devices until interrupted",
		Long: "Serves all workspaces. The hub has a certificate of its own, made at the first start, whose key\n" +
			"devices know from the code that they join by. Behind a proxy that has a certificate,\n" +
			"--behind-proxy serves plain HTTP on loopback. It logs JSON lines to standard error.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			config, err := t.config(newLog(t, verbose))
			if err != nil {
				return err
			}
			if config.MaxFile = maxFile << 20; maxFile < 1 || maxFile > mostFile {
				return crm.NewError(crm.CodeInvalid, "max-file", "value", fmt.Sprint(maxFile))
			}
			s, err := hubd.Open(cmd.Context(), config)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, s.Close()) }()
			return s.Serve(cmd.Context(), cfg, func(at hubd.Served) error {
				return t.answer(at, fmt.Sprintf("listens at %s, reached at %s", at.Listen, strings.Join(at.Public, " ")))
			})
		},
	}
	cmd.Flags().StringVar(&cfg.Listen, "listen", ":8443", "host:port")
	cmd.Flags().StringArrayVar(&cfg.Public, "public", nil, "address that devices use, https://host:port (again for more); default: this machine's own")
	cmd.Flags().BoolVar(&cfg.Proxy, "behind-proxy", false, "plain HTTP on loopback, for a proxy that has a certificate; needs --public")
	cmd.Flags().StringVar(&cfg.Metrics, "metrics", "", "loopback host:port that shows /metrics and /healthz")
	cmd.Flags().Int64Var(&maxFile, "max-file", protocol.MaxBlob>>20, "MB of a file, such as a photo, that a device may bring")
	cmd.Flags().BoolVar(&verbose, "verbose", false, "log each request")
	return cmd
}

// mostFile is how many MB a hub may be told to take: a file is read whole to be
// checked, and carried whole in backups.
const mostFile = 1024

// newLog logs static messages with ids, codes, sizes and durations, never what
// a record holds.
func newLog(t *terminal, verbose bool) zerolog.Logger {
	level := zerolog.InfoLevel
	if verbose {
		level = zerolog.DebugLevel
	}
	return zerolog.New(t.err).Level(level).Hook(zerolog.HookFunc(func(e *zerolog.Event, _ zerolog.Level, _ string) {
		e.Str("time", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
	}))
}
