package main

import (
	"strings"

	"github.com/spf13/cobra"

	"patio/app/version"
)

func newVersion(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print which build this is", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			about := struct {
				Version  string `json:"version"`
				Revision string `json:"revision"`
			}{version.Number, version.Revision()}
			return t.answer(about, strings.TrimSpace("patio-hub "+about.Version+" "+about.Revision))
		},
	}
}
