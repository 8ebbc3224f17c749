package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patio/app/hubd"
)

// enrollHours is how long a code is good unless --hours says otherwise.
const enrollHours = 72

func newEnroll(t *terminal) *cobra.Command {
	var e hubd.Enrolment
	cmd := &cobra.Command{
		Use: "enroll --workspace W --user N --data DIR", Short: "Print a code by which one device joins",
		Long: "Prints, as its last line, a code to paste into Pátio on one PC. It carries the hub's address and\n" +
			"the pin of its key, and a secret that is good once. Who has it can join: send it to nobody else.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			got, err := call[hubd.Enrolled](cmd.Context(), t, hubd.Enroll, e)
			if err != nil {
				return err
			}
			return t.answer(got, fmt.Sprintf("For one device of %s (%s), until %s, at %s:\n%s",
				got.User.Name, got.User.Role, time.UnixMilli(got.Expires).Format(time.DateTime), strings.Join(got.Addresses, " "), got.Code))
		},
	}
	cmd.Flags().StringVar(&e.User, "user", "", "who uses the device, by name or id (required)")
	cmd.Flags().IntVar(&e.Hours, "hours", enrollHours, "how long the code is good")
	cmd.Flags().StringArrayVar(&e.Public, "public", nil, "address for the code, https://host:port (again for more); default: those that are served")
	return workspaceFlag(cmd, &e.Workspace)
}
