package main

import (
	"strings"

	"github.com/spf13/cobra"

	"patio/app/api"
)

func newVersion(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print which build this is",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			about, err := api.NewApp().Version()
			if err != nil {
				return err
			}
			return t.answer(about, strings.TrimSpace("patioctl "+about.Version+" "+about.Revision))
		},
	}
}
