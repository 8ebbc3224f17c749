package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"patio/app/syncing"
	"patio/app/wire"
	"patio/backend/store"
)

// joinResult is the answer to a join.
type joinResult struct {
	Device  string `json:"device"`
	Hub     string `json:"hub"`
	Waiting int    `json:"waiting"` // records to be told
}

// syncResult is the answer to a sync.
type syncResult struct {
	Pushed    int `json:"pushed"`    // records told
	Pulled    int `json:"pulled"`    // records taken
	Refused   int `json:"refused"`   // writes that the hub did not take; they are kept
	Renamed   int `json:"renamed"`   // times that this copy took a new number
	Waiting   int `json:"waiting"`   // records still to be told
	Conflicts int `json:"conflicts"` // records in which somebody is to choose
	Healed    int `json:"healed"`    // records that had lost something on this disk, with --compare
}

func newJoin(t *terminal) *cobra.Command {
	var dir, name string
	var anew bool
	cmd := &cobra.Command{
		Use:   "join --data DIR [--anew] CODE",
		Short: "Make a database a device of a workspace",
		Long: "Joins the hub that CODE tells of. What is in the database comes along, and is told at the next\n" +
			"sync; with --anew it stays behind in a snapshot, and the hub's takes its place. The device's secret is kept beside the data of this person, not in DIR.",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usage(fmt.Errorf("%s takes one code; see %s --help", cmd.CommandPath(), cmd.CommandPath()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if name == "" {
				var err error
				if name, err = os.Hostname(); err != nil {
					return usage(errors.Join(errors.New("--name is required: this PC has no name of its own"), err))
				}
			}
			var st syncing.Status
			err := t.withSync(cmd.Context(), dir, func(s *syncing.Service, _ *progress) error {
				if err := s.Join(cmd.Context(), syncing.Joining{Code: args[0], Name: name, Anew: anew}); err != nil {
					return err
				}
				var err error
				st, err = s.Status(cmd.Context())
				return err
			})
			if err != nil {
				return err
			}
			r := joinResult{st.Device, st.Hub, st.Waiting}
			return t.answer(r, fmt.Sprintf("%s is a device of %s; %d records wait to be told", r.Device, r.Hub, r.Waiting))
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().BoolVar(&anew, "anew", false, "begin with the hub's leads; those that are here stay in a snapshot")
	cmd.Flags().StringVar(&name, "name", "", "how others see this device (this PC's name when absent)")
	return cmd
}

func newSync(t *terminal) *cobra.Command {
	var dir string
	var once, compare bool
	cmd := &cobra.Command{
		Use:   "sync --data DIR [--once] [--compare]",
		Short: "Agree with the hub",
		Long: "Tells the hub what was written here and takes what others wrote, once with --once, else until\n" +
			"it is interrupted.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			var r syncResult
			err := t.withSync(ctx, dir, func(s *syncing.Service, p *progress) error {
				p.step("sync", 0, 0)
				sync := s.Sync
				if compare {
					sync = s.Compare
				}
				done, err := sync(ctx)
				if err == nil && !once {
					s.Start()
					<-ctx.Done()
				}
				if err != nil {
					return err
				}
				st, err := s.Status(context.WithoutCancel(ctx))
				r = syncResult{done.Pushed, done.Pulled, done.Refused, done.Renamed, st.Waiting, st.Conflicts, done.Healed}
				return err
			})
			if err != nil {
				return err
			}
			return t.answer(r, fmt.Sprintf("%d records told, %d taken; %d writes refused, %d records wait, %d conflicts", r.Pushed, r.Pulled, r.Refused, r.Waiting, r.Conflicts))
		},
	}
	dataFlag(cmd, &dir)
	cmd.Flags().BoolVar(&compare, "compare", false, "hold all that is here against what the hub has, and take again what differs")
	cmd.Flags().BoolVar(&once, "once", false, "end when both sides agree")
	return cmd
}

// withSync opens the database of a folder and what syncs it, and runs f.
func (t *terminal) withSync(ctx context.Context, dir string, f func(*syncing.Service, *progress) error) error {
	if err := needData(dir); err != nil {
		return err
	}
	if err := needDatabase(dir); err != nil {
		return err
	}
	devices, err := wire.DevicesFolder()
	if err != nil {
		return err
	}
	return t.withFolder(dir, func(cfg store.Config, p *progress) (err error) {
		s, err := store.Open(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		service, err := syncing.Open(ctx, syncing.Config{Store: s, DataDir: cfg.Dir, Memberships: devices, Log: cfg.Log})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, service.Close()) }()
		return f(service, p)
	})
}
