package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"patio/app/hubd"
)

func newDevice(t *terminal) *cobra.Command {
	var listed, of string
	list := &cobra.Command{
		Use: "list --workspace W --data DIR", Short: "List the devices of a workspace", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := call[[]hubd.Device](cmd.Context(), t, hubd.ListDevices, hubd.Named{Name: listed})
			if err != nil {
				return err
			}
			return t.answer(struct {
				Devices []hubd.Device `json:"devices"`
			}{all}, devices(all))
		},
	}
	revoke := &cobra.Command{
		Use: "revoke NUMBER --workspace W --data DIR", Short: "End a device's access",
		Long: "Ends a device's access at once. What it holds stays on it, and can be exported there.",
		Args: one("a device's number"),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := strconv.ParseUint(args[0], 10, 32)
			if err != nil {
				return usage(fmt.Errorf("%q is no number of a device; device list shows them", args[0]))
			}
			d, err := call[hubd.Device](cmd.Context(), t, hubd.RevokeDevice, hubd.DeviceOf{Workspace: of, Number: uint32(number)})
			if err != nil {
				return err
			}
			return t.answer(d, fmt.Sprintf("%s revoked", args[0]))
		},
	}
	return group("device", "The devices of a workspace", workspaceFlag(list, &listed), workspaceFlag(revoke, &of))
}

func devices(all []hubd.Device) string {
	var b strings.Builder
	for _, d := range all {
		seen := "never"
		if d.Seen > 0 {
			seen = time.UnixMilli(d.Seen).Format(time.DateTime)
		}
		fmt.Fprintf(&b, "%d  %s: %s, user %s, pushed %s\n", d.Number, d.Name, d.State, d.User, seen)
	}
	return b.String()
}
